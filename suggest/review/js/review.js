// The page of 'sgfit review': what can be done, by key and by button, and the beginning.

import { $, fail } from './dom.js';
import { page } from './state.js';
import { load, again, setFilter, clearFilters, readFilters, suggestGroups, move, turnPage, focusHere, toggle, selectAll, selectNone } from './list.js';
import { decideHere, decideSelected, changeSelected, undo } from './decision.js';
import { edit } from './edit.js';
import { showOutcome, save } from './outcome.js';
import { acts as exceptionActs } from './exception.js';
import { open, view } from './view.js';
import { listen } from './others.js';

// acts are what buttons with data-do do.
const acts = {
  accept: () => decideHere('accept'), reject: () => decideHere('reject'), postpone: () => decideHere('postpone'), change: edit, undo,
  'accept-selected': () => decideSelected('accept'), 'change-selected': changeSelected, 'reject-selected': () => decideSelected('reject'), 'postpone-selected': () => decideSelected('postpone'),
  'select-all': selectAll, 'select-none': selectNone, next: () => turnPage(1), back: () => turnPage(-1), clear: clearFilters, 'more-filters': moreFilters,
  rules: () => view === 'rules' ? focusHere() : open('rules'), outcome: () => open('outcome'), exceptions: () => open('exceptions'), help: () => $('help').showModal(),
  again: showOutcome, save, ...exceptionActs,
};

// moreFilters unfolds the filters, where the page is narrow.
function moreFilters() {
  const all = $('filters').classList.toggle('all');
  $('more').setAttribute('aria-expanded', String(all));
  $('more').textContent = all ? 'Fewer filters' : 'More filters';
}

// keys do the same, while the rules are shown.
const keys = {
  j: () => move(page.here + 1), k: () => move(page.here - 1), a: acts.accept, r: acts.reject, p: acts.postpone, c: acts.change, u: acts.undo,
  x: () => toggle(page.here), X: acts['select-all'], A: acts['accept-selected'], C: acts['change-selected'], R: acts['reject-selected'], P: acts['postpone-selected'],
  '/': () => { $('q').focus(); $('q').select(); },
};
const everywhere = { g: acts.outcome, e: acts.exceptions, '?': acts.help }; // g and e lead back too

let queue = Promise.resolve(); // one after the other, however fast they come
const run = act => { queue = queue.then(act).catch(fail); };

document.addEventListener('keydown', e => {
  const field = e.target.closest?.('input:not([type=checkbox]), select, textarea');
  if (e.key === 'Escape' && view === 'rules' && field && !field.closest('dialog')) {
    e.preventDefault();
    return focusHere();
  }
  if (field || e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) return;
  const act = everywhere[e.key] ?? (view === 'rules' ? keys[e.key] : undefined);
  if (!act) return;
  e.preventDefault();
  run(act);
});

document.addEventListener('click', e => {
  const b = e.target.closest?.('[data-do], [data-state], [data-group], [data-close]');
  if (!b) return;
  if ('close' in b.dataset) b.closest('dialog').close('');
  else if ('do' in b.dataset) run(acts[b.dataset.do]);
  else if ('group' in b.dataset) run(() => setFilter('group', b.dataset.group));
  else run(async () => { await setFilter('state', b.dataset.state); if (view !== 'rules') await open('rules'); });
});

for (const form of document.querySelectorAll('dialog form')) {
  form.addEventListener('keydown', e => {
    const yes = form.querySelector('[type=submit]');
    if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey)) return;
    e.preventDefault();
    if (!yes.disabled) form.requestSubmit(yes);
  });
}

let typing = 0;
$('filters').addEventListener('submit', e => { e.preventDefault(); focusHere(); });
$('filters').addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(() => run(again), 150); });
$('group').addEventListener('focus', () => suggestGroups().catch(fail));

readFilters();
run(() => load().then(focusHere));
setInterval(listen, 3000);
