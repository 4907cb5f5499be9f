// What others decide at the same time.

import { $, say, fail } from './dom.js';
import { ask } from './server.js';
import { page, selected, mine, atHand } from './state.js';
import { load } from './list.js';
import { view } from './view.js';

export async function listen() {
  if (document.hidden || document.querySelector('dialog[open]')) return;
  try {
    const news = await ask('api/log?after=' + page.last);
    if (!news.length) return;
    news.forEach(e => selected.delete(e.place));
    if (view === 'rules') await load(atHand()?.rule);
    else page.last = news[news.length - 1].no;
    if ($('outdated')) $('outdated').hidden = false;
    const others = news.filter(e => !mine.includes(e.batch));
    const latest = others[others.length - 1];
    if (latest) say(`${latest.who}: ${latest.action} ${latest.rule}${others.length > 1 ? ` and ${others.length - 1} more` : ''}`);
  } catch (err) { fail(err); }
}
