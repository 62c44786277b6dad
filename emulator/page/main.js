// Puts the page together: people, conversation, composer, packs, and the stream of events that keeps them true.
import { ApiError, post } from "./api.js";
import { Chat } from "./chat.js";
import { Chats } from "./chats.js";
import { Composer } from "./composer.js";
import { backdropChoice, formDialog, menu, toast } from "./dialogs.js";
import { el } from "./dom.js";
import { EventStream } from "./events.js";
import { PackPanel } from "./packs.js";
import { People } from "./people.js";
import { openTroubles } from "./troubles.js";

const BACKDROP = "emulator.backdrop";
const byId = (id) => document.getElementById(id);

const app = byId("app");
const backdrop = () => app.dataset.backdrop;
let stream = null;

function setBackdrop(value) {
  app.dataset.backdrop = value;
  localStorage.setItem(BACKDROP, value);
}

const packs = new PackPanel({
  root: byId("packs"),
  backdrop,
  onSend: (sticker) => chat.sendSticker(sticker),
  onToggle: (isOpen) => {
    showPeople(false);
    app.classList.toggle("has-packs", isOpen);
    byId("packs-button").setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) byId("packs-button").focus();
  },
});

const view = {
  list: byId("log"), scroller: byId("scroller"), status: byId("status"), title: byId("bot-name"), avatar: byId("bot-avatar"),
  description: byId("description"), empty: byId("empty"), jump: byId("jump"), unseen: byId("unseen"), topics: byId("topics"), draft: byId("draft"),
};
const chat = new Chat({ view, packs, backdrop, places: () => chats.places, onGoTo: (chatId) => goTo(chatId) });
const composer = new Composer({
  dropArea: byId("chat"),
  place: () => chat.place,
  onSent: (place, messages) => chat.onSent(place, messages),
  onInline: (queryId, resultId) => chat.sendInline(queryId, resultId),
  onStart: (parameter) => {
    composer.clear();
    chat.start(parameter);
  },
  onUnblock: () => chat.setBlocked(false),
});
chat.composer = composer;

const people = new People({
  list: byId("people-list"),
  button: byId("new-person"),
  onChoose: () => {
    showPeople(false);
    if (packs.isOver) packs.hide();
    chats.current = people.current.id;
    follow();
  },
});

const chats = new Chats({
  list: byId("chat-list"),
  button: byId("new-group"),
  people: () => people.others,
  onChoose: (chatId) => openChat(chatId),
});

async function openChat(chatId) {
  showPeople(false);
  if (packs.isOver) packs.hide();
  await chat.read(people.current.id, chatId);
}

/** Go to another chat of the current person, as if it was chosen in the list. */
async function goTo(chatId) {
  chats.current = chatId;
  await chats.load(people.current.id);
  await openChat(chatId);
}

/** Read everything about the current person; the stream calls it again after every break. */
async function read() {
  const person = await people.load();
  await chats.load(person.id);
  const [lastEventId] = await Promise.all([chat.read(person.id, chats.current), packs.load(person.id)]);
  chats.bot = chat.bot;
  await chats.load(person.id);
  app.classList.add("is-ready");
  return lastEventId;
}

/** A group changed; where the person is in it no more, show the chat with the bot. */
async function onGroup(data) {
  const open = chats.current;
  await chats.load(people.current.id);
  return chats.current === open ? chat.onEvent("group", data) : openChat(chats.current);
}

function showConnection(state) {
  byId("connection").hidden = state === "open";
}

function onEvent(type, data) {
  if (type === "pack") return packs.onEvent(data);
  if (type === "profile_photo") return people.load();
  if (type === "group") return onGroup(data);
  chats.onEvent(type, data);
  return chat.onEvent(type, data);
}

/** Show the current person's world from now on. */
function follow() {
  stream?.stop();
  const mine = new EventStream({
    user: () => people.current.id,
    resync: read,
    onEvent: (type, data) => mine === stream && onEvent(type, data),
    onStatus: (state) => mine === stream && showConnection(state),
  });
  stream = mine;
  return mine.start();
}

/** On a narrow screen the list of people is a drawer; on a wide one it is always there. */
function showPeople(isOpen) {
  app.classList.toggle("has-people", isOpen);
  byId("people-button").setAttribute("aria-expanded", String(isOpen));
  const isDrawer = matchMedia("(max-width: 819px)").matches;
  byId("people").inert = isDrawer && !isOpen;
}

function openMenu(event) {
  const choice = el("div", { class: "menu-group" }, el("span", { class: "menu-title" }, "Background"), backdropChoice("chat-backdrop", backdrop(), setBackdrop));
  const block = chat.isBlocked
    ? { words: "Unblock the bot", act: () => chat.setBlocked(false) }
    : { words: "Block the bot", className: "danger", act: () => chat.setBlocked(true) };
  const restart = { words: "Send /start", act: () => composer.sendText("/start") };
  const group = { words: "Members and rights", act: () => chat.showGroup() };
  const topic = { words: "New topic", act: newTopic };
  const photo = { words: "Profile photo", act: () => byId("photo-picker").click() };
  const troubles = { words: "Let things go wrong", act: () => openTroubles(() => chats.load(people.current.id)) };
  const here = chat.group ? [group] : chat.isBlocked ? [] : [restart];
  const topics = (chat.group ? chat.group.is_forum : chat.bot.has_topics) ? [topic] : [];
  menu(event.currentTarget, "Conversation", [...here, ...topics, photo, troubles, ...(chat.group ? [] : [block])], choice);
}

async function newTopic() {
  const name = el("input", { name: "name", required: true, maxlength: 128, autocomplete: "off" });
  const values = await formDialog("New topic", "Open", el("label", { class: "field" }, "Name", name));
  if (!values) return;
  const { message_thread_id: topic } = await post("topics", { user: people.current.id, chat_id: chats.current, name: values.name });
  await chat.read(people.current.id, chats.current);
  chat.setTopic(topic);
}

byId("photo-picker").addEventListener("change", async ({ target }) => {
  await people.setPhoto(target.files[0] ?? null);
  target.value = "";
});

byId("menu-button").addEventListener("click", openMenu);
byId("packs-button").addEventListener("click", () => (packs.isOpen ? packs.hide() : packs.show()));
byId("people-button").addEventListener("click", () => showPeople(!app.classList.contains("has-people")));
byId("scrim").addEventListener("click", () => {
  showPeople(false);
  if (packs.isOver) packs.hide();
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (packs.isOver) packs.hide();
  else if (app.classList.contains("has-people")) showPeople(false);
});
matchMedia("(max-width: 819px)").addEventListener("change", () => showPeople(false));
addEventListener("unhandledrejection", ({ reason }) => reason instanceof ApiError && toast(reason.message));

setBackdrop(localStorage.getItem(BACKDROP) ?? "pattern");
showPeople(false);
await follow();
