// The page of 'sgfit review'. It asks its own server and nobody else, and puts what it hears into the page as text only.

const $ = id => document.getElementById(id);
const csrf = document.querySelector('meta[name=csrf]').content;
const filters = $('filters');
const perPage = 100;

let rows = [], total = 0, offset = 0, here = 0; // the part of the list that is shown, and the rule at hand in it
let detail = null;      // of the rule at hand
let last = 0;           // number of the last decision that was heard of
const selected = new Map(); // rule -> {rule, version, suggests, needs_reason}
const mine = [];        // batches that were made here, for undo
let lastReason = '';

// el makes an element: properties that are set, and children that are elements or text.
function el(tag, props = {}, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props)) {
    if (k === 'class') e.className = v;
    else if (k.startsWith('on')) e.addEventListener(k.slice(2), v);
    else if (k in e && typeof v !== 'string') e[k] = v;
    else e.setAttribute(k, v);
  }
  e.append(...children.flat().filter(c => c !== null && c !== undefined && c !== ''));
  return e;
}

// put makes children, also of nested lists, all that an element has.
const put = (e, ...children) => e.replaceChildren(...children.flat(3).filter(c => c !== null && c !== undefined && c !== ''));

async function ask(path, body) {
  let answer;
  try {
    answer = await fetch(path, body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf }, body: JSON.stringify(body) });
  } catch {
    throw new Error('sgfit does not answer; is it still running? What the page called stored is stored. Start it again and open the address that it prints.');
  }
  const text = await answer.text();
  let value;
  try { value = JSON.parse(text); } catch { value = { problem: text }; }
  if (!answer.ok) throw Object.assign(new Error(value.problem || answer.statusText), { code: answer.status, rules: value.rules || [] });
  return value;
}

const say = text => { $('problem').textContent = ''; $('said').textContent = text; };
const fail = err => { $('said').textContent = ''; $('problem').textContent = err.message; };
const many = (n, one, more = one + 's') => n === 1 ? '1 ' + one : n.toLocaleString('en') + ' ' + more;
const bits = b => b.toFixed(1);
const who = () => $('who').value.trim();
const arrow = r => r.direction === 'egress' ? 'out' : 'in';
const becomes = r => !r.suggests && r.state !== 'changed' ? 'nothing is suggested' : r.becomes.length ? r.becomes.join(' · ') : 'removed';

// ---- the list

function query() {
  const q = new URLSearchParams(new FormData(filters));
  for (const [k, v] of [...q]) if (!v) q.delete(k);
  if (filters.state.value === '') q.delete('state');
  return q;
}

async function load(keep) {
  const q = query();
  const shown = new URLSearchParams(q);
  if (filters.state.value === '') shown.set('state', 'any');
  history.replaceState(null, '', '?' + shown);
  q.set('offset', offset);
  q.set('limit', perPage);
  const page = await ask('api/rules?' + q);
  if (page.total > 0 && page.rows.length === 0) { offset = Math.floor((page.total - 1) / perPage) * perPage; return load(keep); }
  rows = page.rows; total = page.total; last = page.last;
  const found = keep === undefined ? -1 : rows.findIndex(r => r.rule === keep);
  here = found >= 0 ? found : Math.max(0, Math.min(here, rows.length - 1));
  showStates(page.states);
  showRows();
  await show();
}

function showStates(states) {
  const all = Object.values(states).reduce((a, b) => a + b, 0);
  const button = (state, n, label) => el('button', { type: 'button', 'aria-pressed': String(filters.state.value === state), onclick: () => { filters.state.value = state; if (!$('end').hidden) toEnd(); again(); } }, `${label} ${n.toLocaleString('en')}`);
  put($('states'), button('open', states.open, 'Open'), button('accepted', states.accepted, 'Accepted'), button('changed', states.changed, 'Changed'),
    button('rejected', states.rejected, 'Rejected'), button('postponed', states.postponed, 'Postponed'), button('', all, 'All'));
}

function showRows() {
  put($('rows'), ...rows.map((r, i) => row(r, i)));
  $('count').textContent = many(total, 'rule');
  $('place').textContent = total ? `${offset + 1} to ${offset + rows.length} of ${total.toLocaleString('en')}` : 'No rule is listed. Choose another state or another filter, or finish (g).';
  $('back').disabled = offset === 0;
  $('next').disabled = offset + rows.length >= total;
  $('group-only').hidden = !filters.group.value;
  $('group-name').textContent = filters.group.value;
  showSelected();
}

