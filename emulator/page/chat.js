// The conversation of one person with the bot: reads it, follows its events, carries out what the person does in it.
import { get, post } from "./api.js";
import { actionWords } from "./actions.js";
import { alertDialog, confirmDialog, menu, photoDialog, stickerDialog, toast } from "./dialogs.js";
import { el } from "./dom.js";
import { renderText } from "./entities.js";
import { telegramLink } from "./links.js";
import { openGroup } from "./group.js";
import { MessageLog } from "./log.js";
import { mediaKind, picture, stickerPicture } from "./media.js";

const PAGE = 100; // messages read at once when scrolling back
const NEAR_START_PX = 600;
const REACTIONS = ["👍", "❤", "🔥", "😁", "👏", "🎉", "🤔", "👎"];

export class Chat {
  #user = 0;
  #chatId = 0;
  #draftTimer = 0;
  #isReading = false;
  #hasOlder = false;
  #unseen = 0;

  /** `view` are the elements of index.html; `composer`, `packs` the other parts of the page. */
  constructor({ view, packs, backdrop, places, onGoTo }) {
    Object.assign(this, { view, packs, backdrop, places, onGoTo });
    Object.assign(this, { composer: null, bot: null, group: null, members: [], topics: [], topic: 0, isStarted: false, isBlocked: false });
    this.log = new MessageLog({ list: view.list, scroller: view.scroller, actions: this.#actions(), onEnd: (isAtEnd) => this.#onEnd(isAtEnd) });
    this.action = actionWords(view.status, () => this.#restingStatus());
    view.scroller.addEventListener("scroll", () => view.scroller.scrollTop < NEAR_START_PX && this.#readOlder(), { passive: true });
    view.jump.addEventListener("click", () => this.log.scrollToEnd());
  }

  /** Read the conversation and bring the page up to it, keeping every row that did not change. */
  async read(user, chatId) {
    const state = await get("chat", { user, chat_id: chatId });
    const isOther = user !== this.#user || chatId !== this.#chatId;
    if (isOther) this.#open(user, chatId);
    const group = state.chat.type === "private" ? null : state.chat;
    Object.assign(this, { bot: state.bot, group, members: state.members, topics: state.topics });
    Object.assign(this, { isStarted: state.started || group !== null, isBlocked: state.blocked && group === null });
    const alive = state.entries.filter((entry) => !entry.deleted).map((entry) => entry.message);
    this.view.list.setAttribute("aria-busy", "true"); // not to be read out from the beginning
    this.log.keepOnly(new Set(alive.map((message) => message.message_id)), state.entries[0]?.message.message_id ?? 0);
    for (const message of alive) this.log.upsert(message);
    for (const [id, reactions] of Object.entries(state.reactions)) this.log.row(Number(id))?.showReactions(reactions);
    this.#hasOlder = state.entries.length > 0 && state.entries[0].message.message_id > 1;
    this.#refresh();
    for (const message of alive) if (message.from?.id !== user) this.composer.keyboard.follow(message);
    if (isOther) this.log.scrollToEnd();
    setTimeout(() => this.view.list.removeAttribute("aria-busy"));
    return state.last_event_id;
  }

  #open(user, chatId) {
    this.#user = user;
    this.#chatId = chatId;
    this.log.clear(user);
    this.topic = 0;
    this.#showDraft(null);
    this.composer.open(user, chatId);
  }

  /** Whose chat this is, and where in it: fields that every request carries. */
  get place() {
    return { user: this.#user, chat_id: this.#chatId, message_thread_id: this.topic || undefined };
  }

  /** One event of the stream. */
  onEvent(type, data) {
    if (data.chat_id === undefined ? data.bot !== this.bot.username : data.chat_id !== this.#chatId) return undefined;
    switch (type) {
      case "draft": return this.#showDraft(data);
      case "group": return this.read(this.#user, this.#chatId);
      case "message": return this.#onMessage(data.message);
      case "edited": return void this.log.upsert(data.message);
      case "deleted": return this.#onDeleted(data.message_ids);
      case "reaction": return this.log.row(data.message_id)?.showReactions(data.reaction);
      case "chat_action": return this.action.show(data.action, data.expires_in_s);
      case "bot": return this.#set({ bot: data.profile });
      case "blocked": return this.#set({ isBlocked: data.is_blocked });
      default: return undefined; // callback_answer: the press that waits for it gets it as its own answer
    }
  }

  /** The person's own messages, as the emulator answered; their events may have come before or come later. */
  onSent(place, messages) {
    if (place.user !== this.#user || place.chat_id !== this.#chatId) return;
    for (const message of messages) this.#onMessage(message);
    this.log.scrollToEnd();
  }

  async setBlocked(isBlocked) {
    await this.#try(async () => {
      await post(isBlocked ? "block" : "unblock", { user: this.#user });
      this.#set({ isBlocked });
    });
  }

  sendSticker(sticker) {
    const { place } = this;
    return this.#try(async () => this.onSent(place, [(await post("send_sticker", { ...place, file_id: sticker.file_id })).message]));
  }

  /** Follow an address inside the page where it means something there. True when it did. */
  openLink(address) {
    const link = telegramLink(address);
    if (link?.kind === "pack") this.packs.openPack(link.name);
    else if (link?.kind === "start" && link.username.toLowerCase() === this.bot.username.toLowerCase()) {
      this.start(link.payload);
    } else return false;
    return true;
  }

  /** Send `/start payload` in the private chat with the bot, going there first. */
  async start(payload) {
    if (this.group) await this.onGoTo(this.#user);
    await this.composer.sendText(`/start ${payload}`.trim());
  }

  /** Send one of the results of an inline query. */
  sendInline(queryId, resultId) {
    const { place } = this;
    return this.#try(async () => {
      const { message } = await post("inline_send", { ...place, inline_query_id: queryId, result_id: resultId });
      this.composer.clear();
      this.onSent(place, [message]);
    });
  }

  showGroup() {
    return openGroup({ user: this.#user, chat_id: this.#chatId }, this.bot, () => {});
  }

  setTopic(topic) {
    this.topic = topic;
    this.log.showTopic(topic);
    this.#showTopics();
  }

  #showTopics() {
    const chip = (id, words) => el("button", { type: "button", class: "topic", aria: { pressed: String(id === this.topic) }, on: { click: () => this.setTopic(id) } }, words);
    this.view.topics.hidden = this.topics.length === 0;
    this.view.topics.replaceChildren(chip(0, "All"), ...this.topics.map(({ message_thread_id: id, name, is_closed: isClosed }) => chip(id, isClosed ? `${name} (closed)` : name)));
  }

  /** What the bot is still writing; null takes it away. */
  #showDraft(draft) {
    clearTimeout(this.#draftTimer);
    const { view } = this;
    view.draft.hidden = draft === null;
    if (draft === null) return;
    const words = draft.text ? renderText(draft.text, draft.entities, this.#actions()) : ["Thinking…"];
    view.draft.replaceChildren(el("div", { class: "bubble is-draft" }, el("div", { class: "body", dir: "auto" }, el("span", { class: "text" }, ...words))));
    this.#draftTimer = setTimeout(() => this.#showDraft(null), draft.expires_in_s * 1000);
    this.log.scrollToEnd();
  }

  #actions() {
    return {
      onLink: (url) => this.openLink(url),
      onCommand: (text) => this.composer.sendText(text),
      onQuote: (id) => this.#goTo(id),
      onPress: (message, row, column, button) => this.#press(message, row, column, button),
      onSticker: (sticker) => this.#openSticker(sticker),
      onPhoto: (photo, message) => photoDialog(picture(photo, { alt: message.caption ?? "Photo", className: "large", size: photo }), message.caption),
      onMenu: (message, anchor) => this.#openMenu(message, anchor),
    };
  }

  #onMessage(message) {
    const isOwn = message.from?.id === this.#user;
    if (!isOwn) this.action.clear();
    if (!isOwn) this.#showDraft(null);
    const isNew = this.log.upsert(message);
    if (isNew && !isOwn && message.from?.is_bot) this.composer.keyboard.follow(message, { isNew: true });
    if (isNew && message.forum_topic_created) this.#addTopic(message);
    if (isOwn && !this.isStarted) this.#set({ isStarted: true });
    if (isNew) this.view.empty.hidden = true;
    if (isNew && !isOwn && !this.view.jump.hidden) this.#showUnseen(this.#unseen + 1);
  }

  #addTopic({ message_thread_id: id, forum_topic_created: { name } }) {
    if (!this.topics.some((topic) => topic.message_thread_id === id)) this.topics = [...this.topics, { message_thread_id: id, name, is_closed: false }];
    this.#showTopics();
  }

  #onDeleted(ids) {
    for (const id of ids) this.log.remove(id);
    this.view.empty.hidden = this.log.ids.length > 0;
  }

  #set(change) {
    Object.assign(this, change);
    this.#refresh();
  }

  #refresh() {
    const { view, bot } = this;
    const name = this.group?.title ?? bot.name;
    view.title.textContent = name;
    document.title = name;
    view.avatar.textContent = [...name][0]?.toUpperCase() ?? "?";
    this.#showTopics();
    view.description.textContent = bot.description || bot.short_description || "Write something to begin.";
    view.empty.hidden = this.log.ids.length > 0 || this.group !== null;
    this.action.clear();
    this.composer.show(this);
  }

  #restingStatus() {
    if (this.group) return `${this.members.length} member${this.members.length === 1 ? "" : "s"}`;
    return this.isBlocked ? "blocked" : `@${this.bot?.username ?? ""}`;
  }

  #onEnd(isAtEnd) {
    this.view.jump.hidden = isAtEnd;
    if (isAtEnd) this.#showUnseen(0);
  }

