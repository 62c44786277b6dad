// Where a person writes: text, photos by button, drop or paste, replies, edits, commands.
import { upload, post } from "./api.js";
import { CommandMenu } from "./commands.js";
import { toast } from "./dialogs.js";
import { fullName } from "./dom.js";
import { InlineResults } from "./inline.js";
import { summary } from "./media.js";
import { ReplyKeyboard } from "./reply_keyboard.js";
import { Tray } from "./tray.js";

const byId = (id) => document.getElementById(id);

export class Composer {
  #chat = ""; // whose chat is open
  #context = null; // {kind: "reply" | "edit", message}
  #drafts = new Map(); // chat -> unsent text
  #isSending = false;

  /**
   * `onSent(place, messages)` gets what the emulator answered, `place()` names the open chat; `onUnblock()` asks to unblock the bot,
   * `onInline(queryId, resultId)` sends an inline result, `onStart(parameter)` starts the bot.
   */
  constructor({ dropArea, onSent, onUnblock, place, onInline, onStart }) {
    Object.assign(this, { onSent, place, bot: null });
    this.form = byId("composer");
    this.input = byId("text");
    this.sendButton = byId("send");
    this.tray = new Tray({ root: byId("tray"), onChange: () => this.#refresh() });
    this.menu = new CommandMenu({ input: this.input, list: byId("commands"), onChoose: (command) => this.sendText(command, true) });
    this.inline = new InlineResults({ root: byId("inline"), input: this.input, place, onSend: onInline, onStart });
    this.keyboard = new ReplyKeyboard({
      root: byId("reply-keyboard"), button: byId("keyboard-button"), onChange: () => this.#refresh(),
      onText: (text) => this.sendText(text), onForceReply: (message) => this.reply(message),
    });
    this.#listen(onUnblock);
    this.#listenToFiles(dropArea);
  }

  /** Turn to a chat of a person; what was typed in the one before is kept for them. */
  open(user, chatId) {
    this.#drafts.set(this.#chat, this.input.value);
    this.#chat = `${user}:${chatId}`;
    this.input.value = this.#drafts.get(this.#chat) ?? "";
    this.inline.close();
    this.keyboard.clear();
    this.tray.clear();
    this.#setContext(null);
  }

  /** Show the field, the START button or the unblock button, as `state` says. */
  show({ isStarted, isBlocked, bot }) {
    this.bot = this.inline.bot = bot;
    this.menu.commands = bot.commands;
    byId("commands-button").hidden = bot.commands.length === 0;
    byId("start-bar").hidden = isStarted || isBlocked;
    byId("unblock-bar").hidden = !isBlocked;
    this.form.hidden = isBlocked || !isStarted;
  }

  /** Empty the field. */
  clear() {
    this.#setText("");
  }

  /** Put `@bot query` into the field, as a button of inline mode does. */
  beginInline(query) {
    this.#setText(`@${this.bot.username} ${query}`);
    this.input.focus();
  }

  reply(message) {
    this.#setContext({ kind: "reply", message });
    this.input.focus();
  }

  edit(message) {
    this.#setContext({ kind: "edit", message });
    this.input.value = message.text ?? message.caption ?? "";
    this.#refresh();
    this.input.focus();
  }

  /** Send a text right away. `isTyped`: it stood in the field, which is emptied, and refilled when sending fails. */
  async sendText(text, isTyped = false) {
    const chat = this.#chat;
    const place = this.place();
    const replyTo = isTyped ? this.#takeReply() : undefined;
    if (isTyped) this.#setText("");
    try {
      const { message } = await post("send_text", { ...place, text, reply_to: replyTo });
      this.onSent(place, [message]);
    } catch (error) {
      this.#explain(error);
      if (isTyped && this.#chat === chat && this.input.value === "") this.#setText(text);
    }
  }

  #listen(onUnblock) {
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.#submit()));
    this.input.addEventListener("input", () => this.#refresh());
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    byId("context-close").addEventListener("click", () => this.#setContext(null, { empty: true }));
    byId("start").addEventListener("click", () => this.sendText("/start"));
    byId("unblock").addEventListener("click", onUnblock);
    byId("commands-button").addEventListener("click", () => {
      this.#setText("/");
      this.input.focus();
      this.menu.follow("/");
    });
  }

  #listenToFiles(dropArea) {
    const picker = byId("picker");
    byId("attach").addEventListener("click", () => picker.click());
    picker.addEventListener("change", () => (this.#take(picker.files), (picker.value = "")));
    this.input.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length === 0) return;
      event.preventDefault();
      this.#take(event.clipboardData.files);
    });
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files") && !this.form.hidden;
    let depth = 0; // dragenter and dragleave fire for every child
    const mark = (change) => dropArea.classList.toggle("is-dropping", (depth = Math.max(0, depth + change)) > 0);
    dropArea.addEventListener("dragenter", (event) => hasFiles(event) && mark(1));
    dropArea.addEventListener("dragleave", (event) => hasFiles(event) && mark(-1));
    dropArea.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    dropArea.addEventListener("drop", (event) => {
      event.preventDefault(); // also without files: a dropped link must not replace the page
      mark(-depth);
      if (hasFiles(event)) this.#take(event.dataTransfer.files);
    });
  }

  #take(files) {
    this.tray.add([...files]);
    this.input.focus();
  }

  #onKey(event) {
    if (event.isComposing || this.menu.onKey(event) || this.inline.onKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && this.#context) {
      this.#setContext(null, { empty: true });
    }
  }

