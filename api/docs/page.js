// "Try it": sends a form to its endpoint, waits, and shows the pictures or what is wrong in words.
"use strict";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const MOST_BYTES = 7e6; // of all files of a field: a data URI may be 10 MB long

// A photo of more than `most` bytes, as cameras make them, becomes a smaller one.
async function atMost(most, file) {
  if (file.size <= most || file.name.endsWith(".zip")) return file;
  const picture = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name} is too large: at most ${(most / 1e6).toFixed(1)} MB.`);
  });
  const shrink = Math.min(1, 2048 / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height].map((side) => Math.round(side * shrink));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

// The bytes of numbers, each given as [bytes it takes, number]; the lowest byte first.
const packed = (...numbers) => new Uint8Array(numbers.flatMap(([size, number]) =>
  Array.from({ length: size }, (_, index) => Math.floor(number / 256 ** index) % 256)));

// A zip file of photos, not compressed: photos are already.
async function zipOf(files) {
  const written = [], directory = [];
  let offset = 0;
  for (const [index, file] of files.entries()) {
    const bytes = new Uint8Array(await file.arrayBuffer()), name = new TextEncoder().encode(`${index}.jpg`);
    const about = packed([2, 20], [2, 0], [2, 0], [2, 0], [2, 33], [4, crc32(bytes)], [4, bytes.length], [4, bytes.length], [2, name.length], [2, 0]);
    written.push(packed([4, 0x04034b50]), about, name, bytes);
    directory.push(packed([4, 0x02014b50], [2, 20]), about, packed([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]), name);
    offset += 4 + about.length + name.length + bytes.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = packed([4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, length], [4, offset], [2, 0]);
  return new Blob([...written, ...directory, end], { type: "application/zip" });
}

async function fileOf(input) {
  const files = await Promise.all(Array.from(input.files, (file) => atMost(MOST_BYTES / input.files.length, file)));
  return input.dataset.kind === "photo" || input.files[0].name.endsWith(".zip") ? files[0] : zipOf(files);
}

// A file goes along in the body itself.
const asDataUri = (file) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result);
  reader.onerror = () => failed(new Error("The file could not be read."));
  reader.readAsDataURL(file);
});

async function valuesOf(form) {
  const values = {};
  for (const input of form.querySelectorAll("[data-kind]")) {
    const { name, kind } = input.dataset;
    if (kind === "photo" || kind === "photos") {
      if (input.files.length) values[name] = await asDataUri(await fileOf(input));
    } else if (kind === "boolean") {
      values[name] = input.checked;
    } else if (input.value !== "") {
      values[name] = kind === "number" ? Number(input.value) : input.value;
    }
  }
  return values;
}

// An error as each service words it: a list of fields, a sentence, a sentence with details.
function wordsOf(status, answer) {
  const { detail, details, error } = answer || {};
  if (Array.isArray(detail)) return detail.map((each) => `${each.loc.slice(1).join(".")}: ${each.msg}`).join("\n");
  return String(details || detail || error || `The server answered ${status}.`);
}

// Our own files among an answer's texts, in their order, and a PNG in base64; the address that the page was read at may
// be another than theirs.
function picturesIn(answer) {
  if (typeof answer === "string") {
    if (answer.startsWith("iVBORw0KGgo")) {
      return [new Blob([Uint8Array.from(atob(answer), (each) => each.charCodeAt(0))], { type: "image/png" })];
    }
    const path = URL.canParse(answer) ? new URL(answer).pathname : "";
    return path.startsWith("/files/") ? [path] : [];
  }
  return answer && typeof answer === "object" ? Object.values(answer).flatMap(picturesIn) : [];
}

async function call(method, path, headers, body, signal) {
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal });
  if (response.headers.get("content-type").startsWith("image/")) return { pictures: [await response.blob()] };
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Error(wordsOf(response.status, answer));
  return { answer, pictures: [...new Set(picturesIn(answer))] };
}

async function draw(form, signal, say) {
  const [header, value] = form.dataset.key.split(": ");
  const headers = { [header]: value.replace("$KEY", form.elements.key.value.trim()), "Content-Type": "application/json" };
  const values = await valuesOf(form);
  let told = await call("POST", form.dataset.path, headers, form.dataset.within ? { [form.dataset.within]: values } : values, signal);
  while (["starting", "processing"].includes(told.answer?.status)) {
    say(told.answer.status === "starting" ? "Waiting …" : "Drawing …");
    await pause(500);
    told = form.dataset.poll
      ? await call("POST", form.dataset.poll, headers, { requestId: told.answer.request_id }, signal)
      : await call("GET", new URL(told.answer.urls.get).pathname, headers, undefined, signal);
  }
  if (["failed", "canceled"].includes(told.answer?.status)) throw new Error(told.answer.error || "It was stopped.");
  return told.pictures;
}

function show(form, pictures) {
  form.querySelector(".pictures").replaceChildren(...pictures.map((picture, index) => {
    const address = picture instanceof Blob ? URL.createObjectURL(picture) : picture;
    const link = Object.assign(document.createElement("a"), { href: address, target: "_blank", className: "picture" });
    link.append(Object.assign(document.createElement("img"), { src: address, alt: `Picture ${index + 1} of ${pictures.length}` }));
    return link;
  }));
  const first = form.querySelector(".pictures img");
  first?.decode().then(() => first.scrollIntoView({ block: "nearest" }), () => {});
}

for (const form of document.querySelectorAll("form[data-path]")) {
  const [status, go, stop] = ["[role=status]", "[type=submit]", ".stop"].map((name) => form.querySelector(name));
  let asked;
  form.elements.key.addEventListener("input", () => {
    for (const other of document.querySelectorAll("input[name=key]")) other.value = form.elements.key.value;
  });
  // What is folded cannot be focused, and the browser would say nothing.
  form.addEventListener("invalid", (event) => { event.target.closest("details").open = true; }, true);
  stop.addEventListener("click", () => asked?.abort());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    asked = new AbortController();
    const say = (text, kind = "") => { status.textContent = text; status.className = kind; };
    const began = performance.now();
    go.disabled = true;
    stop.hidden = false;
    show(form, []);
    say("Drawing …");
    try {
      const pictures = await draw(form, asked.signal, say);
      show(form, pictures);
      say(`Done in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
    } catch (error) {
      say(error.name === "AbortError" ? "Stopped." : error instanceof TypeError ? "The server cannot be reached." : error.message, "wrong");
    } finally {
      go.disabled = false;
      stop.hidden = true;
    }
  });
}
