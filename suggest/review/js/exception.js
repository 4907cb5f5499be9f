// Exceptions for what was rejected: who answers for each, why, until when. What is written here is kept until the page goes.

import { $, el, put, button, many, say } from './dom.js';
import { ask } from './server.js';

const perPage = 100;
const written = new Map(); // rule and version -> draft, as it was edited
let drafts = [], file = '', shown = perPage;

export async function showExceptions() {
  const answer = await ask('api/exceptions');
  file = answer.file;
  drafts = answer.drafts.map(d => {
    const key = `${d.rule} ${d.version}`;
    const kept = written.get(key) ?? { ...d, use: !d.record };
    if (d.record && !kept.record) kept.use = false; // it was added meanwhile
    kept.record = d.record;
    written.set(key, kept);
    return kept;
  });
  render();
}

function render() {
  const head = [el('h2', {}, 'Exceptions for what was rejected')];
  if (!drafts.length) return put($('exceptions'), head, el('p', {}, 'No suggestion is rejected, so there is nothing to put on record.'), el('p', { class: 'bar' }, button('rules', 'Back to the rules', 'e')));
  const expires = el('input', { type: 'date', id: 'all-expires', value: drafts[0].expires });
  const owner = el('input', { id: 'all-owner', maxlength: '150', autocomplete: 'off', placeholder: 'team or person' });
  put($('exceptions'), head,
    el('p', {}, 'An entry in exceptions.yaml keeps a rule as it is, and out of the next plan, until the day on which it ends. Say who answers for it.'),
    el('fieldset', { class: 'bar' }, el('legend', {}, 'For all that are ticked'), el('label', {}, 'Until ', expires), button('set-expires', 'Set this day'), el('label', {}, 'Owner ', owner), button('set-owner', 'Set this owner')),
    el('ol', { id: 'drafts' }, drafts.slice(0, shown).map(item)),
    drafts.length > shown ? el('p', { class: 'bar' }, button('more-exceptions', `Show more of ${many(drafts.length, 'rule')}`), el('span', { class: 'hint' }, 'Those not shown are written as they are suggested.')) : null,
    el('p', { class: 'bar' }, file ? button('add-exceptions', 'Add to ' + file, '', { class: 'main', id: 'add-exceptions' }) : null,
      button('download-exceptions', 'Download exceptions.yaml', '', { class: file ? '' : 'main', id: 'download-exceptions' }), button('preview-exceptions', 'Show the text')),
    file ? null : el('p', { class: 'hint' }, 'To have them added to a file that you keep, start ', el('code', {}, 'sgfit review --exceptions FILE'), '.'),
    el('pre', { id: 'exception-text', tabIndex: 0, hidden: true, 'aria-label': 'exceptions.yaml' }));
}

function item(d) {
  const field = (name, more = {}) => el('input', { name, value: d[name], autocomplete: 'off', oninput: e => { d[name] = e.target.value; }, ...more });
  const months = el('label', { hidden: d.kind !== 'seasonal' }, 'Months ', el('input', { placeholder: '11, 12', inputMode: 'numeric', value: d.months.join(', '), oninput: e => { d.months = e.target.value.split(/[\s,]+/).filter(Boolean).map(Number); } }));
  const kind = el('select', { onchange: e => { d.kind = e.target.value; months.hidden = d.kind !== 'seasonal'; } }, d.kinds.map(k => el('option', { selected: k === d.kind }, k)));
  return el('li', {},
    el('label', { class: 'use' }, el('input', { type: 'checkbox', checked: d.use, onchange: e => { d.use = e.target.checked; } }), ' ', el('bdi', { class: 'words' }, d.words)),
    d.record ? el('p', { class: 'hint' }, `on record already: ${d.record}`) : null,
    el('div', { class: 'fields' }, el('label', {}, 'Kind ', kind), months, el('label', {}, 'Owner ', field('owner', { maxlength: '150' })),
      el('label', { class: 'long' }, 'Reason ', field('reason', { maxlength: '1500' })), el('label', {}, 'Until ', field('expires', { type: 'date' }))));
}

const ticked = () => drafts.filter(d => d.use);

// asked is what the server wants to know of those that are ticked.
function asked() {
  const list = ticked().map(({ rule, version, kind, owner, reason, expires, months }) => ({ rule, version, kind, owner, reason, expires, months: kind === 'seasonal' ? months.map(m => Number.isInteger(m) ? m : 0) : [] }));
  if (!list.length) throw new Error('No rule is ticked.');
  return list;
}

function setAll(name, value) {
  if (!value.trim()) throw new Error('There is nothing to set.');
  ticked().forEach(d => { d[name] = value.trim(); });
  render();
  say(`Set for ${many(ticked().length, 'rule')}.`);
}

export const acts = {
  'set-expires': () => setAll('expires', $('all-expires').value),
  'set-owner': () => setAll('owner', $('all-owner').value),
  'more-exceptions': () => { shown += perPage; render(); },
  'preview-exceptions': async () => {
    const { text } = await ask('api/exceptions/text', asked());
    $('exception-text').textContent = text;
    $('exception-text').hidden = false;
    $('exception-text').focus();
  },
  'download-exceptions': async () => {
    const { text } = await ask('api/exceptions/text', asked());
    const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
    el('a', { href: url, download: 'exceptions.yaml' }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    say(`exceptions.yaml has ${many(ticked().length, 'entry', 'entries')}.`);
  },
  'add-exceptions': async () => {
    const done = await ask('api/exceptions/add', asked());
    await showExceptions();
    say(`${many(done.added, 'entry', 'entries')} added to ${done.file}${done.known ? `; ${many(done.known, 'rule')} were on record there already` : ''}.`);
  },
};
