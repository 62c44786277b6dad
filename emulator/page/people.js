// The people of this demo: who is looking, switching between them, introducing new ones.
import { fileUrl, get, post, upload } from "./api.js";
import { formDialog } from "./dialogs.js";
import { avatar, el, fullName, icon } from "./dom.js";

const NAMES = ["Ada", "Boris", "Clara", "Davide", "Emeka", "Farah", "Greta", "Hiro"];
const FIRST_ID = 1001;
const LANGUAGES = [["en", "English"], ["ru", "Русский"], ["uk", "Українська"], ["de", "Deutsch"], ["es", "Español"], ["fr", "Français"], ["pt-br", "Português"], ["zh-hans", "简体中文"], ["ar", "العربية"]];
const REMEMBERED = "emulator.person";

const nameFor = (id) => NAMES[Math.abs(id - FIRST_ID) % NAMES.length];

/** The person named by the address (`#1002`, so two windows can be two people), or the one of last time, or null. */
function wanted() {
  const id = Number(location.hash.slice(1) || localStorage.getItem(REMEMBERED));
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

export class People {
  #people = [];
  #photos = {}; // person id -> file id
  current = null; // User

  /** `onChoose(person)` is called when another person is to be shown. */
  constructor({ list, button, onChoose }) {
    Object.assign(this, { list, onChoose });
    button.addEventListener("click", () => this.#introduce());
    addEventListener("hashchange", () => wanted() !== this.current?.id && this.#chooseById(wanted()));
  }

  /** Read who is known; the first visit introduces the first person. Also after a restart that forgot everybody. */
  async load() {
    ({ users: this.#people, photos: this.#photos } = await get("users"));
    const id = this.current?.id ?? wanted() ?? this.#people[0]?.id ?? FIRST_ID;
    const person = this.#people.find((one) => one.id === id) ?? (await this.#add(this.current ?? { id, first_name: nameFor(id), language_code: "en" }));
    this.#setCurrent(person);
    return person;
  }

  /** Everybody but the one who looks. */
  get others() {
    return this.#people.filter((person) => person.id !== this.current.id);
  }

  /** Put a photo on the profile of the one who looks, or take all away with null. */
  setPhoto(file) {
    return upload("profile_photo", { user: this.current.id }, file ? [file] : []);
  }

  async #add(person) {
    const answer = await post("users", person);
    this.#people = [...this.#people, answer.person];
    return answer.person;
  }

  async #introduce() {
    const id = Math.max(FIRST_ID - 1, ...this.#people.map((person) => person.id)) + 1;
    const name = el("input", { name: "first_name", value: nameFor(id), required: true, maxlength: 64, autocomplete: "off" });
    const language = el("select", { name: "language_code" }, ...LANGUAGES.map(([code, words]) => el("option", { value: code }, words)));
    const values = await formDialog("New person", "Add", el("label", { class: "field" }, "Name", name), el("label", { class: "field" }, "Language of their app", language));
    if (values) this.#choose(await this.#add({ id, ...values }));
  }

  #chooseById(id) {
    const person = this.#people.find((one) => one.id === id);
    if (person) this.#choose(person);
  }

  #choose(person) {
    this.#setCurrent(person);
    this.onChoose(person);
  }

  #setCurrent(person) {
    this.current = person;
    localStorage.setItem(REMEMBERED, person.id);
    if (location.hash !== `#${person.id}`) history.replaceState(null, "", `#${person.id}`);
    this.#show();
  }

  #show() {
    const line = (person) => {
      const isCurrent = person.id === this.current.id;
      const facts = person.username ? `@${person.username}` : `id ${person.id}`;
      const words = el("span", { class: "person-words" }, el("b", {}, fullName(person)), el("span", {}, facts));
      const props = { type: "button", class: "person", aria: isCurrent ? { current: "true" } : {} };
      return el("li", {}, el("button", { ...props, on: { click: () => this.#choose(person) } }, avatar(person.id, fullName(person), { photo: this.#photos[person.id] && fileUrl(this.#photos[person.id]) }), words, isCurrent && icon("check")));
    };
    this.list.replaceChildren(...this.#people.map(line));
  }
}
