// Message text with its entities as DOM nodes. Offsets are UTF-16 units, which is what JavaScript strings count in.
import { el } from "./dom.js";

// Anything else (javascript:, data:, file: ...) stays plain text: a bot must not run code in this page.
const SAFE_SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "tg:", "ton:"]);

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", blockquote: "blockquote" };

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

/** The address if it is one a person may safely follow, else null. A missing scheme means http, as in Telegram. */
export function safeUrl(text) {
  const address = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/]+:\d+(\/|$)/.test(text) ? text : `https://${text}`;
  try {
    const url = new URL(address);
    return SAFE_SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function link(address, children, onLink) {
  const href = safeUrl(address);
  if (href === null) return el("span", {}, ...children);
  const follow = (event) => onLink(href) && event.preventDefault();
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", on: { click: follow } }, ...children);
}

function spoiler(children) {
  const inside = el("span", { class: "spoiler-text" }, ...children);
  const reveal = () => {
    button.classList.add("revealed");
    for (const name of ["role", "tabindex", "aria-label"]) button.removeAttribute(name);
  };
  const onKey = (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), reveal());
  const props = { class: "spoiler", role: "button", tabindex: "0", aria: { label: "Hidden text, press to show" } };
  const button = el("span", { ...props, on: { click: reveal, keydown: onKey } }, inside);
  return button;
}

function preformatted(entity, children) {
  return el("pre", { data: entity.language ? { language: entity.language } : {} }, el("code", {}, ...children));
}

function customEmoji(id, text) {
  const image = el("img", { class: "custom-emoji", src: `/emulator/custom_emoji/${encodeURIComponent(id)}`, alt: text, title: text, draggable: "false" });
  image.addEventListener("error", () => image.replaceWith(text), { once: true }); // another server's emoji
  return image;
}

function command(text, children, onCommand) {
  return el("button", { type: "button", class: "link-button", on: { click: () => onCommand(text) } }, ...children);
}

function element(entity, text, children, actions) {
  switch (entity.type) {
    case "text_link": return link(entity.url, children, actions.onLink);
    case "url": return link(text, children, actions.onLink);
    case "email": return link(`mailto:${text}`, children, actions.onLink);
    case "phone_number": return link(`tel:${text.replace(/[^+\d]/g, "")}`, children, actions.onLink);
    case "mention": return el("span", { class: "mention" }, ...children);
    case "text_mention": return el("span", { class: "mention" }, ...children);
    case "hashtag":
    case "cashtag": return el("span", { class: "mention" }, ...children);
    case "bot_command": return command(text, children, actions.onCommand);
    case "custom_emoji": return customEmoji(entity.custom_emoji_id, text);
    case "spoiler": return spoiler(children);
    case "pre": return preformatted(entity, children);
    case "expandable_blockquote": return el("blockquote", { class: "expandable" }, ...children);
    default: return TAGS[entity.type] ? el(TAGS[entity.type], {}, ...children) : el("span", {}, ...children);
  }
}

// The outer entity first; of two that start together the longer one is the outer.
const byNesting = (one, other) => one.offset - other.offset || other.length - one.length;

function nodesOf(text, start, end, entities, actions) {
  const nodes = [];
  let position = start;
  for (let index = 0; index < entities.length; ) {
    const outer = entities[index];
    const stop = Math.min(outer.offset + outer.length, end);
    let next = index + 1;
    while (next < entities.length && entities[next].offset < stop) next += 1;
    if (outer.offset > position) nodes.push(text.slice(position, outer.offset));
    const inner = nodesOf(text, outer.offset, stop, entities.slice(index + 1, next), actions);
    nodes.push(element(outer, text.slice(outer.offset, stop), inner, actions));
    position = BLOCKS.has(outer.type) && text[stop] === "\n" ? stop + 1 : stop; // a block ends its line by itself
    index = next;
  }
  if (position < end) nodes.push(text.slice(position, end));
  return nodes;
}

/**
 * `text` with `entities` (list of MessageEntity) as nodes and strings to append.
 * `actions.onLink(url)` returns true when it dealt with the address itself; `actions.onCommand(text)` sends a command.
 */
export function renderText(text, entities = [], actions) {
  const inside = entities.filter((entity) => entity.offset >= 0 && entity.length > 0 && entity.offset < text.length);
  return nodesOf(text, 0, text.length, inside.toSorted(byNesting), actions);
}