function row(r, i) {
  const name = `${r.group_name} ${r.group_id} ${r.direction} ${r.words}`;
  return el('li', { class: i === here ? 'here' : '' },
    el('input', { type: 'checkbox', checked: selected.has(r.rule), tabIndex: i === here ? 0 : -1, 'aria-label': 'Select ' + name, onchange: () => toggle(i) }),
    el('button', { type: 'button', tabIndex: i === here ? 0 : -1, 'aria-current': String(i === here), onclick: () => look(i) },
      el('span', { class: 'words' }, `${arrow(r)} ${r.words}`),
      el('span', { class: 'becomes' }, r.action === 'keep' && r.state === 'open' ? 'stays' : '→ ' + becomes(r)),
      el('span', { class: 'meta' },
        el('span', { class: 'tag ' + r.action }, r.action), r.state !== 'open' ? el('span', { class: 'tag ' + r.state }, r.state) : null,
        r.stale ? el('span', { class: 'tag stale' }, 'suggestion has changed') : null,
        el('bdi', {}, r.group_name || r.group_id), r.gain ? el('span', {}, `−${bits(r.gain)} bits`) : null, el('span', {}, 'grade ' + r.grade), r.who ? el('bdi', {}, r.who) : null)));
}

function showSelected() {
  $('selected').textContent = selected.size ? many(selected.size, 'rule') + ' selected' : '';
  $('many').hidden = selected.size === 0;
}

function toggle(i) {
  const r = rows[i];
  if (!r) return;
  if (!selected.delete(r.rule)) selected.set(r.rule, r);
  $('rows').children[i].querySelector('input').checked = selected.has(r.rule);
  showSelected();
  say(`${selected.has(r.rule) ? 'Selected' : 'No longer selected'}: ${r.words}`);
}

async function selectAll() {
  for (const c of await ask('api/choose?' + query())) selected.set(c.rule, c);
  showRows();
  say(`${many(selected.size, 'rule')} selected: all that are listed`);
}

// move goes to a rule of the list, on the next or the earlier page too.
async function move(i, focus = true) {
  if (i >= rows.length && offset + rows.length < total) { offset += perPage; here = 0; await load(); }
  else if (i < 0 && offset > 0) { offset -= perPage; here = perPage - 1; await load(); }
  else if (i >= 0 && i < rows.length) {
    const before = $('rows').children[here];
    before?.classList.remove('here');
    before?.querySelectorAll('input, button').forEach(e => { e.tabIndex = -1; e.removeAttribute('aria-current'); });
    here = i;
    const now = $('rows').children[here];
    now.classList.add('here');
    now.querySelectorAll('input, button').forEach(e => { e.tabIndex = 0; });
    now.querySelector('button').setAttribute('aria-current', 'true');
    await show();
  } else return;
  const button = $('rows').children[here]?.querySelector('button');
  if (focus) button?.focus({ preventScroll: true });
  button?.scrollIntoView({ block: 'nearest' });
}

// look opens a rule that was clicked on; where there is no room beside the list, it goes there.
async function look(i) {
  await move(i);
  if (matchMedia('(max-width: 52rem)').matches) { $('detail').scrollIntoView(); $('detail').focus({ preventScroll: true }); }
}

const again = () => { offset = 0; here = 0; load().catch(fail); };

// ---- one rule

const facts = list => el('dl', { class: 'facts' }, list.filter(([, v]) => v !== '' && v !== null && v !== undefined).flatMap(([k, v]) => [el('dt', {}, k), el('dd', {}, v)]));
const lines = list => el('ul', { class: 'rules' }, list.map(x => el('li', {}, x)));
const table = (heads, body) => el('div', { class: 'wide' }, el('table', {}, el('thead', {}, el('tr', {}, heads.map(h => el('th', { scope: 'col' }, h)))),
  el('tbody', {}, body.map(cells => el('tr', {}, cells.map(c => typeof c === 'number' ? el('td', { class: 'n' }, c.toLocaleString('en')) : el('td', {}, el('bdi', {}, c))))))));
const dayOf = t => t ? t.slice(0, 10) : '';

