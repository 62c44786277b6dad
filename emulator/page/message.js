// One message of the conversation as a row. An edit replaces only the parts that changed, so nothing flickers.
import { el, fullName, iconButton } from "./dom.js";
import { renderText } from "./entities.js";
import { renderKeyboard } from "./keyboard.js";
import { mediaKey, mediaKind, mediaWidth, quotePicture, renderMedia, summary } from "./media.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

// The order of the parts in a row. `key` tells whether a part changed; `render` makes it, null where there is nothing.
const BUBBLE_PARTS = [
  { name: "sender", key: (m) => senderWords(m).join(), render: sender },
  { name: "quote", key: (m) => quoteKey(m.reply_to_message), render: quote },
  { name: "media", key: mediaKey, render: renderMedia },
  { name: "body", key: bodyKey, render: body },
];

function quoteKey(original) {
  return original ? `${original.message_id}:${summary(original)}:${mediaKey(original)}` : "";
}

function bodyKey(message) {
  const words = message.text ?? message.caption ?? "";
  const entities = message.entities ?? message.caption_entities ?? [];
  return JSON.stringify([words, entities, message.date, message.edit_date ?? 0]);
}

/** Who wrote: in groups the name, and everywhere the bot that somebody wrote through. */
function senderWords(message) {
  const who = message.chat.type === "private" ? "" : fullName(message.sender_chat ? { first_name: message.sender_chat.title } : message.from);
  const via = message.via_bot ? `via @${message.via_bot.username}` : "";
  const guest = message.guest_bot_caller_user ? "guest" : "";
  return [who, via, guest];
}

function sender(message) {
  const [who, ...notes] = senderWords(message);
  const note = notes.filter(Boolean).join(" · ");
  if (!who && !note) return null;
  return el("span", { class: "sender" }, who && el("span", { class: "sender-name" }, who), note && el("span", { class: "sender-note" }, note));
}

function quote(message, actions) {
  const original = message.reply_to_message;
  if (!original) return null;
  const words = el("span", { class: "quote-words" }, el("b", {}, fullName(original.from)), el("span", {}, summary(original)));
  const props = { type: "button", class: "quote", aria: { label: `In reply to: ${summary(original)}. Go to it` } };
  return el("button", { ...props, on: { click: () => actions.onQuote(original.message_id) } }, quotePicture(original), words);
}

function meta(message) {
  const date = new Date(message.date * 1000);
  const edited = message.edit_date ? el("span", { class: "edited" }, "edited") : null;
  const time = el("time", { datetime: date.toISOString(), title: FULL.format(date) }, CLOCK.format(date));
  return el("span", { class: "meta" }, edited, time);
}

function body(message, actions) {
  const words = message.text ?? message.caption;
  const entities = message.entities ?? message.caption_entities;
  const text = words
    ? el("span", { class: "text" }, ...renderText(words, entities, actions))
    : mediaKind(message) === null && el("span", { class: "text unknown" }, "This page cannot show this kind of message.");
  return el("div", { class: words ? "body" : "body only-meta", dir: words && "auto" }, text, meta(message));
}

/** A row for one message. `actions` are the callbacks of chat.js; `userId` is the person looking. */
export class MessageRow {
  #keys = new Map();
  #parts = new Map();

  constructor(message, { userId, actions }) {
    this.id = message.message_id;
    this.actions = actions;
    this.isOwn = message.from?.id === userId;
    this.bubble = el("div", { class: "bubble" });
    this.element = el("article", { class: `row ${this.isOwn ? "out" : "in"}`, id: `message-${this.id}`, tabindex: "-1" });
    const menu = iconButton("more", "Message actions", (event) => actions.onMenu(this.message, event.currentTarget), "row-menu");
    this.column = el("div", { class: "column" }, el("div", { class: "line" }, this.bubble, menu));
    const service = serviceWords(message);
    if (service) {
      this.element.classList.add("is-service");
      this.element.setAttribute("aria-label", service);
      this.element.append(el("span", {}, service));
      this.message = message;
    } else {
      this.element.append(this.column);
      this.update(message);
    }
  }

