// Making elements, and words for numbers. Text comes into the page as text only.

export const $ = id => document.getElementById(id);

const isChild = c => c !== null && c !== undefined && c !== '';

// el makes an element: properties that are set, and children that are elements or text.
export function el(tag, props = {}, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props)) {
    if (v === undefined || v === null) continue;
    if (k === 'class') e.className = v;
    else if (k.startsWith('on')) e.addEventListener(k.slice(2), v);
    else if (k in e && typeof v !== 'string') e[k] = v;
    else e.setAttribute(k, v);
  }
  e.append(...children.flat().filter(isChild));
  return e;
}

// put makes children, also of nested lists, all that an element has.
export const put = (e, ...children) => e.replaceChildren(...children.flat(3).filter(isChild));

// button has what review.js does with the name 'act' done, and shows the key that does the same.
export const button = (act, label, key, more = {}) =>
  el('button', { type: 'button', 'data-do': act, 'aria-keyshortcuts': key || undefined, ...more }, label, key ? [' ', el('kbd', {}, key)] : null);

export const number = n => n.toLocaleString('en');
export const many = (n, one, more = one + 's') => n === 1 ? '1 ' + one : number(n) + ' ' + more;
export const bits = b => b.toFixed(1);
export const dayOf = t => t ? t.slice(0, 10) : '';
export const minuteOf = t => t.slice(0, 16).replace('T', ' ');

export const facts = list => el('dl', { class: 'facts' },
  list.filter(([, v]) => isChild(v)).flatMap(([k, v]) => [el('dt', {}, k), el('dd', {}, v)]));

export const lines = list => el('ul', { class: 'rules' }, list.map(x => el('li', {}, x)));

// table has numbers flush right; a caption says what it is where no heading does.
export const table = (heads, body) => el('div', { class: 'wide', tabIndex: 0, role: 'group', 'aria-label': heads.join(', ') }, el('table', {},
  el('thead', {}, el('tr', {}, heads.map((h, i) => el('th', { scope: 'col', class: typeof body[0]?.[i] === 'number' ? 'n' : '' }, h)))),
  el('tbody', {}, body.map(cells => el('tr', {}, cells.map(c => typeof c === 'number' ? el('td', { class: 'n' }, number(c)) : el('td', {}, el('bdi', {}, c))))))));

export const say = text => { put($('problem')); $('said').textContent = text; };

export function fail(err) {
  $('said').textContent = '';
  put($('problem'), err.message);
}
