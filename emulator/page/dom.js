// Building elements without innerHTML: text a person or a bot wrote only ever becomes a text node.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element. `props`: `class`, `on` (event -> listener), `data`, `aria`, booleans and plain attributes. */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "aria") for (const [key, text] of Object.entries(value)) element.setAttribute(`aria-${key}`, text);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon of the sprite in index.html; decorative, so hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** A button that shows an icon and is named for screen readers and as a tooltip. */
export function iconButton(name, label, onClick, className = "icon-button") {
  return el("button", { type: "button", class: className, title: label, aria: { label }, on: { click: onClick } }, icon(name));
}

const initials = (name) => [...name.trim()].slice(0, 1).join("").toUpperCase() || "?";

/** A round avatar with the first letter of `name`; the colour follows from `id`, so it is the same everywhere. */
export function avatar(id, name, { className = "", photo = "" } = {}) {
  const inside = photo ? el("img", { src: photo, alt: "", width: 40, height: 40 }) : initials(name);
  return el("span", { class: `avatar hue-${Math.abs(id) % 6} ${className}`, aria: { hidden: "true" } }, inside);
}

export const fullName = (person) => [person.first_name, person.last_name].filter(Boolean).join(" ");

/** 1536 -> "1.5 KB". */
export function fileSize(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1024) return `${bytes} B`;
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}
