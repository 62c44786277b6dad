// Files about to be sent: their previews, the "send as file" switch, the progress of the upload, and what went wrong.
import { el, fileSize, icon, iconButton } from "./dom.js";

const MOST_FILES = 10; // of one album, as in Telegram
const LARGEST_FILE = 50 * 1024 * 1024;
const LARGEST_PHOTO = 10 * 1024 * 1024;

const isPicture = (file) => file.type.startsWith("image/") && file.type !== "image/svg+xml";

export class Tray {
  #files = [];
  #urls = new Map(); // File -> object URL of its preview

  /** `onChange()` is called when files come or go. */
  constructor({ root, onChange }) {
    Object.assign(this, { root, onChange });
    this.items = root.querySelector(".tray-items");
    this.asFile = root.querySelector("input[name=as-file]");
    this.bar = root.querySelector("progress");
    this.error = root.querySelector(".tray-error");
    this.asFile.addEventListener("change", () => this.#show());
  }

  get isEmpty() {
    return this.#files.length === 0;
  }

  add(files) {
    this.#files = [...this.#files, ...files];
    this.#show();
  }

  clear() {
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
    this.#files = [];
    this.asFile.checked = false;
    this.#show();
  }

  /** What to upload, as `{kind, files}` in order: photos are an album of their own, so are files. */
  uploads() {
    const photos = this.asFile.checked ? [] : this.#files.filter((file) => isPicture(file) && file.type !== "image/gif");
    const rest = this.#files.filter((file) => !photos.includes(file));
    const moving = this.asFile.checked ? [] : rest.filter((file) => file.type === "image/gif" || file.type.startsWith("video/"));
    const plain = rest.filter((file) => !moving.includes(file));
    const single = moving.map((file) => ({ kind: file.type === "image/gif" ? "animation" : "video", files: [file] }));
    return [{ kind: "photo", files: photos }, ...single, { kind: "document", files: plain }].filter(({ files }) => files.length > 0);
  }

  /** Why these files cannot go, in words, or "". Telegram's limits, told before a long upload and not after. */
  problem() {
    if (this.#files.length > MOST_FILES) return `An album holds ${MOST_FILES} files at most. Remove ${this.#files.length - MOST_FILES}.`;
    const huge = this.#files.find((file) => file.size > LARGEST_FILE);
    if (huge) return `${huge.name} is ${fileSize(huge.size)}; the limit is ${fileSize(LARGEST_FILE)}.`;
    const empty = this.#files.find((file) => file.size === 0);
    if (empty) return `${empty.name} is empty.`;
    const large = this.uploads().find(({ kind }) => kind === "photo")?.files.find((file) => file.size > LARGEST_PHOTO);
    return large ? `${large.name} is ${fileSize(large.size)}; a photo may have ${fileSize(LARGEST_PHOTO)}. Send it as a file.` : "";
  }

  /** Show how much is uploaded: 0..1, or null when nothing is under way. */
  showProgress(share) {
    this.bar.hidden = share === null;
    if (share !== null) this.bar.value = share;
    this.root.classList.toggle("is-sending", share !== null);
  }

  showError(words) {
    this.error.textContent = words;
    this.error.hidden = words === "";
  }

  #show() {
    this.root.hidden = this.isEmpty;
    this.items.replaceChildren(...this.#files.map((file) => this.#item(file)));
    this.showError(this.problem());
    this.showProgress(null);
    this.onChange();
  }

  #item(file) {
    const remove = iconButton("close", `Remove ${file.name}`, () => this.#remove(file), "icon-button tray-remove");
    const facts = el("span", { class: "file-words" }, el("span", { class: "file-name" }, file.name), el("span", { class: "file-facts" }, fileSize(file.size)));
    return el("li", { class: "tray-item" }, this.#preview(file), facts, remove);
  }

  #preview(file) {
    if (!isPicture(file)) return el("span", { class: "tray-preview" }, icon("file"));
    if (!this.#urls.has(file)) this.#urls.set(file, URL.createObjectURL(file));
    const image = el("img", { class: "tray-preview", src: this.#urls.get(file), alt: "", width: 64, height: 64 });
    // A damaged picture, or a kind the browser does not know (HEIC): it may still be sent.
    image.addEventListener("error", () => image.replaceWith(el("span", { class: "tray-preview" }, icon("file"))), { once: true });
    return image;
  }

  #remove(file) {
    this.#files = this.#files.filter((other) => other !== file);
    URL.revokeObjectURL(this.#urls.get(file));
    this.#urls.delete(file);
    this.#show();
  }
}
