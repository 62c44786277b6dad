// The menu of the bot's commands: opens on "/", narrows while typing, arrows choose.
import { el } from "./dom.js";

export class CommandMenu {
  #shown = [];
  #active = -1;

  /** `onChoose("/command")` is called for a chosen line. */
  constructor({ input, list, onChoose }) {
    Object.assign(this, { input, list, onChoose, commands: [] });
    input.addEventListener("blur", () => this.close());
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** Show the commands that begin with what is typed; hide when nothing fits. */
  follow(text) {
    const typed = /^\/([a-z0-9_]*)$/i.exec(text);
    if (!typed) return this.close();
    const prefix = typed[1].toLowerCase();
    return this.#open(this.commands.filter(({ command }) => command.startsWith(prefix)));
  }

  close() {
    this.list.hidden = true;
    this.#active = -1;
    this.input.removeAttribute("aria-activedescendant");
  }

  /** Deal with a key while open. True when it was one of the menu's own. */
  onKey(event) {
    if (!this.isOpen) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#activate((this.#active + step + this.#shown.length) % this.#shown.length);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" || event.key === "Enter") this.#choose(Math.max(this.#active, 0));
    else return false;
    event.preventDefault();
    return true;
  }

  #open(commands) {
    this.#shown = commands;
    if (commands.length === 0) return this.close();
    this.list.replaceChildren(...commands.map((command, index) => this.#line(command, index)));
    this.list.hidden = false;
    return this.#activate(0);
  }

  #line({ command, description }, index) {
    // Not on click: pressing the mouse would take the focus from the input, and that closes the menu.
    const onDown = (event) => (event.preventDefault(), this.#choose(index));
    return el("li", { id: `command-${index}`, role: "option", on: { pointerdown: onDown } },
      el("b", {}, `/${command}`), el("span", {}, description));
  }

  #activate(index) {
    this.#active = index;
    for (const [place, line] of [...this.list.children].entries()) line.setAttribute("aria-selected", String(place === index));
    this.list.children[index]?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", `command-${index}`);
  }

  #choose(index) {
    this.close();
    this.onChoose(`/${this.#shown[index].command}`);
  }
}
