// The keyboard a bot puts in the place of the letters, and the replies it asks for.
import { renderReplyKeyboard } from "./keyboard.js";

export class ReplyKeyboard {
  #markup = null; // ReplyKeyboardMarkup in force

  /** `root` holds the keys, `button` folds them away; `onText(text)` sends a key, `onForceReply(message)` begins a reply, `onChange()`: another keyboard. */
  constructor({ root, button, onText, onForceReply, onChange }) {
    Object.assign(this, { root, button, onForceReply, onChange });
    this.onText = (text) => {
      if (this.#markup?.one_time_keyboard) this.#fold(true);
      onText(text);
    };
    button.addEventListener("click", () => this.#fold(!root.hidden));
  }

  /** What the field says while it is empty, "" for the usual words. */
  get placeholder() {
    return this.#markup?.input_field_placeholder ?? "";
  }

  clear() {
    this.#set(null);
  }

  /** Take over what the bot's newest message says of the keyboard. */
  follow(message, { isNew = false } = {}) {
    const markup = message.reply_markup;
    if (markup?.keyboard) this.#set(markup);
    else if (markup?.remove_keyboard) this.#set(null);
    else if (markup?.force_reply && isNew) this.onForceReply(message);
  }

  #set(markup) {
    this.#markup = markup;
    this.button.hidden = markup === null;
    this.root.replaceChildren(...(markup ? renderReplyKeyboard(markup, this.onText) : []));
    this.#fold(markup === null);
    this.onChange();
  }

  #fold(isFolded) {
    this.root.hidden = isFolded;
    this.button.setAttribute("aria-expanded", String(!isFolded));
  }
}
