// The chats of the person who is looking: the one with the bot, and groups; making new groups.
import { get, post } from "./api.js";
import { formDialog } from "./dialogs.js";
import { avatar, el } from "./dom.js";
import { summary } from "./media.js";
import { serviceWords } from "./message.js";

export class Chats {
  #user = 0;
  #chats = [];
  #unseen = new Map(); // chat id -> messages that came while another chat was open
  current = 0; // id of the open chat; 0 and the person's own id are the chat with the bot

  /** `people()` are all people but the one who looks; `onChoose(chatId)` is called when another chat is to be shown. */
  constructor({ list, button, people, onChoose }) {
    Object.assign(this, { list, people, onChoose, bot: null });
    button.addEventListener("click", () => this.#createGroup());
  }

  async load(user) {
    if (user !== this.#user) this.#unseen.clear();
    this.#user = user;
    const { chats } = await get("chats", { user });
    this.#chats = chats;
    if (!chats.some(({ chat }) => chat.id === this.current)) this.current = user;
    this.#show();
  }

  /** Groups a forwarded button or an inline query may go to, as `{id, title}`. */
  get places() {
    return this.#chats.map(({ chat }) => ({ id: chat.id, title: chat.title ?? this.bot?.name ?? "Bot" }));
  }

  choose(chatId) {
    this.current = chatId;
    this.#unseen.delete(chatId);
    this.#show();
    this.onChoose(chatId);
  }

  /** An event of any chat of this person. */
  onEvent(type, data) {
    const line = this.#chats.find(({ chat }) => chat.id === data.chat_id);
    if (type !== "message" || !line) return undefined;
    line.last_message = data.message;
    if (data.chat_id !== this.current) this.#unseen.set(data.chat_id, (this.#unseen.get(data.chat_id) ?? 0) + 1);
    return this.#show();
  }

  async #createGroup() {
    const title = el("input", { name: "title", value: "Friends", required: true, maxlength: 128, autocomplete: "off" });
    const others = this.people();
    const tick = (name, value, words, isOn = true) => el("label", { class: "tick" }, el("input", { type: "checkbox", name, value, checked: isOn }), el("span", {}, words));
    const members = others.map((person) => tick(`member-${person.id}`, "on", person.first_name));
    const who = el("fieldset", { class: "field" }, el("legend", {}, "Members"), ...members, tick("with_bot", "on", `${this.bot.name} (bot)`), tick("is_forum", "on", "With topics", false));
    const values = await formDialog("New group", "Create", el("label", { class: "field" }, "Title", title), who);
    if (!values) return;
    const ids = others.map(({ id }) => id).filter((id) => values[`member-${id}`]);
    const { chat } = await post("groups", {
      user: this.#user, title: values.title, members: ids, with_bot: "with_bot" in values, is_forum: "is_forum" in values,
    });
    await this.load(this.#user);
    this.choose(chat.id);
  }

  #show() {
    const line = ({ chat, last_message: last, has_bot: hasBot }) => {
      const isCurrent = chat.id === this.current;
      const name = chat.title ?? this.bot?.name ?? "";
      const facts = last ? (serviceWords(last) ?? summary(last)) : hasBot ? "No messages yet" : "without the bot";
      const words = el("span", { class: "person-words" }, el("b", {}, name), el("span", { class: "one-line" }, facts));
      const count = this.#unseen.get(chat.id);
      const badge = count ? el("span", { class: "badge", aria: { label: `${count} new` } }, String(count)) : null;
      const props = { type: "button", class: "person", aria: isCurrent ? { current: "true" } : {} };
      return el("li", {}, el("button", { ...props, on: { click: () => this.choose(chat.id) } },
        avatar(chat.id, name, { className: chat.type === "private" ? "hue-bot" : "" }), words, badge));
    };
    this.list.replaceChildren(...this.#chats.map(line));
  }
}
