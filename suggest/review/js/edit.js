// Changing a rule: an alternative, or rules as a person writes them, replayed while they are written.

import { $, el, put, many, bits, table } from './dom.js';
import { ask } from './server.js';
import { page } from './state.js';
import { counted, groupOf, service } from './words.js';
import { store } from './decision.js';
import { focusHere } from './list.js';

let edited = null; // the rule, as it was when the dialog opened
let trial = null;  // the answer to the text as it is now
let tries = 0, timer = 0;

export function edit() {
  if (!page.detail) return;
  edited = page.detail;
  $('edit-what').textContent = `${edited.direction} ${edited.words} of ${groupOf(edited)}`;
  const choices = [...edited.choices.map(c => [`${c.name} (${bits(c.bits)} bits)`, c.text]), ['today’s rule', edited.words]];
  put($('edit-choices'), choices.map(([name, text], i) => el('button', { type: 'button', onclick: () => begin(text), 'aria-keyshortcuts': i < 9 ? `Alt+${i + 1}` : undefined }, name, i < 9 ? [' ', el('kbd', {}, `Alt ${i + 1}`)] : null)));
  $('edit-reason').value = '';
  $('edit').returnValue = '';
  $('edit').showModal();
  begin(edited.text);
}

// begin starts with a text that is there already.
function begin(text) {
  $('edit-text').value = text;
  $('edit-text').focus();
  tryNow();
}

// tryNow has the text in the editor replayed.
async function tryNow() {
  const mark = forget();
  put($('edit-answer'), el('p', { class: 'hint' }, 'Replaying the window …'));
  try {
    const t = await ask('api/try', { rule: edited.rule, text: $('edit-text').value });
    if (mark !== tries) return;
    trial = t;
    $('edit-yes').disabled = false;
    put($('edit-answer'), answer(t));
  } catch (err) {
    if (mark === tries) put($('edit-answer'), el('p', { class: 'bad' }, err.message));
  }
}

// forget drops the last answer: it is of another text.
function forget() {
  clearTimeout(timer);
  trial = null;
  $('edit-yes').disabled = true;
  return ++tries;
}

function answer(t) {
  const size = `${t.rules.length ? many(t.rules.length, 'rule') : 'The rule goes'}, ${bits(t.before)} → ${bits(t.bits)} bits.`;
  const noise = t.noise ? ` ${many(t.noise, 'noise conversation')} of strangers would be refused, as wished.` : '';
  if (!t.conversations) return [el('p', { class: 'good' }, `${size} The replay of ${many(t.replayed.edges, 'flow')} refuses no real use.${noise}`)];
  return [el('p', { class: 'bad' }, `${size} ${t.at_least ? 'At least ' : ''}${many(t.conversations, 'conversation')} of ${many(t.sources, 'peer')} would have been refused.${noise} Say why it is right all the same.`),
    table(['Peer', 'Service', 'Conversations', 'Groups'], t.refusals.map(r => [r.peer, service(r), r.conversations, r.groups]))];
}

$('edit-text').addEventListener('input', () => { forget(); timer = setTimeout(tryNow, 250); });

$('edit').addEventListener('keydown', e => {
  const n = e.altKey && /^Digit([1-9])$/.exec(e.code)?.[1];
  const choice = n && $('edit-choices').children[n - 1];
  if (!choice) return;
  e.preventDefault();
  choice.click();
});

$('edit').querySelector('form').addEventListener('submit', e => {
  if (!trial) return e.preventDefault();
  if (!trial.conversations || $('edit-reason').value.trim()) return;
  e.preventDefault();
  $('edit-reason').focus();
  put($('edit-answer'), answer(trial), el('p', { class: 'bad' }, 'A change that refuses real uses needs a reason.'));
});

$('edit').addEventListener('close', () => {
  clearTimeout(timer);
  if ($('edit').returnValue !== 'yes') return focusHere();
  store([edited], counted([edited]), { action: 'change', text: $('edit-text').value, reason: $('edit-reason').value.trim() });
});
