// The list of rules: what is chosen, one page of it, the rule at hand, and which are selected.

import { $, el, put, many, bits, number, say, fail } from './dom.js';
import { ask } from './server.js';
import { page, selected, atHand } from './state.js';
import { arrow, becomes, groupOf } from './words.js';
import { show } from './rule.js';

const perPage = 100;
const filters = $('filters');

function query() {
  const q = new URLSearchParams(new FormData(filters));
  for (const [k, v] of [...q]) if (!v) q.delete(k);
  return q;
}

// load lists anew; the rule 'keep' stays at hand where it is still listed.
export async function load(keep) {
  const q = query();
  const shown = new URLSearchParams(q);
  if (!filters.elements.state.value) shown.set('state', 'any');
  history.replaceState(null, '', '?' + shown);
  q.set('offset', page.offset);
  q.set('limit', perPage);
  const part = await ask('api/rules?' + q);
  if (part.total > 0 && part.rows.length === 0) {
    page.offset = Math.floor((part.total - 1) / perPage) * perPage;
    return load(keep);
  }
  Object.assign(page, { rows: part.rows, total: part.total, last: part.last });
  const found = keep === undefined ? -1 : page.rows.findIndex(r => r.rule === keep);
  page.here = found >= 0 ? found : Math.max(0, Math.min(page.here, page.rows.length - 1));
  showStates(part.states);
  showRows();
  await show(atHand());
}

// again lists from the beginning, as the filters are now.
export function again() {
  page.offset = page.here = 0;
  return load();
}

export function setFilter(name, value) {
  filters.elements[name].value = value;
  return again();
}

export function clearFilters() {
  const state = filters.elements.state.value;
  filters.reset();
  return setFilter('state', state);
}

// readFilters takes the filters from the page's address.
export function readFilters() {
  for (const [k, v] of new URLSearchParams(location.search)) {
    if (filters.elements[k]) filters.elements[k].value = k === 'state' && v === 'any' ? '' : v;
  }
}

// suggestGroups fills the list of groups to choose from, once.
export async function suggestGroups() {
  if ($('groups').childElementCount) return;
  put($('groups'), (await ask('api/groups')).map(g => el('option', { value: g.id }, g.name)));
}

function showStates(states) {
  const all = Object.values(states).reduce((a, b) => a + b, 0);
  const one = (state, n, label) => el('button', { type: 'button', 'data-state': state, 'aria-pressed': String(filters.elements.state.value === state) }, label + ' ', el('b', {}, number(n)));
  put($('states'), one('open', states.open, 'Open'), one('accepted', states.accepted, 'Accepted'), one('changed', states.changed, 'Changed'),
    one('rejected', states.rejected, 'Rejected'), one('postponed', states.postponed, 'Postponed'), one('', all, 'All'));
  $('progress').max = all || 1;
  $('progress').value = all - states.open;
}

function showRows() {
  const { rows, total, offset } = page;
  put($('rows'), rows.map(row));
  $('count').textContent = many(total, 'rule');
  $('place').textContent = total ? `${number(offset + 1)} to ${number(offset + rows.length)} of ${number(total)}` : 'No rule is listed. Choose another state or another filter, or finish (g).';
  $('back').hidden = $('next').hidden = total <= perPage;
  $('back').disabled = offset === 0;
  $('next').disabled = offset + rows.length >= total;
  const { state, sort, ...chosen } = Object.fromEntries(query());
  $('clear').hidden = Object.keys(chosen).length === 0;
  showSelected();
}

function row(r, i) {
  const isHere = i === page.here;
  return el('li', { class: isHere ? 'here' : '' },
    el('input', { type: 'checkbox', checked: selected.has(r.rule), tabIndex: isHere ? 0 : -1, 'aria-label': `Select ${r.group_name} ${r.group_id} ${r.direction} ${r.words}`, onchange: () => toggle(i) }),
    el('button', { type: 'button', tabIndex: isHere ? 0 : -1, 'aria-current': String(isHere), onclick: () => look(i).catch(fail) },
      el('span', { class: 'words' }, `${arrow(r)} ${r.words}`),
      el('span', { class: 'becomes' }, r.action === 'keep' && r.state === 'open' ? 'stays' : '→ ' + becomes(r)),
      el('span', { class: 'meta' },
        el('span', { class: 'tag ' + r.action }, r.action), r.state !== 'open' ? el('span', { class: 'tag ' + r.state }, r.state) : null,
        r.stale ? el('span', { class: 'tag stale' }, 'suggestion has changed') : null,
        el('bdi', { title: groupOf(r) }, groupOf(r)), r.gain ? el('span', {}, `−${bits(r.gain)} bits`) : null, el('span', {}, 'grade ' + r.grade), r.who ? el('bdi', {}, r.who) : null)));
}

// ---- the rule at hand

const buttonHere = () => $('rows').children[page.here]?.querySelector('button');
export const focusHere = () => buttonHere()?.focus({ preventScroll: true });

// move goes to a rule of the list, on the next or the earlier page too.
export async function move(i) {
  if (i >= page.rows.length && page.offset + page.rows.length < page.total) await turn(1, 0);
  else if (i < 0 && page.offset > 0) await turn(-1, perPage - 1);
  else if (i >= 0 && i < page.rows.length) await step(i);
  else return;
  focusHere();
  buttonHere()?.scrollIntoView({ block: 'nearest' });
}

function turn(pages, here) {
  page.offset = Math.max(0, page.offset + pages * perPage);
  page.here = here;
  return load();
}

export const turnPage = pages => turn(pages, 0).then(() => { $('list').scrollIntoView(); focusHere(); });

function step(i) {
  mark($('rows').children[page.here], false);
  page.here = i;
  mark($('rows').children[i], true);
  return show(atHand());
}

function mark(item, isHere) {
  if (!item) return;
  item.classList.toggle('here', isHere);
  for (const e of item.querySelectorAll('input, button')) e.tabIndex = isHere ? 0 : -1;
  item.querySelector('button').setAttribute('aria-current', String(isHere));
}

// look opens a rule that was clicked on; where there is no room beside the list, it goes there.
async function look(i) {
  await move(i);
  if (matchMedia('(max-width: 52rem)').matches) {
    $('detail').scrollIntoView();
    $('detail').focus({ preventScroll: true });
  }
}

// ---- which are selected

function showSelected() {
  $('selected').textContent = selected.size ? many(selected.size, 'rule') + ' selected' : '';
  $('many').hidden = selected.size === 0;
}

export function toggle(i) {
  const r = page.rows[i];
  if (!r) return;
  if (!selected.delete(r.rule)) selected.set(r.rule, r);
  $('rows').children[i].querySelector('input').checked = selected.has(r.rule);
  showSelected();
  say(`${selected.has(r.rule) ? 'Selected' : 'No longer selected'}: ${r.words}`);
}

export async function selectAll() {
  for (const c of await ask('api/choose?' + query())) selected.set(c.rule, c);
  showRows();
  say(`${many(selected.size, 'rule')} selected: all that are listed`);
}

export function selectNone() {
  selected.clear();
  showRows();
  say('No rule is selected.');
}