  async #submit() {
    const text = this.input.value.trim();
    if (this.#isSending) return;
    if (this.#context?.kind === "edit") await this.#saveEdit(text);
    else if (!this.tray.isEmpty) await this.#sendFiles(text);
    else if (text) await this.sendText(text, true);
  }

  async #saveEdit(text) {
    const { message } = this.#context;
    const field = message.text === undefined ? "caption" : "text";
    if (text === (message[field] ?? "")) return this.#setContext(null, { empty: true });
    try {
      await post("edit", { ...this.place(), message_id: message.message_id, [field]: text });
      this.#setContext(null, { empty: true });
    } catch (error) {
      this.#explain(error);
    }
  }

  async #sendFiles(caption) {
    const problem = this.tray.problem();
    if (problem) return this.tray.showError(problem);
    const place = this.place();
    this.#setSending(true);
    this.tray.showError("");
    try {
      for (const [index, { kind, files }] of this.tray.uploads().entries()) {
        const fields = { ...place, kind, caption: index === 0 && caption ? caption : undefined, reply_to: this.#replyTo() };
        const answer = await upload("send_media", fields, files, { onProgress: (share) => this.tray.showProgress(share) });
        this.onSent(place, answer.messages ?? [answer.message]);
      }
      this.#setText("");
      this.tray.clear();
      this.#setContext(null);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.tray.showProgress(null);
      this.tray.showError(error.message);
    } finally {
      this.#setSending(false);
    }
  }

  #replyTo() {
    return this.#context?.kind === "reply" ? this.#context.message.message_id : undefined;
  }

  #takeReply() {
    const id = this.#replyTo();
    this.#setContext(null);
    return id;
  }

  #setContext(context, { empty = false } = {}) {
    if (empty && this.#context?.kind === "edit") this.input.value = "";
    this.#context = context;
    byId("context").hidden = context === null;
    if (context) {
      byId("context-title").textContent = context.kind === "edit" ? "Edit message" : `Reply to ${fullName(context.message.from)}`;
      byId("context-words").textContent = summary(context.message);
    }
    this.#refresh();
  }

  #setText(text) {
    this.input.value = text;
    this.#refresh();
  }

  #setSending(isSending) {
    this.#isSending = isSending;
    this.form.setAttribute("aria-busy", String(isSending));
    this.#refresh();
  }

  #refresh() {
    const hasWords = this.input.value.trim() !== "";
    this.input.placeholder = this.tray.isEmpty ? this.keyboard.placeholder || "Message" : "Add a caption";
    this.input.maxLength = this.tray.isEmpty ? 4096 : 1024;
    this.sendButton.disabled = this.#isSending || !(hasWords || !this.tray.isEmpty);
    if (this.tray.isEmpty) this.menu.follow(this.input.value);
    if (this.tray.isEmpty && this.#context?.kind !== "edit") this.inline.follow(this.input.value);
  }

  #explain(error) {
    if (error.name !== "ApiError") throw error;
    toast(error.message);
  }
}
