// The conversation of one person with the bot: reads it, follows its events, carries out what the person does in it.
import { get, post } from "./api.js";
import { actionWords } from "./actions.js";
import { alertDialog, confirmDialog, menu, photoDialog, stickerDialog, toast } from "./dialogs.js";
import { telegramLink } from "./links.js";
import { MessageLog } from "./log.js";
import { mediaKind, picture, stickerPicture } from "./media.js";

const PAGE = 100; // messages read at once when scrolling back
const NEAR_START_PX = 600;

export class Chat {
  #user = 0;
  #isReading = false;
  #hasOlder = false;
  #unseen = 0;

  /** `view` are the elements of index.html; `composer`, `packs` the other parts of the page. */
  constructor({ view, packs, backdrop }) {
    Object.assign(this, { view, packs, backdrop, composer: null, bot: null, isStarted: false, isBlocked: false });
    this.log = new MessageLog({ list: view.list, scroller: view.scroller, actions: this.#actions(), onEnd: (isAtEnd) => this.#onEnd(isAtEnd) });
    this.action = actionWords(view.status, () => this.#restingStatus());
    view.scroller.addEventListener("scroll", () => view.scroller.scrollTop < NEAR_START_PX && this.#readOlder(), { passive: true });
    view.jump.addEventListener("click", () => this.log.scrollToEnd());
  }

  /** Read the conversation and bring the page up to it, keeping every row that did not change. */
  async read(user) {
    const state = await get("chat", { user });
    const isOther = user !== this.#user;
    if (isOther) this.log.clear(user);
    this.#user = user;
    Object.assign(this, { bot: state.bot, isStarted: state.started, isBlocked: state.blocked });
    const alive = state.entries.filter((entry) => !entry.deleted).map((entry) => entry.message);
    this.view.list.setAttribute("aria-busy", "true"); // not to be read out from the beginning
    this.log.keepOnly(new Set(alive.map((message) => message.message_id)), state.entries[0]?.message.message_id ?? 0);
    for (const message of alive) this.log.upsert(message);
    for (const [id, reactions] of Object.entries(state.reactions)) this.log.row(Number(id))?.showReactions(reactions);
    this.#hasOlder = state.entries.length > 0 && state.entries[0].message.message_id > 1;
    this.#refresh();
    if (isOther) this.log.scrollToEnd();
    setTimeout(() => this.view.list.removeAttribute("aria-busy"));
    return state.last_event_id;
  }

  /** One event of the stream. */
  onEvent(type, data) {
    if (data.bot !== this.bot.username || (data.chat_id !== undefined && data.chat_id !== this.#user)) return;
    switch (type) {
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
  onSent(user, messages) {
    if (user !== this.#user) return;
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
    const user = this.#user;
    return this.#try(async () => this.onSent(user, [(await post("send_sticker", { user, file_id: sticker.file_id })).message]));
  }

  /** Follow an address inside the page where it means something there. True when it did. */
  openLink(address) {
    const link = telegramLink(address);
    if (link?.kind === "pack") this.packs.openPack(link.name);
    else if (link?.kind === "start" && link.username.toLowerCase() === this.bot.username.toLowerCase()) {
      this.composer.sendText(`/start ${link.payload}`.trim());
    } else return false;
    return true;
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
    const isNew = this.log.upsert(message);
    if (isOwn && !this.isStarted) this.#set({ isStarted: true });
    if (isNew) this.view.empty.hidden = true;
    if (isNew && !isOwn && !this.view.jump.hidden) this.#showUnseen(this.#unseen + 1);
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
    view.title.textContent = bot.name;
    document.title = bot.name;
    view.avatar.textContent = [...bot.name][0]?.toUpperCase() ?? "?";
    view.description.textContent = bot.description || bot.short_description || "Write something to begin.";
    view.empty.hidden = this.log.ids.length > 0;
    this.action.clear();
    this.composer.show(this);
  }

  #restingStatus() {
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
    const user = this.#user;
    try {
      const { entries } = await get("chat", { user, before: this.log.ids[0], limit: PAGE });
      if (user === this.#user) this.#addOlder(entries);
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
    await this.#try(async () => {
      const answer = await post("press", { user: this.#user, message_id: message.message_id, row, column });
      await this.#follow(answer);
    });
  }

  async #follow({ kind, text, show_alert: isAlert, url, query }) {
    if (text && kind === "callback") isAlert ? alertDialog(this.bot.name, text) : toast(text);
    if (url && !this.openLink(url)) window.open(url, "_blank", "noopener,noreferrer");
    if (kind === "copy") await copy(text);
    if (kind === "inline") toast(`On Telegram this asks where to send “@${this.bot.username} ${query}”.`);
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
    if (words) items.push({ words: "Copy text", act: () => copy(words) });
    if (isOwn && mediaKind(message) !== "sticker") items.push({ words: "Edit", act: () => this.composer.edit(message) });
    items.push({ words: "Delete for both", className: "danger", act: () => this.#delete(message) });
    menu(anchor, "Message actions", items);
  }

  async #delete(message) {
    const isSure = await confirmDialog("Delete this message?", "It goes for both sides. The bot is not told, as on Telegram.", "Delete");
    if (isSure) await this.#try(() => post("delete", { user: this.#user, message_id: message.message_id }));
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