  #showUnseen(count) {
    this.#unseen = count;
    this.view.unseen.hidden = count === 0;
    this.view.unseen.textContent = count > 99 ? "99+" : String(count);
  }

  async #readOlder() {
    if (this.#isReading || !this.#hasOlder) return;
    this.#isReading = true;
    const { user, chat_id: chatId } = this.place;
    try {
      const { entries } = await get("chat", { user, chat_id: chatId, before: this.log.ids[0], limit: PAGE });
      if (user === this.#user && chatId === this.#chatId) this.#addOlder(entries);
    } catch (error) {
      if (error.name !== "ApiError") throw error; // unreachable: the stream's reconnect tells it
    } finally {
      this.#isReading = false;
    }
  }

  #addOlder(entries) {
    const { scroller } = this.view;
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    for (const { message, deleted } of entries) if (!deleted) this.log.upsert(message);
    scroller.scrollTop = scroller.scrollHeight - fromEnd; // the person keeps looking at the same message
    this.#hasOlder = entries.length > 0 && entries[0].message.message_id > 1;
  }

  async #goTo(id) {
    while (!this.log.row(id) && this.#hasOlder && !this.#isReading) await this.#readOlder();
    if (!this.log.goTo(id)) toast("That message is not here any more.");
  }

  async #press(message, row, column) {
    const anchor = document.activeElement ?? this.view.list;
    await this.#try(async () => {
      const answer = await post("press", { ...this.place, message_id: message.message_id, row, column });
      await this.#follow(answer, anchor);
    });
  }

  async #follow({ kind, text, show_alert: isAlert, url, query, is_current_chat: isHere }, anchor) {
    if (text && kind === "callback") isAlert ? alertDialog(this.bot.name, text) : toast(text);
    if (url && !this.openLink(url)) window.open(url, "_blank", "noopener,noreferrer");
    if (kind === "copy") await copy(text);
    if (kind === "inline") isHere ? this.composer.beginInline(query) : this.#chooseChat(anchor, query);
  }

  /** Ask in which chat an inline query is to begin. */
  #chooseChat(anchor, query) {
    const items = this.places().map(({ id, title }) => ({
      words: title,
      act: async () => {
        if (id !== this.#chatId) await this.onGoTo(id);
        this.composer.beginInline(query);
      },
    }));
    menu(anchor, "Send to", items, el("span", { class: "menu-title" }, "Send to"));
  }

  #openSticker(sticker) {
    const send = { words: "Send", act: () => this.sendSticker(sticker) };
    const open = { words: "Open pack", className: "button primary", act: () => this.packs.openPack(sticker.set_name) };
    const facts = [sticker.emoji, `${sticker.width} × ${sticker.height}`].filter(Boolean).join(" · ");
    stickerDialog(stickerPicture(sticker, { size: 512 }), this.backdrop(), facts, sticker.set_name ? [send, open] : [send]);
  }

  #openMenu(message, anchor) {
    const words = message.text ?? message.caption;
    const isOwn = message.from?.id === this.#user;
    const items = [{ words: "Reply", act: () => this.composer.reply(message) }];
    const react = (emoji) => {
      popover.hidePopover();
      this.#try(() => post("react", { ...this.place, message_id: message.message_id, emoji }));
    };
    const chip = (emoji) => el("button", { type: "button", class: "react", aria: { label: `React with ${emoji}` }, on: { click: () => react(emoji) } }, emoji);
    const none = el("button", { type: "button", class: "react", aria: { label: "Take the reaction back" }, on: { click: () => react("") } }, "✕");
    const reactions = el("div", { class: "reacts" }, ...REACTIONS.map(chip), none);
    if (words) items.push({ words: "Copy text", act: () => copy(words) });
    if (isOwn && mediaKind(message) !== "sticker") items.push({ words: "Edit", act: () => this.composer.edit(message) });
    items.push({ words: "Delete for both", className: "danger", act: () => this.#delete(message) });
    const popover = menu(anchor, "Message actions", items, reactions);
  }

  async #delete(message) {
    const isSure = await confirmDialog("Delete this message?", "It goes for both sides. The bot is not told, as on Telegram.", "Delete");
    if (isSure) await this.#try(() => post("delete", { ...this.place, message_id: message.message_id }));
  }

  async #try(act) {
    try {
      await act();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      toast(error.code === "spinner_timeout" ? "The bot did not answer in time." : error.message);
    }
  }
}

async function copy(text) {
  await navigator.clipboard.writeText(text);
  toast("Copied");
}
