// The inline keyboard under a message: a button spins until the bot has answered the press.
import { el, icon } from "./dom.js";

const SWITCHES = ["switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat"];
const LOOKS = { danger: "is-danger", success: "is-success", primary: "is-primary" };

function mark(button) {
  if (button.url) return icon("link");
  if (SWITCHES.some((name) => button[name] !== undefined)) return icon("share");
  if (button.copy_text) return icon("copy");
  return null;
}

async function press(element, act) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    await act();
  } finally {
    element.removeAttribute("aria-busy");
  }
}

/** The keyboard of `markup` (InlineKeyboardMarkup). `onPress(row, column, button)` resolves when the bot has answered. */
export function renderKeyboard(markup, onPress) {
  const key = (button, row, column) => {
    const onClick = (event) => press(event.currentTarget, () => onPress(row, column, button));
    const label = el("span", { class: "key-label" }, button.text);
    const spinner = el("span", { class: "spinner", aria: { hidden: "true" } });
    return el("button", { type: "button", class: `key ${LOOKS[button.style] ?? ""}`, on: { click: onClick } }, label, mark(button), spinner);
  };
  const rows = markup.inline_keyboard.map((buttons, row) =>
    el("div", { class: "keyboard-row" }, ...buttons.map((button, column) => key(button, row, column))));
  return el("div", { class: "keyboard", role: "group", aria: { label: "Buttons of this message" } }, ...rows);
}

/** The bot's keyboard at the foot of the page (ReplyKeyboardMarkup). `onText(text)` sends a key's words. */
export function renderReplyKeyboard(markup, onText) {
  const key = (button) => el("button", { type: "button", class: `button ${LOOKS[button.style] ?? ""}`, on: { click: () => onText(button.text) } }, button.text);
  return markup.keyboard.map((buttons) => el("div", { class: "keyboard-row" }, ...buttons.map(key)));
}
