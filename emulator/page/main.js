// Puts the page together: people, conversation, composer, packs, and the stream of events that keeps them true.
import { ApiError } from "./api.js";
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { backdropChoice, menu, toast } from "./dialogs.js";
import { el } from "./dom.js";
import { EventStream } from "./events.js";
import { PackPanel } from "./packs.js";
import { People } from "./people.js";

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
    app.classList.toggle("has-packs", isOpen);
    byId("packs-button").setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) byId("packs-button").focus();
  },
});

const view = {
  list: byId("log"), scroller: byId("scroller"), status: byId("status"), title: byId("bot-name"), avatar: byId("bot-avatar"),
  description: byId("description"), empty: byId("empty"), jump: byId("jump"), unseen: byId("unseen"),
};
const chat = new Chat({ view, packs, backdrop });
const composer = new Composer({
  dropArea: byId("chat"),
  onSent: (user, messages) => chat.onSent(user, messages),
  onUnblock: () => chat.setBlocked(false),
});
chat.composer = composer;

const people = new People({
  list: byId("people-list"),
  button: byId("new-person"),
  onChoose: () => {
    showPeople(false);
    follow();
  },
});

/** Read everything about the current person; the stream calls it again after every break. */
async function read() {
  const person = await people.load();
  composer.open(person.id);
  const [lastEventId] = await Promise.all([chat.read(person.id), packs.load(person.id)]);
  app.classList.add("is-ready");
  return lastEventId;
}

function showConnection(state) {
  byId("connection").hidden = state === "open";
}

function onEvent(type, data) {
  if (type === "pack") packs.onEvent(data);
  else chat.onEvent(type, data);
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
  menu(event.currentTarget, "Conversation", chat.isBlocked ? [block] : [restart, block], choice);
}

byId("menu-button").addEventListener("click", openMenu);
byId("packs-button").addEventListener("click", () => (packs.isOpen ? packs.hide() : packs.show()));
byId("people-button").addEventListener("click", () => showPeople(!app.classList.contains("has-people")));
byId("scrim").addEventListener("click", () => showPeople(false));
matchMedia("(max-width: 819px)").addEventListener("change", () => showPeople(false));
addEventListener("unhandledrejection", ({ reason }) => reason instanceof ApiError && toast(reason.message));

setBackdrop(localStorage.getItem(BACKDROP) ?? "pattern");
showPeople(false);
await follow();
