// Toasts, alerts, questions and the large view. Native <dialog>: focus is kept inside, Escape closes.
import { el, iconButton } from "./dom.js";

const TOAST_MS = 3500;
const BACKDROPS = [["pattern", "Pattern"], ["light", "Light"], ["dark", "Dark"]];

/** A short note above the composer that goes by itself; screen readers hear it. */
export function toast(text) {
  const note = el("div", { class: "toast" }, text);
  const place = document.getElementById("toasts");
  place.append(note);
  while (place.children.length > 3) place.firstChild.remove();
  setTimeout(() => note.remove(), TOAST_MS + text.length * 30);
}

export function dialog(className, label, ...children) {
  const element = el("dialog", { class: className, aria: { label } }, ...children);
  element.addEventListener("click", (event) => event.target === element && element.close());
  element.addEventListener("close", () => element.remove());
  document.body.append(element);
  element.showModal();
  return element;
}

const closeButton = (words, className = "button") => el("button", { class: className, value: "" }, words);

/** The alert of an answered callback: stays until closed. */
export function alertDialog(title, text) {
  const form = el("form", { method: "dialog" }, el("h2", {}, title), el("p", {}, text), el("div", { class: "buttons" }, closeButton("OK", "button primary")));
  dialog("box", title, form);
}

/** Ask before something is lost. Resolves to true when the person agrees with `action`. */
export function confirmDialog(title, text, action) {
  const agree = el("button", { class: "button danger", value: "yes" }, action);
  const buttons = el("div", { class: "buttons" }, closeButton("Cancel"), agree);
  const element = dialog("box", title, el("form", { method: "dialog" }, el("h2", {}, title), el("p", {}, text), buttons));
  return new Promise((resolve) => element.addEventListener("close", () => resolve(element.returnValue === "yes")));
}

/** A form in a dialog. `fields` are elements with a `name`. Resolves to their values, or null when cancelled. */
export function formDialog(title, action, ...fields) {
  const submit = el("button", { class: "button primary", value: "yes" }, action);
  const cancel = el("button", { type: "button", class: "button", on: { click: () => element.close("") } }, "Cancel");
  const form = el("form", { method: "dialog" }, el("h2", {}, title), ...fields, el("div", { class: "buttons" }, cancel, submit));
  const element = dialog("box", title, form);
  return new Promise((resolve) => element.addEventListener("close", () => {
    resolve(element.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null);
  }));
}

/** Radio buttons that choose the background behind stickers; `onChoose("pattern" | "light" | "dark")`. */
export function backdropChoice(name, chosen, onChoose) {
  const option = ([value, words]) => el("label", { class: "choice" },
    el("input", { type: "radio", name, value, checked: value === chosen, on: { change: () => onChoose(value) } }),
    el("span", {}, words));
  return el("div", { class: "choices", role: "radiogroup", aria: { label: "Background" } }, ...BACKDROPS.map(option));
}

/** A photo over everything. */
export function photoDialog(image, caption) {
  const element = dialog("viewer", "Photo", iconButton("close", "Close", () => element.close(), "icon-button viewer-close"),
    el("figure", {}, image, caption && el("figcaption", {}, caption)));
}

/**
 * A sticker at 512 px on the backgrounds it may meet. `facts` is a line below; `buttons` are
 * `{words, className, act}`, and the dialog closes before `act` runs.
 */
export function stickerDialog(image, backdrop, facts, buttons) {
  const stage = el("div", { class: "stage", data: { backdrop } }, image);
  const choice = backdropChoice("viewer-backdrop", backdrop, (value) => (stage.dataset.backdrop = value));
  const made = buttons.map(({ words, className = "button", act }) =>
    el("button", { type: "button", class: className, on: { click: () => { element.close(); act(); } } }, words));
  const head = el("div", { class: "viewer-head" }, choice, iconButton("close", "Close", () => element.close()));
  const element = dialog("box sticker-viewer", "Sticker", head, stage, facts && el("p", { class: "facts" }, facts), el("div", { class: "buttons" }, ...made));
}

/** A dialog with a title, a cross, and whatever is put inside. Returns the element; `close()` closes it. */
export function panelDialog(title, ...children) {
  const close = iconButton("close", "Close", () => element.close());
  const element = dialog("box", title, el("div", { class: "box-head" }, el("h2", {}, title), close), ...children);
  return element;
}

/** A small menu at `anchor`. `items` are `{words, className?, act}`; `extra` is an element above them. */
export function menu(anchor, label, items, extra = null) {
  const buttons = items.map(({ words, className = "", act }) =>
    el("button", { type: "button", class: `menu-item ${className}`, on: { click: () => { element.hidePopover(); act(); } } }, words));
  const element = el("div", { class: "menu", popover: "auto", aria: { label } }, extra, ...buttons);
  document.body.append(element);
  element.addEventListener("toggle", (event) => event.newState === "closed" && (element.remove(), anchor.focus({ preventScroll: true })));
  element.showPopover();
  placeNear(element, anchor.getBoundingClientRect());
  element.querySelector("button, input")?.focus();
  return element;
}

function placeNear(element, box) {
  const below = box.bottom + 6 + element.offsetHeight < innerHeight;
  const left = Math.min(Math.max(8, box.right - element.offsetWidth), innerWidth - element.offsetWidth - 8);
  element.style.left = `${left}px`;
  element.style.top = `${below ? box.bottom + 6 : Math.max(8, box.top - element.offsetHeight - 6)}px`;
}
