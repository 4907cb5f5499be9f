// Deciding: accept, change, reject, postpone, undo.

import { $, el, put, many, say, fail } from './dom.js';
import { ask } from './server.js';
import { page, selected, mine, who, atHand } from './state.js';
import { counted } from './words.js';
import { load, focusHere } from './list.js';

const verbs = { accept: 'Accepted', change: 'Changed', reject: 'Rejected', postpone: 'Postponed' };
const needsReason = ['reject', 'postpone'];
let lastReason = '';

// reasonFor asks why; null where that is cancelled.
function reasonFor(action, what, choices = []) {
  const dialog = $('reason'), text = $('reason-text');
  $('reason-title').textContent = { accept: 'Accept', change: 'Change', reject: 'Reject', postpone: 'Postpone' }[action];
  $('choice-label').hidden = !choices.length;
  put($('choice'), choices.map(([name, n]) => el('option', { value: name }, `${name} (${many(n, 'rule')})`)));
  $('reason-what').textContent = what;
  text.value = lastReason;
  dialog.returnValue = '';
  dialog.showModal();
  text.focus();
  text.select();
  return new Promise(done => dialog.addEventListener('close', () => {
    const reason = text.value.trim();
    if (dialog.returnValue !== 'yes' || !reason) return done(null);
    done(lastReason = reason);
  }, { once: true }));
}

export async function decideHere(action) {
  const r = atHand();
  if (!r) return;
  if (action === 'accept' && !r.suggests) return fail(new Error('Nothing is suggested for this rule: change it, reject it or postpone it.'));
  await decide(action, [r], counted([r]));
}

export async function decideSelected(action) {
  let list = [...selected.values()];
  if (!list.length) return fail(new Error('No rule is selected: x selects the one at hand, X all that are listed.'));
  const without = action === 'accept' ? list.filter(r => !r.suggests).length : 0;
  if (without) list = list.filter(r => r.suggests);
  if (!list.length) return fail(new Error('Nothing is suggested for the selected rules.'));
  await decide(action, list, many(list.length, 'rule') + (without ? `; ${many(without, 'other')} have no suggestion and stay selected` : ''));
}

// changeSelected changes all that are selected to the alternative of one name, where they have it.
export async function changeSelected() {
  const counts = new Map();
  for (const r of selected.values()) for (const name of r.choices) counts.set(name, (counts.get(name) ?? 0) + 1);
  if (!counts.size) return fail(new Error(selected.size ? 'None of the selected rules has an alternative: c changes one rule by hand.' : 'No rule is selected: x selects the one at hand, X all that are listed.'));
  const reason = await reasonFor('change', `${many(selected.size, 'rule')} selected. Those that have the alternative are changed to it, the others stay selected. What all of it would refuse is told by the outcome (g).`, [...counts].sort((a, b) => b[1] - a[1]));
  if (reason === null) return focusHere();
  const choice = $('choice').value, list = [...selected.values()].filter(r => r.choices.includes(choice));
  await store(list, `${many(list.length, 'rule')} to ${choice}`, { action: 'change', choice, reason });
}

async function decide(action, list, what) {
  let reason = '';
  if (needsReason.includes(action) || list.some(r => r.needs_reason)) {
    const note = action === 'accept' ? '. The evidence does not suffice for all of it, so say why it is accepted all the same' : '';
    reason = await reasonFor(action, what + note);
    if (reason === null) return focusHere();
  }
  await store(list, what, { action, reason });
}

// store has a decision on rules stored; the page says so only then.
export async function store(list, what, decision) {
  try {
    const stored = await ask('api/decide', { text: '', ...decision, who: who(), rules: list.map(r => ({ rule: r.rule, version: r.version })) });
    mine.push(stored[0].batch);
    list.forEach(r => selected.delete(r.rule));
    const leaves = $('filters').elements.state.value === 'open'; // the next one comes up by itself
    if (!leaves && list.length === 1) page.here = Math.min(page.here + 1, page.rows.length - 1);
    await load();
    say(`${verbs[decision.action]}: ${what}. Stored; u takes it back.`);
  } catch (err) { await failed(err); }
  focusHere();
}

// failed shows what went wrong; where others decided meanwhile, what they did.
async function failed(err) {
  if (err.code === 409) {
    err.rules.forEach(r => selected.delete(r));
    await load(atHand()?.rule).catch(() => {});
  }
  fail(err);
}

// undo takes back the last decision that was made here, or else what stands of the rule at hand.
export async function undo() {
  let batch = mine.pop();
  if (batch === undefined) {
    const standing = [];
    for (const h of page.detail?.history ?? []) h.action === 'undo' ? standing.pop() : standing.push(h);
    batch = standing.pop()?.batch;
  }
  if (batch === undefined) return fail(new Error('There is nothing to undo here.'));
  try {
    const stored = await ask('api/undo', { batch, who: who() });
    await load(stored.length === 1 ? stored[0].place : undefined);
    say(`Taken back: ${stored.length === 1 ? stored[0].rule : many(stored.length, 'decision')}.`);
  } catch (err) { await failed(err); }
  focusHere();
}

$('reason-text').addEventListener('keydown', e => {
  if (e.key !== 'Enter' || e.shiftKey || e.ctrlKey) return;
  e.preventDefault();
  $('reason').querySelector('form').requestSubmit($('reason-yes'));
});
