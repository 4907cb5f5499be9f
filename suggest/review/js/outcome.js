// The outcome: the accepted plan, its replay as a whole, and its files.

import { $, el, put, button, many, bits, number, table, say } from './dom.js';
import { ask } from './server.js';
import { page } from './state.js';
import { becomes, groupOf, service } from './words.js';

const files = () => JSON.parse($('outcome').dataset.formats);

export async function showOutcome() {
  put($('outcome'), el('h2', {}, 'The outcome'), el('p', { role: 'status' }, 'Replaying the accepted plan against the whole window …'));
  try {
    render(await ask('api/finish', {}));
  } catch (err) {
    put($('outcome'), el('h2', {}, 'The outcome'), el('p', { class: 'bad' }, err.message), el('p', { class: 'bar' }, button('again', 'Try again')));
    throw err;
  }
}

function render(o) {
  put($('outcome'), el('h2', {}, 'The outcome'), el('p', { id: 'outdated', class: 'wait', hidden: o.last >= page.last }, 'Something was decided since this was replayed. ', button('again', 'Replay again')),
    summary(o), replay(o), downloads(), decided('Rejected', o.states.rejected, o.rejected), decided('Postponed', o.states.postponed, o.postponed));
}

const summary = o => [
  el('p', {}, `${many(o.states.accepted + o.states.changed, 'suggestion')} accepted or changed: ${many(o.remove, 'rule')} to remove, ${many(o.replace, 'rule')} to replace. ` +
    `${number(o.states.rejected)} rejected, ${number(o.states.postponed)} postponed, ${number(o.states.open)} still open; these stay as they are.`),
  o.exposure.length ? table(['Account', 'Direction', 'Bits today', 'Bits then'], o.exposure.map(x => [x.account_id, x.direction, bits(x.before), bits(x.after)])) : null,
];

function replay(o) {
  const r = o.replay, flows = many(r.edges, 'flow');
  if (!r.refused) return [el('h3', {}, 'Its replay as a whole'),
    el('p', { class: 'good' }, `Of ${flows} of the window it refuses no real use${r.noise_refused ? `, and ${many(r.noise_refused, 'flow')} of noise` : ''}.`)];
  return [el('h3', {}, 'Its replay as a whole'),
    el('p', { class: 'bad' }, `Of ${flows} of the window, ${many(r.refused, 'real use')} would be refused. Look at the changed rules that they go through:`),
    table(['Peer', 'Service', 'Conversations', 'Through today'], o.refusals.filter(x => !x.noise).map(x => [x.peer, service(x), x.conversations, x.through.join(', ')]))];
}

function downloads() {
  const link = (href, name, words) => el('li', {}, el('a', { href, download: name }, name), el('span', {}, words));
  return [
    el('h3', {}, 'Files'),
    el('ul', { class: 'files' },
      link('plan.accepted.json', 'plan.accepted.json', 'the accepted plan, for programs and for sgfit export --plan'),
      link('rejected.json', 'rejected.json', 'what was rejected, by whom and why'),
      files().map(f => el('li', {}, el('a', { href: 'exports/' + f.Name, download: '', onclick: () => told(f.Name) }, f.Name), el('span', {}, f.Words), el('span', { id: 'told-' + f.Name, class: 'told', role: 'status' })))),
    el('p', { class: 'bar' }, $('outcome').dataset.save === 'true' ? button('save', 'Save plan and rejections', '', { id: 'save', class: 'main' }) : null, button('exceptions', 'Exceptions for what was rejected', 'e')),
    el('p', { id: 'saved', role: 'status' }),
  ];
}

// told says beside a download what is in it, and what to look at.
async function told(format) {
  const place = $('told-' + format);
  place.textContent = 'Writing it …';
  try {
    const f = await ask('api/exports/' + format);
    put(place, f.rules ? `${f.name}: ${many(f.rules, 'rule')}, ${number(Math.ceil(f.bytes / 1024))} KiB` : 'It is empty: nothing that was accepted removes or replaces a rule.',
      f.warnings.length ? el('ul', { class: 'wait' }, f.warnings.map(w => el('li', {}, w))) : null);
  } catch (err) { put(place, el('span', { class: 'bad' }, err.message)); }
}

function decided(title, n, rows) {
  if (!n) return null;
  return [el('h3', {}, `${title} (${number(n)})`), table(['Rule', 'Suggested', 'Why', 'Who, when'],
    rows.map(r => [`${groupOf(r)} ${r.direction} ${r.words}`, r.suggests ? becomes(r, 3) : 'nothing', r.reason, `${r.who}, ${r.at}`])),
    n > rows.length ? el('p', { class: 'hint' }, `These are the first ${rows.length}; rejected.json and the list of rules have all.`) : null];
}

export async function save() {
  const o = await ask('api/save', {});
  render(o);
  put($('saved'), 'Saved: ', o.files.map(f => el('code', {}, f + ' ')));
  say('Saved.');
}
