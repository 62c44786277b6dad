// Inline mode: what a bot offers while somebody types “@bot words”, with paging, above the field.
import { fileUrl, post } from "./api.js";
import { el, icon } from "./dom.js";

const PAUSE_MS = 350; // as the apps do, a query goes out when the typing rests
const NEAR_END_PX = 80;

export class InlineResults {
  #timer = 0;
  #asked = ""; // what was asked last
  #answer = null; // {inline_query_id, results, next_offset, button}
  #isReading = false;
  #active = -1;
  #run = 0; // answers to older questions are dropped

  /** `place()` is whose chat it is; `onSend(queryId, resultId)` sends one, `onStart(parameter)` follows the button above. */
  constructor({ root, input, place, onSend, onStart }) {
    Object.assign(this, { root, input, place, onSend, onStart, bot: null });
    root.addEventListener("scroll", () => this.#more(), { passive: true });
  }

  get isOpen() {
    return !this.root.hidden;
  }

  /** Ask for what stands in the field, where it is a question to the bot. True when it is one. */
  follow(text) {
    const typed = /^@(\w+)\s(.*)$/s.exec(text);
    const isForBot = typed && this.bot?.supports_inline_queries && typed[1].toLowerCase() === this.bot.username.toLowerCase();
    if (!isForBot) return this.close();
    const query = typed[2].trim();
    if (this.isOpen && query === this.#asked) return true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(query), PAUSE_MS);
    return true;
  }

  close() {
    clearTimeout(this.#timer);
    this.#run += 1;
    this.root.hidden = true;
    this.input.removeAttribute("aria-activedescendant");
    return false;
  }

  /** Deal with a key while open. True when it was one of the panel's own. */
  onKey(event) {
    if (!this.isOpen) return false;
    const items = [...this.root.querySelectorAll(".inline-item")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? (this.#active >= 0 ? { ArrowRight: 1, ArrowLeft: -1 }[event.key] : 0);
    if (step && items.length) this.#activate(items, (this.#active + step + items.length) % items.length);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.#active >= 0) items[this.#active].click();
    else return event.key === "Enter"; // the words after @bot are a question, not a message
    event.preventDefault();
    return true;
  }

  #activate(items, index) {
    this.#active = index;
    for (const [place, item] of items.entries()) {
      item.setAttribute("aria-selected", String(place === index));
      item.id = `inline-${place}`;
    }
    this.input.setAttribute("aria-activedescendant", `inline-${index}`);
    items[index].scrollIntoView({ block: "nearest" });
    if (index > items.length - 8) this.#read();
  }

  async #ask(query) {
    this.#asked = query;
    this.#answer = null;
    this.#active = -1;
    this.root.hidden = false;
    this.root.replaceChildren(el("p", { class: "inline-note" }, el("span", { class: "spinner" }), "Asking the bot…"));
    await this.#read();
  }

  #more() {
    const { scrollTop, scrollHeight, clientHeight } = this.root;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) this.#read();
  }

  /** Read the first page, or the next one. */
  async #read() {
    const isFirst = this.#answer === null;
    if ((this.#isReading && !isFirst) || (!isFirst && !this.#answer.next_offset)) return;
    const run = (this.#run += 1);
    this.#isReading = true;
    try {
      const answer = await post("inline", { ...this.place(), query: this.#asked, offset: this.#answer?.next_offset ?? "" });
      if (run !== this.#run) return;
      this.#answer = answer;
      this.#show(answer, isFirst);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      if (run === this.#run) this.root.replaceChildren(el("p", { class: "inline-note" }, "The bot did not answer."));
    } finally {
      this.#isReading = false;
    }
  }

  #show(answer, isFirst) {
    if (isFirst) {
      const above = answer.button && el("button", { type: "button", class: "inline-button", on: { click: () => this.onStart(answer.button.start_parameter) } }, answer.button.text);
      const nothing = !answer.results.length && !answer.button && el("p", { class: "inline-note" }, "Nothing found.");
      this.root.replaceChildren(...[above, nothing].filter(Boolean));
      this.root.scrollTop = 0;
    }
    this.root.append(...answer.results.map((result) => this.#item(answer.inline_query_id, result)));
  }

  #item(queryId, result) {
    const send = () => {
      this.close();
      this.onSend(queryId, result.id);
    };
    const props = { type: "button", role: "option", aria: { selected: "false", label: labelOf(result) }, on: { click: send } };
    const picture = result.sticker_file_id ?? result.photo_file_id ?? result.gif_file_id;
    if (picture) return el("button", { ...props, class: "inline-item is-picture" }, el("img", { src: fileUrl(picture), alt: "", loading: "lazy" }));
    const words = el("span", { class: "file-words" }, el("b", {}, result.title ?? result.type), el("span", { class: "file-facts" }, result.description ?? ""));
    return el("button", { ...props, class: "inline-item" }, el("span", { class: "file-preview" }, icon("file")), words);
  }
}

function labelOf(result) {
  return result.title ?? `Send this ${result.type}`;
}
