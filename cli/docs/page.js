'use strict';
const contents = document.querySelector('#contents');
const nav = contents.querySelector('nav');
const search = contents.querySelector('input');
const found = document.querySelector('#found');
const isPhone = matchMedia('(max-width: 56rem)');

const fold = () => { contents.open = !isPhone.matches; };
isPhone.addEventListener('change', fold);
fold();
if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
contents.addEventListener('click', (event) => {
  if (event.target.closest('a')) fold();
});
for (const link of document.querySelectorAll('main a[href="#contents"]')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    contents.open = true;
    search.focus();
  });
}

// Search: the smallest blocks that hold all words, headings first.
const BLOCKS = 'h2, h3, h4, p, li, tr, pre';
const blocks = [];
for (const article of document.querySelectorAll('article')) {
  let heading = article.dataset.title;
  for (const element of article.querySelectorAll(BLOCKS)) {
    const isHeading = /^H/.test(element.tagName);
    if (isHeading) heading = element.textContent;
    if (element.querySelector(BLOCKS) || element.closest('thead')) continue;
    const where = heading === article.dataset.title ? heading : `${article.dataset.title} › ${heading}`;
    const cells = element.tagName === 'TR' ? [...element.cells] : [element];
    const text = cells.map((cell) => cell.textContent.trim()).filter(Boolean).join(' · ').replace(/\s+/g, ' ');
    blocks.push({ element, isHeading, where, text, lower: `${where} ${text}`.toLowerCase() });
  }
}

const excerpt = (text, word) => {
  const start = Math.max(0, text.toLowerCase().indexOf(word) - 50);
  return (start ? '…' : '') + text.slice(start, start + 140) + (text.length > start + 140 ? '…' : '');
};

const show = () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  nav.hidden = words.length > 0;
  found.hidden = !words.length;
  if (!words.length) return;
  const hits = blocks.filter((each) => words.every((word) => each.lower.includes(word)));
  hits.sort((one, other) => other.isHeading - one.isHeading);
  found.replaceChildren(...hits.slice(0, 40).map((hit) => {
    hit.element.id ||= `block-${blocks.indexOf(hit)}`;
    const link = document.createElement('a');
    link.href = `#${hit.element.id}`;
    link.append(Object.assign(document.createElement('b'), { textContent: hit.where }));
    if (!hit.isHeading) {
      link.append(Object.assign(document.createElement('span'), { textContent: excerpt(hit.text, words[0]) }));
    }
    return link;
  }));
  if (!hits.length) found.textContent = 'Nothing has these words.';
};
search.hidden = false;
search.addEventListener('input', show);

// What is being read is marked in the contents.
const links = new Map([...nav.querySelectorAll('a')].map((link) => [link.hash.slice(1), link]));
const places = [...document.querySelectorAll('article, h3')].filter((place) => links.has(place.id));
let current;
const mark = () => {
  const last = places.findLast((place) => place.getBoundingClientRect().top < innerHeight / 4) ?? places[0];
  if (last === current) return;
  nav.querySelector('[aria-current]')?.removeAttribute('aria-current');
  current = last;
  const link = links.get(last.id);
  link.setAttribute('aria-current', 'true');
  for (const each of nav.querySelectorAll('details')) each.open = each.contains(link);
  if (!isPhone.matches && !nav.hidden) link.scrollIntoView({ block: 'nearest' });
};
addEventListener('scroll', mark, { passive: true });
mark();
