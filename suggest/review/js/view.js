// Which of the page's three views is shown: the rules, the outcome, the exceptions.

import { $, say } from './dom.js';
import { atHand } from './state.js';
import { load, focusHere } from './list.js';
import { showOutcome } from './outcome.js';
import { showExceptions } from './exception.js';

const views = { rules: [], outcome: [], exceptions: [] };
for (const name of Object.keys(views)) views[name] = [...document.querySelectorAll(`[data-view=${name}]`)];

export let view = 'rules';

// open shows a view; the one that is shown leads back to the rules.
export async function open(name) {
  view = name === view ? 'rules' : name;
  say('');
  for (const [other, parts] of Object.entries(views)) parts.forEach(e => { e.hidden = other !== view; });
  for (const b of document.querySelectorAll('nav [data-do]')) {
    if (b.dataset.do === view) b.setAttribute('aria-current', 'page');
    else b.removeAttribute('aria-current');
  }
  if (view === 'rules') {
    await load(atHand()?.rule);
    return focusHere();
  }
  window.scrollTo(0, 0);
  $(view).focus({ preventScroll: true });
  await (view === 'outcome' ? showOutcome() : showExceptions());
}