let shows = 0;
async function show() {
  const r = rows[here], mark = ++shows;
  if (!r) { detail = null; put($('detail')); return; }
  const d = await ask('api/rules/' + r.rule);
  if (mark !== shows) return; // another one was asked for meanwhile
  detail = d;
  const act = (action, label, key, main) => el('button', { type: 'button', class: main ? 'main' : '', onclick: () => decideHere(action) }, label + ' ', el('kbd', {}, key));
  const e = d.evidence, n = d.confidence.new_sources, b = d.confidence.backtest;
  put($('detail'), 
    el('h2', {}, el('bdi', {}, d.group_name || d.group_id), ` · ${d.direction} `, el('span', { class: 'words' }, d.words)),
    el('p', { class: 'bar' }, d.suggests ? act('accept', 'Accept', 'a', true) : null, act('change', 'Change', 'c'), act('reject', 'Reject', 'r'), act('postpone', 'Postpone', 'p'),
      d.state !== 'open' ? el('button', { type: 'button', onclick: undo }, 'Undo ', el('kbd', {}, 'u')) : null),
    d.state !== 'open' ? el('p', { class: d.state }, `${d.state} by `, el('bdi', {}, d.who), `, ${d.at}`, d.reason ? el('span', {}, ': ', el('bdi', {}, d.reason)) : null) : null,
    d.stale ? el('p', { class: 'stale' }, 'It was decided on, but the plan suggests something else since. Decide again.') : null,
    el('h3', {}, d.action === 'review' ? (d.suggests ? 'For review; if the evidence sufficed it would become' : 'For review; nothing is suggested') : d.action === 'keep' ? 'To be kept' : d.action === 'remove' ? 'To be removed' : 'To become'),
    d.suggests || d.state === 'changed' ? lines(d.becomes.length ? d.becomes : ['nothing: it goes']) : null,
    d.suggests ? el('p', { class: 'hint' }, `${bits(d.before)} → ${bits(d.before - d.gain)} bits of exposure, grade ${d.grade}`) : null,
    el('h3', {}, 'Why'), d.reasons.length ? el('ul', {}, d.reasons.map(f => el('li', {}, f.reason))) : el('p', {}, 'No finding.'),
    d.still_through?.length ? [el('h3', {}, 'Its traffic still flows through'), lines(d.still_through)] : null,
    d.named_users?.length ? [el('h3', {}, 'Regular users'), lines(d.named_users)] : null,
    el('h3', {}, 'Evidence'), strip(e.strip),
    facts([['Uses', many(e.conversations, 'conversation') + `, ${e.sole.toLocaleString('en')} of them through no other rule`], ['Peers', String(e.peers)],
      ['On', `${many(e.days, 'day')} of ${many(e.observed_days, 'observed day')}`], ['First, last', e.first_seen ? `${dayOf(e.first_seen)}, ${dayOf(e.last_seen)}` : 'never'],
      ['Probes, noise', `${e.probes.toLocaleString('en')}, ${e.noise.toLocaleString('en')}`], ['Opener unknown', e.ambiguous ? String(e.ambiguous) : ''],
      ['New sources', n.label ? `label ${n.label}: ${n.d7} in 7 days, ${n.d15} in 15; at most ${n.bound_7d} in the next 7 (95 %)` : ''],
      ['Backtest', b.weeks ? `${many(b.refused_conversations, 'conversation')} of ${many(b.refused_sources, 'source')} would have been refused in a week` : 'not possible']]),
    e.top_peers?.length ? [el('h3', {}, 'Busiest peers'), table(['Address', 'Interface', 'Conversations', 'Days'], e.top_peers.map(p => [p.address, p.interface || '', p.conversations, p.days]))] : null,
    d.choices.length > 1 ? [el('h3', {}, 'Alternatives'), ...d.choices.map(c => el('div', {}, el('p', { class: 'hint' }, `${c.name}, ${bits(c.bits)} bits`), lines(c.text.split('\n'))))] : null,
    el('h3', {}, 'Rule'),
    facts([['Group', el('span', {}, el('bdi', {}, d.group_name), ' ', el('button', { type: 'button', onclick: () => { filters.group.value = d.group_id; again(); } }, 'only ' + d.group_id))],
      ['Where', [d.account_id, d.region, d.vpc_id].filter(Boolean).join(' · ')], ['Worn by', many(d.interfaces, 'interface')], ['Id', d.rule_id], ['Description', d.description && el('bdi', {}, d.description)],
      ['Opened', d.opened ? `${d.opened.at.slice(0, 19).replace('T', ' ')} UTC by ${d.opened.by}` : '']]),
    d.history.length ? [el('h3', {}, 'Decided'), table(['When', 'Who', 'What', 'Why'], d.history.map(h => [h.at.slice(0, 16).replace('T', ' '), h.who, h.action, h.reason || '']))] : null);
  $('detail').scrollTop = 0;
}

