// Lists what is wrong with a page for those who cannot see it, see it badly, or have no mouse. Everything that opens is opened first.
(() => {
	document.querySelectorAll('details').forEach(d => d.open = true);
	const wrong = [], say = (what, e) => wrong.push(what + (e ? ': ' + e.outerHTML.slice(0, 140) : ''));
	const all = q => [...document.querySelectorAll(q)];
	const shown = e => e.checkVisibility();

	if (!document.documentElement.lang) say('the page has no language');
	if (!document.title) say('the page has no title');
	if (all('main').length !== 1) say('the page does not have one main part');

	const headings = all('h1,h2,h3,h4,h5,h6').filter(shown);
	if (headings.filter(h => h.tagName === 'H1').length !== 1) say('the page does not have one h1');
	headings.forEach((h, i) => {
		if (i && h.tagName[1] - headings[i - 1].tagName[1] > 1) say('a heading skips a level after ' + headings[i - 1].tagName, h);
		if (!h.textContent.trim()) say('a heading is empty', h);
	});

	const named = e => (e.ariaLabel || e.getAttribute('aria-labelledby')?.split(' ').map(id => document.getElementById(id)?.textContent).join('') || e.labels?.[0]?.textContent || e.textContent || '').trim();
	all('a[href],button,summary,input:not([type=hidden]),select,textarea,[tabindex],[role=region],section').forEach(e => { if (!named(e)) say('it has no name', e); });
	all('[tabindex]').forEach(e => { if (e.tabIndex > 0) say('it breaks the order of the keyboard', e); });
	all('[role=img]').forEach(e => { if (!e.ariaLabel && !e.querySelector(':scope > title')) say('a picture has no name', e); });
	all('svg').forEach(e => { if (e.getAttribute('role') !== 'img' && e.getAttribute('aria-hidden') !== 'true') say('a picture says neither what it is nor that it is for show', e); });
	all('img').forEach(e => { if (!e.hasAttribute('alt')) say('a picture has no text', e); });
	all('th').forEach(e => { if (!e.scope) say('a head of a table has no scope', e); });
	all('ul,ol').forEach(e => [...e.children].forEach(c => { if (c.tagName !== 'LI') say('a list holds something else', c); }));

	const ids = new Set();
	all('[id]').forEach(e => { if (ids.has(e.id)) say('an id is there twice', e); ids.add(e.id); });
	all('a[href^="#"]').forEach(e => { if (!ids.has(decodeURIComponent(e.hash.slice(1)))) say('a link leads nowhere', e); });

	// WCAG 2 AA: text 4.5, large text and what pictures mean 3.
	const parse = c => { const n = c.match(/[\d.]+/g)?.map(Number); return n && { c: n.slice(0, 3), a: n[3] ?? 1 }; };
	const lum = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const behind = e => { for (; e; e = e.parentElement) { const b = parse(getComputedStyle(e).backgroundColor); if (b && b.a > 0) return b.c; } return [255, 255, 255]; };
	const contrast = (a, b) => { const [x, y] = [lum(a), lum(b)]; return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
	const weak = (e, colour, least) => {
		const c = parse(colour);
		if (!c) return;
		const back = behind(e), ratio = contrast(c.c.map((v, i) => v * c.a + back[i] * (1 - c.a)), back);
		if (ratio < least) say('contrast ' + ratio.toFixed(2) + ' of ' + least, e);
	};
	all('body *').filter(e => shown(e) && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && !['TITLE', 'DESC'].includes(e.tagName.toUpperCase())).forEach(e => {
		const s = getComputedStyle(e), size = parseFloat(s.fontSize);
		weak(e, e instanceof SVGElement ? s.fill : s.color, size >= 24 || size >= 18.66 && s.fontWeight >= 700 ? 3 : 4.5);
	});
	all('svg .today, svg .after, svg .used, svg .peer, svg .hull').filter(shown).forEach(e => weak(e.closest('svg').parentElement, getComputedStyle(e).fill, 3));

	all('*').forEach(e => {
		const s = getComputedStyle(e);
		if (s.animationName !== 'none' || s.transitionDuration !== '0s') say('it moves', e);
	});
	return [...new Set(wrong)];
})()