  /** Whether `message` is a later state of what this row shows, not another one that got the same number. */
  isSame(message) {
    return message.date === this.message.date && message.from?.id === this.message.from?.id;
  }

  update(message) {
    this.message = message;
    if (this.element.classList.contains("is-service")) return;
    const who = this.isOwn ? "You" : fullName(message.from ?? { first_name: "Somebody" });
    this.element.setAttribute("aria-label", `${who}: ${summary(message)}`);
    this.bubble.classList.toggle("is-bare", mediaKind(message) === "sticker");
    this.bubble.style.maxWidth = mediaWidth(message); // a caption is as wide as its picture, not wider
    this.bubble.classList.toggle("has-words", Boolean(message.text ?? message.caption));
    this.element.classList.toggle("in-album", Boolean(message.media_group_id));
    for (const part of BUBBLE_PARTS) this.#replace(part.name, part.key(message), () => part.render(message, this.actions), this.bubble);
    const markup = message.reply_markup?.inline_keyboard?.length ? message.reply_markup : null;
    const onPress = (row, column, button) => this.actions.onPress(this.message, row, column, button);
    this.#replace("keyboard", markup ? JSON.stringify(markup) : "", () => markup && renderKeyboard(markup, onPress), this.column);
    this.element.classList.toggle("has-keyboard", markup !== null);
  }

  /** `reactions` is a list of ReactionType, empty for none. */
  showReactions(reactions) {
    const emoji = reactions.map((reaction) => reaction.emoji ?? "⭐");
    const chip = (sign) => {
      const count = emoji.filter((other) => other === sign).length;
      return el("span", { class: "reaction" }, sign, count > 1 && el("b", {}, String(count)));
    };
    const chips = () => emoji.length > 0 && el("div", { class: "reactions", aria: { label: `Reactions: ${emoji.join(" ")}` } },
      ...[...new Set(emoji)].map(chip));
    this.#replace("reactions", emoji.join(), chips, this.column);
  }

  #replace(name, key, render, parent) {
    if (this.#keys.get(name) === key) return;
    this.#keys.set(name, key);
    const fresh = render() || null;
    const old = this.#parts.get(name);
    this.#parts.set(name, fresh);
    if (old && fresh) old.replaceWith(fresh);
    else if (old) old.remove();
    else if (fresh) this.#insert(name, fresh, parent);
  }

  #insert(name, fresh, parent) {
    const later = BUBBLE_PARTS.slice(BUBBLE_PARTS.findIndex((part) => part.name === name) + 1);
    const next = parent === this.bubble ? later.map((part) => this.#parts.get(part.name)).find(Boolean) : null;
    parent.insertBefore(fresh, next ?? null);
  }
}

/** A centred line for what is no bubble: somebody joined, a message was pinned. Null for an ordinary message. */
export function serviceWords(message) {
  const who = fullName(message.from ?? { first_name: "Somebody" });
  const isAbout = (user) => user.id === message.from?.id;
  if (message.new_chat_members) {
    const names = message.new_chat_members.map(fullName).join(", ");
    return message.new_chat_members.every(isAbout) ? `${names} joined` : `${who} added ${names}`;
  }
  if (message.left_chat_member) return isAbout(message.left_chat_member) ? `${who} left` : `${who} removed ${fullName(message.left_chat_member)}`;
  if (message.pinned_message) return `${who} pinned “${summary(message.pinned_message)}”`;
  if (message.new_chat_title) return `The title is now “${message.new_chat_title}”`;
  if (message.forum_topic_created) return `${who} opened the topic “${message.forum_topic_created.name}”`;
  if (message.forum_topic_edited) return `${who} renamed the topic to “${message.forum_topic_edited.name}”`;
  if (message.forum_topic_closed) return `${who} closed the topic`;
  if (message.forum_topic_reopened) return `${who} reopened the topic`;
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return "The group was upgraded to a supergroup";
  return null;
}
