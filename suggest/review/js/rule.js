// The card of one rule: what is suggested, why, and what is known.

import { $, el, put, button, many, bits, number, facts, lines, table, dayOf, minuteOf } from './dom.js';
import { ask } from './server.js';
import { page } from './state.js';
import { groupOf } from './words.js';

let shows = 0;

// show asks for a rule of the list, and shows it.
export async function show(r) {
  const mark = ++shows;
  if (!r) {
    page.detail = null;
    return put($('detail'));
  }
  const d = await ask('api/rules/' + r.rule);
  if (mark !== shows) return; // another one was asked for meanwhile
  page.detail = d;
  put($('detail'), head(d), suggestion(d), why(d), evidence(d), alternatives(d), identity(d), history(d));
  $('detail').scrollTop = 0;
}

function head(d) {
  return [
    el('h2', {}, el('bdi', {}, groupOf(d)), ` · ${d.direction} `, el('span', { class: 'words' }, d.words)),
    el('p', { class: 'bar acts' }, d.suggests ? button('accept', 'Accept', 'a', { class: 'main' }) : null, button('change', 'Change', 'c'), button('reject', 'Reject', 'r'), button('postpone', 'Postpone', 'p'),
      d.state !== 'open' ? button('undo', 'Undo', 'u') : null),
    d.state !== 'open' ? el('p', { class: d.state }, `${d.state} by `, el('bdi', {}, d.who), `, ${d.at}`, d.reason ? el('span', {}, ': ', el('bdi', {}, d.reason)) : null) : null,
    d.stale ? el('p', { class: 'stale' }, 'It was decided on, but the plan suggests something else since. Decide again.') : null,
  ];
}

function suggestion(d) {
  const title = d.state === 'changed' ? 'Changed to' : d.action === 'review' ? (d.suggests ? 'For review; if the evidence sufficed it would become' : 'For review; nothing is suggested') :
    d.action === 'keep' ? 'To be kept' : d.action === 'remove' ? 'To be removed' : 'To become';
  const after = d.before - d.gain;
  return [
    el('h3', {}, title),
    d.suggests || d.state === 'changed' ? lines(d.becomes.length ? d.becomes : ['nothing: it goes']) : null,
    d.suggests ? el('p', { class: 'hint' }, d.gain ? `${bits(d.before)} → ${bits(after)} bits of exposure${less(d.gain)}; grade ${d.grade}` : `${bits(d.before)} bits of exposure; grade ${d.grade}`) : null,
  ];
}

// less says bits in words, where they can be: one bit less is half as much.
const less = gain => gain < 1 || gain > 50 ? '' : `: ${roughly.format(2 ** gain)} times less`;
const roughly = new Intl.NumberFormat('en', { notation: 'compact', compactDisplay: 'long', maximumSignificantDigits: 2 });

const why = d => [
  el('h3', {}, 'Why'), d.reasons.length ? el('ul', {}, d.reasons.map(f => el('li', {}, f.reason))) : el('p', {}, 'No finding.'),
  d.still_through?.length ? [el('h3', {}, 'Its traffic still flows through'), lines(d.still_through)] : null,
  d.named_users?.length ? [el('h3', {}, 'Regular users'), lines(d.named_users)] : null,
];

function evidence(d) {
  const e = d.evidence, n = d.confidence.new_sources, b = d.confidence.backtest;
  return [
    el('h3', {}, 'Evidence'), strip(e.strip),
    facts([['Uses', many(e.conversations, 'conversation') + (e.conversations ? `, ${number(e.sole)} of them through no other rule` : '')], ['Peers', number(e.peers)],
      ['On', e.days > e.observed_days ? `${many(e.days, 'day')}; on ${number(e.observed_days)} every use would have been logged` : `${many(e.days, 'day')} of ${many(e.observed_days, 'observed day')}`], ['First, last', e.first_seen ? `${dayOf(e.first_seen)}, ${dayOf(e.last_seen)}` : 'never'],
      ['Probes, noise', `${number(e.probes)}, ${number(e.noise)}`], ['Opener unknown', e.ambiguous ? number(e.ambiguous) : ''],
      ['New sources', n.label ? `label ${n.label}: ${n.d7} in 7 days, ${n.d15} in 15; at most ${n.bound_7d} in the next 7 (95 %)` : ''],
      ['Backtest', b.weeks ? `${many(b.refused_conversations, 'conversation')} of ${many(b.refused_sources, 'source')} would have been refused in a week` : 'not possible']]),
    e.top_peers?.length ? [el('h3', {}, 'Busiest peers'), table(['Address', 'Interface', 'Conversations', 'Days'], e.top_peers.map(p => [p.address, p.interface || '', p.conversations, p.days]))] : null,
  ];
}

// strip draws the days of the window.
function strip(letters) {
  const kinds = { '#': 'used', '.': 'silent', '?': 'unsure', '-': 'out' };
  const n = c => [...letters].filter(x => x === c).length;
  return [
    el('div', { class: 'strip', role: 'img', 'aria-label': `Of ${letters.length} days: used on ${n('#')}, silent on ${n('.')}, not surely seen on ${n('?')}, not in force on ${n('-')}` },
      [...letters].map(c => el('span', { class: kinds[c] || 'out' }))),
    el('p', { class: 'hint legend', 'aria-hidden': 'true' }, [['#', 'used'], ['.', 'silent'], ['?', 'not surely seen'], ['-', 'not in force']].filter(([c]) => n(c)).map(([c, label]) =>
      el('span', {}, el('span', { class: 'strip' }, el('span', { class: kinds[c] })), ` ${label} (${n(c)})`))),
  ];
}

const alternatives = d => d.choices.length > 1 ? [el('h3', {}, 'Alternatives'),
  d.choices.map(c => [el('p', { class: 'hint' }, `${c.name}, ${bits(c.bits)} bits`), lines(c.text.split('\n'))])] : null;

const identity = d => [
  el('h3', {}, 'Rule'),
  facts([['Group', el('span', {}, el('bdi', {}, d.group_name), ' ', el('button', { type: 'button', 'data-group': d.group_id }, 'only ' + d.group_id))],
    ['Where', [d.account_id, d.region, d.vpc_id].filter(Boolean).join(' · ')], ['Worn by', many(d.interfaces, 'interface')], ['Id', d.rule_id], ['Description', d.description && el('bdi', {}, d.description)],
    ['Opened', d.opened ? `${minuteOf(d.opened.at)} UTC by ${d.opened.by}` : '']]),
];

const history = d => d.history.length ? [el('h3', {}, 'Decided'),
  table(['When', 'Who', 'What', 'Why'], d.history.map(h => [minuteOf(h.at), h.who, h.action, h.reason || '']))] : null;