function strip(letters) {
  const kinds = { '#': 'used', '.': 'silent', '?': 'unsure', '-': 'out' };
  const n = c => [...letters].filter(x => x === c).length;
  return el('div', { class: 'strip', role: 'img', 'aria-label': `Of ${letters.length} days: used on ${n('#')}, silent on ${n('.')}, not surely seen on ${n('?')}, not in force on ${n('-')}` },
    [...letters].map(c => el('span', { class: kinds[c] || 'out' })));
}

// ---- decisions

const verbs = { accept: 'Accepted', change: 'Changed', reject: 'Rejected', postpone: 'Postponed' };

// reasonFor asks why; null where that is cancelled.
function reasonFor(action, what) {
  const dialog = $('reason'), text = $('reason-text');
  $('reason-title').textContent = { accept: 'Accept', reject: 'Reject', postpone: 'Postpone' }[action];
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

async function decideHere(action) {
  const r = rows[here];
  if (!r) return;
  if (action === 'change') return edit();
  if (action === 'accept' && !r.suggests) return fail(new Error('Nothing is suggested for this rule: change it, reject it or postpone it.'));
  await decide(action, [r], `${r.direction} ${r.words}`);
}

async function decideSelected(action) {
  let list = [...selected.values()];
  if (!list.length) return fail(new Error('No rule is selected: x selects the one at hand, X all that are listed.'));
  const without = action === 'accept' ? list.filter(r => !r.suggests).length : 0;
  if (without) list = list.filter(r => r.suggests);
  if (!list.length) return fail(new Error('Nothing is suggested for the selected rules.'));
  await decide(action, list, many(list.length, 'rule') + (without ? `; ${many(without, 'other')} have no suggestion and stay selected` : ''));
}

async function decide(action, list, what, text) {
  let reason = text === undefined ? '' : $('edit-reason').value.trim();
  if (text === undefined && (action !== 'accept' || list.some(r => r.needs_reason))) {
    const note = action === 'accept' ? '. The evidence does not suffice for all of it, so say why it is accepted all the same' : '';
    reason = await reasonFor(action, what + note);
    if (reason === null) return focusHere();
  }
  try {
    const stored = await ask('api/decide', { action, reason, who: who(), text: text ?? '', rules: list.map(r => ({ rule: r.rule, version: r.version })) });
    mine.push(stored[0].batch);
    list.forEach(r => selected.delete(r.rule));
    const stays = !filters.state.value || filters.state.value !== 'open';
    if (stays && list.length === 1) here = Math.min(here + 1, rows.length - 1);
    await load();
    say(`${verbs[action]}: ${what}. Stored; u takes it back.`);
  } catch (err) { await failed(err); }
  focusHere();
}

// failed shows what went wrong; where others decided meanwhile, what they did.
async function failed(err) {
  if (err.code === 409) {
    err.rules.forEach(r => selected.delete(r));
    await load(rows[here]?.rule).catch(() => {});
  }
  fail(err);
}

async function undo() {
  let batch = mine.pop();
  if (batch === undefined) {
    const standing = [];
    for (const h of detail?.history ?? []) h.action === 'undo' ? standing.pop() : standing.push(h);
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

const focusHere = () => $('rows').children[here]?.querySelector('button')?.focus({ preventScroll: true });

// ---- changing a rule

let trial = null, tries = 0, timer = 0, edited = null;

function edit() {
  if (!detail) return;
  edited = detail;
  trial = null;
  const r = edited;
  $('edit-what').textContent = `${r.direction} ${r.words} of ${r.group_name || r.group_id}`;
  const begin = (name, text) => el('button', { type: 'button', onclick: () => { $('edit-text').value = text; tryNow(); $('edit-text').focus(); } }, name);
  put($('edit-choices'), ...r.choices.map(c => begin(`${c.name} (${bits(c.bits)} bits)`, c.text)), begin('today’s rule', r.words));
  $('edit-text').value = r.text;
  $('edit-reason').value = '';
  $('edit').returnValue = '';
  $('edit').showModal();
  $('edit-text').focus();
  tryNow();
}

// tryNow has the text in the editor replayed.
async function tryNow() {
  const mark = ++tries;
  trial = null;
  $('edit-yes').disabled = true;
  put($('edit-answer'), el('p', { class: 'hint' }, 'Replaying the window …'));
  try {
    const t = await ask('api/try', { rule: edited.rule, text: $('edit-text').value });
    if (mark !== tries) return;
    trial = t;
    $('edit-yes').disabled = false;
    put($('edit-answer'), ...answer(t));
  } catch (err) {
    if (mark === tries) put($('edit-answer'), el('p', { class: 'bad' }, err.message));
  }
}

function answer(t) {
  const size = `${t.rules.length ? many(t.rules.length, 'rule') : 'The rule goes'}, ${bits(t.before)} → ${bits(t.bits)} bits.`;
  const noise = t.noise ? ` ${many(t.noise, 'noise conversation')} of strangers would be refused, as wished.` : '';
  if (!t.conversations) return [el('p', { class: 'good' }, `${size} The replay of ${many(t.replayed.edges, 'flow')} refuses no real use.${noise}`)];
  return [el('p', { class: 'bad' }, `${size} ${t.at_least ? 'At least ' : ''}${many(t.conversations, 'conversation')} of ${many(t.sources, 'peer')} would have been refused.${noise} Say why it is right all the same.`),
    refusals(t.refusals)];
}

const refusals = list => table(['Peer', 'Service', 'Conversations', 'Groups'], list.map(r => [r.peer, `${arrow(r)} ${r.protocol}${r.port ? ' ' + r.port : ''}${r.noise ? ' (noise)' : ''}`, r.conversations, r.groups]));

// ---- the end

async function toEnd() {
  const open = $('end').hidden;
  $('end').hidden = !open;
  document.querySelector('main').hidden = filters.hidden = open;
  $('to-end').firstChild.textContent = open ? 'Back to the rules ' : 'Finish ';
  if (!open) return load(rows[here]?.rule).then(focusHere, fail);
  put($('end'), el('p', {}, 'Replaying the accepted plan …'));
  $('end').focus();
  try { showEnd(await ask('api/finish', {})); } catch (err) { fail(err); put($('end'), el('p', { class: 'bad' }, err.message)); }
}

function showEnd(o) {
  const s = o.states;
  const list = (title, items) => items.length ? [el('h3', {}, `${title} (${items.length})`), table(['Rule', 'Suggested', 'Why', 'Who, when'],
    items.map(r => [`${r.group_name || r.group_id} ${r.direction} ${r.words}`, r.suggests ? becomes(r) : 'nothing', r.reason, `${r.who}, ${r.at}`]))] : null;
  put($('end'), 
    el('h2', {}, 'The outcome'),
    el('p', {}, `${many(s.accepted + s.changed, 'suggestion')} accepted or changed: ${many(o.remove, 'rule')} to remove, ${many(o.replace, 'rule')} to replace. ` +
      `${s.rejected} rejected, ${s.postponed} postponed, ${s.open} still open; these stay as they are.`),
    o.exposure.length ? table(['Account', 'Direction', 'Bits today', 'Bits then'], o.exposure.map(x => [x.account_id, x.direction, bits(x.before), bits(x.after)])) : null,
    el('h3', {}, 'Its replay as a whole'),
    el('p', { class: o.replay.refused ? 'bad' : 'good' }, o.replay.refused ? `Of ${many(o.replay.edges, 'flow')} of the window, ${many(o.replay.refused, 'real use')} would be refused. Look at the changed rules that they go through:` :
      `Of ${many(o.replay.edges, 'flow')} of the window it refuses no real use${o.replay.noise_refused ? `, and ${many(o.replay.noise_refused, 'flow')} of noise` : ''}.`),
    o.replay.refused ? table(['Peer', 'Service', 'Conversations', 'Through today'], o.refusals.filter(r => !r.noise).map(r => [r.peer, `${arrow(r)} ${r.protocol}${r.port ? ' ' + r.port : ''}`, r.conversations, r.through.join(', ')])) : null,
    el('h3', {}, 'Files'),
    el('p', { class: 'bar' }, el('a', { href: 'plan.accepted.json', download: 'plan.accepted.json' }, 'plan.accepted.json'), el('a', { href: 'rejected.json', download: 'rejected.json' }, 'rejected.json'),
      document.body.dataset.save === 'true' ? el('button', { type: 'button', id: 'save', class: 'main', onclick: save }, 'Save them') : null),
    el('p', { id: 'saved', role: 'status' }),
    el('p', { class: 'hint' }, 'For other tools: ', el('code', {}, 'sgfit export terraform --plan plan.accepted.json'), ' and the like; see ', el('code', {}, 'sgfit export --help'), '.'),
    list('Rejected', o.rejected), list('Postponed', o.postponed));
}

async function save() {
  try {
    const o = await ask('api/save', {});
    showEnd(o);
    put($('saved'), 'Saved: ', ...o.files.map(f => el('code', {}, f + ' ')));
    say('Saved.');
  } catch (err) { fail(err); }
}

// ---- others who decide at the same time

async function listen() {
  if (document.hidden || document.querySelector('dialog[open]')) return;
  try {
    const news = await ask('api/log?after=' + last);
    const others = news.filter(e => !mine.includes(e.batch));
    if (!news.length) return;
    news.forEach(e => selected.delete(e.place));
    if ($('end').hidden) await load(rows[here]?.rule); else last = news[news.length - 1].no;
    if (others.length) say(`${others[others.length - 1].who}: ${others[others.length - 1].action} ${others[others.length - 1].rule}${others.length > 1 ? ` and ${others.length - 1} more` : ''}`);
  } catch (err) { fail(err); }
}

// ---- keys and the rest

const keys = {
  j: () => move(here + 1), k: () => move(here - 1), a: () => decideHere('accept'), r: () => decideHere('reject'), p: () => decideHere('postpone'), c: () => decideHere('change'),
  A: () => decideSelected('accept'), R: () => decideSelected('reject'), P: () => decideSelected('postpone'), u: undo, x: () => toggle(here), X: selectAll,
  '/': () => { $('q').focus(); $('q').select(); }, g: toEnd, '?': () => $('help').showModal(),
};
const whileEnd = ['g', '?'];

let queue = Promise.resolve(); // keys are answered one after the other, however fast they come
document.addEventListener('keydown', e => {
  const field = e.target.closest?.('input:not([type=checkbox]), select, textarea');
  if (e.key === 'Escape' && field && !e.target.closest('dialog')) { e.preventDefault(); focusHere(); return; }
  if (field || e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) return;
  const act = keys[e.key];
  if (!act || !$('end').hidden && !whileEnd.includes(e.key)) return;
  e.preventDefault();
  queue = queue.then(act).catch(fail);
});
for (const [id, act] of Object.entries({ 'to-end': toEnd, 'select-all': selectAll, 'to-help': keys['?'], 'select-none': () => { selected.clear(); showRows(); },
  next: () => move(rows.length), back: () => move(-1), 'group-clear': () => { filters.group.value = ''; again(); } })) {
  $(id).addEventListener('click', () => Promise.resolve(act()).catch(fail));
}
document.querySelectorAll('[data-many]').forEach(b => b.addEventListener('click', () => decideSelected(b.dataset.many)));
document.querySelectorAll('[data-close]').forEach(b => b.addEventListener('click', () => b.closest('dialog').close('')));
$('edit-text').addEventListener('input', () => { clearTimeout(timer); ++tries; trial = null; $('edit-yes').disabled = true; timer = setTimeout(tryNow, 250); });
for (const form of document.querySelectorAll('dialog form')) {
  form.addEventListener('keydown', e => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); const b = form.querySelector('[type=submit]'); if (!b.disabled) form.requestSubmit(b); } });
}
$('reason-text').addEventListener('keydown', e => { if (e.key === 'Enter' && !e.shiftKey && !e.ctrlKey) { e.preventDefault(); $('reason').querySelector('form').requestSubmit($('reason-yes')); } });
$('edit').querySelector('form').addEventListener('submit', e => {
  if (!trial) { e.preventDefault(); return; }
  if (trial.conversations && !$('edit-reason').value.trim()) { e.preventDefault(); $('edit-reason').focus(); $('edit-reason').setCustomValidity(''); $('edit-answer').append(el('p', { class: 'bad' }, 'A change that refuses real uses needs a reason.')); }
});
$('edit').addEventListener('close', () => {
  if ($('edit').returnValue === 'yes') decide('change', [edited], `${edited.direction} ${edited.words}`, $('edit-text').value);
  else focusHere();
});
filters.addEventListener('submit', e => { e.preventDefault(); focusHere(); });
let typing = 0;
filters.addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(again, 150); });

for (const [k, v] of new URLSearchParams(location.search)) if (filters.elements[k]) filters.elements[k].value = k === 'state' && v === 'any' ? '' : v;
load().then(focusHere).catch(fail);
setInterval(listen, 3000);
