// The panel of sticker packs: the person's own, or the one a link named.
import { get, post } from "./api.js";
import { confirmDialog, stickerDialog, toast } from "./dialogs.js";
import { el, iconButton } from "./dom.js";
import { stickerPicture } from "./media.js";

const FULL_PACK = { regular: 120, mask: 120, custom_emoji: 200 }; // core.telegram.org/bots/api#createnewstickerset

export class PackPanel {
  #user = 0;
  #packs = new Map(); // name -> pack, oldest first
  #foreign = null; // somebody else's pack that a link opened

  /** `onSend(sticker)` sends one; `backdrop()` names the background chosen for the chat. */
  constructor({ root, onSend, onToggle, backdrop }) {
    Object.assign(this, { root, onSend, onToggle, backdrop });
    this.content = root.querySelector(".pack-list");
    root.querySelector(".panel-close").addEventListener("click", () => this.hide());
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
  }

  /** Whether the panel lies over the conversation instead of beside it. */
  get isOver() {
    return this.isOpen && matchMedia("(max-width: 1079px)").matches;
  }

  get isOpen() {
    return !this.root.hidden;
  }

  async load(user) {
    const { packs } = await get("packs", { user });
    if (user !== this.#user) this.#foreign = null;
    this.#user = user;
    this.#packs = new Map(packs.map((pack) => [pack.name, pack]));
    this.#show();
  }

  /** A `pack` event. */
  onEvent({ name, pack }) {
    if (pack) this.#packs.set(name, pack);
    else this.#packs.delete(name);
    this.#show();
  }

  show() {
    this.root.hidden = false;
    this.onToggle(true);
    this.root.querySelector(".panel-close").focus();
  }

  hide() {
    this.root.hidden = true;
    this.#foreign = null;
    this.#show();
    this.onToggle(false);
  }

  /** Open the panel at the pack called `name` (any case), an own or another person's. */
  async openPack(name) {
    try {
      const pack = await get(`packs/${encodeURIComponent(name)}`);
      if (!this.#packs.has(pack.name)) this.#foreign = pack;
      this.#show();
      this.show();
      const card = this.content.querySelector(`[data-name="${CSS.escape(pack.name)}"]`);
      card.scrollIntoView({ block: "start" });
      card.focus();
    } catch (error) {
      this.#explain(error);
    }
  }

  #show() {
    const own = [...this.#packs.values()].reverse(); // the newest is what people look for
    const cards = this.#foreign ? [this.#card(this.#foreign, false), ...own.map((pack) => this.#card(pack, true))] : own.map((pack) => this.#card(pack, true));
    const empty = el("div", { class: "empty" }, el("b", {}, "No packs yet"), el("p", {}, "Stickers the bot makes for you are collected here."));
    this.content.replaceChildren(...(cards.length ? cards : [empty]));
  }

  #card(pack, isOwn) {
    const count = `${pack.stickers.length} / ${FULL_PACK[pack.sticker_type]}`;
    const title = el("div", { class: "pack-title" }, el("h3", {}, pack.title), el("span", { class: "count", title: "stickers in this pack, and how many fit" }, count));
    const remove = isOwn && iconButton("trash", `Delete the pack ${pack.title}`, () => this.#deletePack(pack));
    const copy = el("button", { type: "button", class: "link-button pack-link", title: "Copy the link", on: { click: () => copyLink(pack.link) } }, pack.link.replace("https://", ""));
    const grid = el("div", { class: "grid" }, ...pack.stickers.map((entry) => this.#cell(pack, entry, isOwn)));
    const head = el("header", {}, title, remove);
    const note = isOwn ? null : el("p", { class: "facts" }, "Another person's pack");
    return el("section", { class: "pack", tabindex: "-1", data: { name: pack.name }, aria: { label: pack.title } }, head, copy, note, grid);
  }

  #cell(pack, entry, isOwn) {
    const label = `Sticker ${entry.emoji_list.join(" ")}. Open large`;
    const open = () => this.openSticker(entry, pack, isOwn);
    return el("button", { type: "button", class: "cell", aria: { label }, on: { click: open } }, stickerPicture(entry.sticker, { size: 96 }));
  }

  /** One sticker at full size, with what can be done with it. */
  openSticker({ sticker, emoji_list: emoji, keywords }, pack, isOwn) {
    const facts = [emoji.join(" "), (keywords ?? []).join(", "), `${sticker.width} × ${sticker.height}`].filter(Boolean).join(" · ");
    const send = { words: "Send", className: "button primary", act: () => this.#send(sticker) };
    const remove = { words: "Delete sticker", className: "button danger", act: () => this.#deleteSticker(sticker, pack) };
    stickerDialog(stickerPicture(sticker, { size: 512 }), this.backdrop(), facts, isOwn ? [remove, send] : [send]);
  }

  #send(sticker) {
    if (this.isOver) this.hide(); // the conversation it goes to lies below
    this.onSend(sticker);
  }

  async #deleteSticker(sticker, pack) {
    const isSure = await confirmDialog("Delete this sticker?", `It will be gone from “${pack.title}”.`, "Delete");
    if (isSure) await this.#act("delete_sticker", { user: this.#user, file_id: sticker.file_id });
  }

  async #deletePack(pack) {
    const words = `All ${pack.stickers.length} stickers of “${pack.title}” will be gone. The bot finds that out by itself, as on Telegram.`;
    if (await confirmDialog("Delete this pack?", words, "Delete pack")) await this.#act("delete_pack", { user: this.#user, name: pack.name });
  }

  async #act(path, body) {
    try {
      await post(path, body);
      await this.load(this.#user);
    } catch (error) {
      this.#explain(error);
    }
  }

  #explain(error) {
    if (error.name !== "ApiError") throw error;
    toast(error.message);
  }
}

async function copyLink(link) {
  await navigator.clipboard.writeText(link);
  toast("Link copied");
}
