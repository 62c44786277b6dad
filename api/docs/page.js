// "Try it": sends a form to its endpoint, waits, and shows the pictures or what is wrong in words.
"use strict";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// A photo goes along in the body itself.
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
    if (kind === "file") {
      if (input.files.length) values[name] = await asDataUri(input.files[0]);
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

// Our own files among an answer's texts, in their order; the address that the page was read at may be another.
function picturesIn(answer) {
  if (typeof answer === "string") {
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
}

for (const form of document.querySelectorAll("form[data-path]")) {
  const [status, go, stop] = ["[role=status]", "[type=submit]", ".stop"].map((name) => form.querySelector(name));
  let asked;
  form.elements.key.addEventListener("input", () => {
    for (const other of document.querySelectorAll("input[name=key]")) other.value = form.elements.key.value;
  });
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
