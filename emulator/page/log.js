// The rows of a conversation: kept in order, added and changed one by one, never drawn anew as a whole.
import { el } from "./dom.js";
import { MessageRow } from "./message.js";

const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const NEAR_END_PX = 120;

const dayOf = (message) => new Date(message.date * 1000).toDateString();

function dayTitle(date) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return "Today";
  return date.toDateString() === yesterday.toDateString() ? "Yesterday" : DAY.format(date);
}

export class MessageLog {
  #rows = new Map(); // message_id -> MessageRow
  #order = []; // message ids, ascending
  #isPinned = true; // the end is in view and stays there
  #lastTop = 0;
  #topic = 0;

  /** `list` gets the rows, `scroller` scrolls; `onEnd(isAtEnd)` tells when the end comes into or goes out of view. */
  constructor({ list, scroller, actions, onEnd }) {
    Object.assign(this, { list, scroller, actions, onEnd, userId: 0 });
    scroller.addEventListener("scroll", () => this.#watchEnd(), { passive: true });
    // Pictures and keyboards change heights after a row was added; whoever was at the end stays there.
    const stay = new ResizeObserver(() => this.#isPinned && this.scrollToEnd());
    stay.observe(list);
    stay.observe(scroller);
  }

  get ids() {
    return this.#order;
  }

  row(id) {
    return this.#rows.get(id);
  }

  /** Show one topic's messages only; 0 shows everything. */
  showTopic(topic) {
    this.#topic = topic;
    for (const row of this.#rows.values()) this.#hideOutside(row);
    this.scrollToEnd();
  }

  #hideOutside(row) {
    row.element.hidden = this.#topic !== 0 && row.message.message_thread_id !== this.#topic;
  }

  clear(userId) {
    this.userId = userId;
    this.#topic = 0;
    this.#rows.clear();
    this.#order = [];
    this.#isPinned = true;
    this.list.replaceChildren();
  }

  /** Add `message`, or bring its row up to date. Returns true when it is new. */
  upsert(message) {
    const known = this.#rows.get(message.message_id);
    if (known?.isSame(message)) {
      known.update(message);
      return false;
    }
    if (known) this.#drop(known);
    this.#add(new MessageRow(message, { userId: this.userId, actions: this.actions }));
    return true;
  }

  /** Let a row vanish; its neighbours close the gap smoothly unless the person prefers no motion. */
  remove(id) {
    const row = this.#rows.get(id);
    if (!row) return;
    this.#forget(id);
    const { element } = row;
    element.id = ""; // a new message may get this number while the old row is still fading
    element.inert = true;
    const height = element.offsetHeight;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden;
    const frames = [{ height: `${height}px`, opacity: 1 }, { height: "0px", opacity: 0, marginBlock: "0px", paddingBlock: "0px" }];
    element.classList.add("is-leaving");
    const motion = element.animate(frames, { duration: isStill ? 0 : 180, easing: "ease-in" });
    motion.onfinish = () => this.#detach(element);
  }

  /** Drop every row from `firstId` on that is not in `ids`: what a fresh reading of the state no longer has. */
  keepOnly(ids, firstId) {
    for (const id of [...this.#order]) if (id >= firstId && !ids.has(id)) this.#drop(this.#rows.get(id));
  }

  scrollToEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#watchEnd();
  }

  /** Bring a message into view and flash it. False when it is not here. */
  goTo(id) {
    const row = this.#rows.get(id);
    if (!row) return false;
    row.element.scrollIntoView({ block: "center" });
    row.element.focus({ preventScroll: true });
    row.element.classList.remove("is-flashing");
    void row.element.offsetWidth; // restarts the animation when the same quote is clicked twice
    row.element.classList.add("is-flashing");
    return true;
  }

  #watchEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const isNearEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    // Several rows may have come since the last look; only scrolling up means that the person left the end.
    this.#isPinned = isNearEnd || (this.#isPinned && scrollTop >= this.#lastTop);
    this.#lastTop = scrollTop;
    this.onEnd(this.#isPinned);
  }

  #add(row) {
    this.#rows.set(row.id, row);
    this.#hideOutside(row);
    let place = this.#order.length; // nearly always the end
    while (place > 0 && this.#order[place - 1] > row.id) place -= 1;
    this.#order.splice(place, 0, row.id);
    const next = this.#rows.get(this.#order[place + 1]);
    const day = this.#day(row.message, next);
    day.insertBefore(row.element, next?.element.parentNode === day ? next.element : null);
  }

  /** The section of the message's day, made before the section of `next` where there is none yet. */
  #day(message, next) {
    const key = dayOf(message);
    const known = [...this.list.children].findLast((section) => section.dataset.day === key);
    if (known) return known;
    const title = el("h3", { class: "day" }, el("span", {}, dayTitle(new Date(message.date * 1000))));
    const section = el("section", { class: "day-section", data: { day: key } }, title);
    this.list.insertBefore(section, next?.element.closest(".day-section") ?? null);
    return section;
  }

  #forget(id) {
    this.#rows.delete(id);
    this.#order.splice(this.#order.indexOf(id), 1);
  }

  #drop(row) {
    this.#forget(row.id);
    this.#detach(row.element);
  }

  #detach(element) {
    const section = element.closest(".day-section");
    element.remove();
    if (section && !section.querySelector(".row")) section.remove();
  }
}
