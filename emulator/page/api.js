// The emulator's client-side API (CLIENT_API.md): requests, and refusals as ApiError with a sentence to show.

const UNREACHABLE = "The emulator does not answer. Is it still running?";

/** A refusal. `code` as in CLIENT_API.md, or "unreachable" where no server answered; `message` is for people. */
export class ApiError extends Error {
  constructor(code, message, status = 0) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
  }
}

function refusal(status, body) {
  const fallback = `The emulator answered with status ${status}.`;
  const sentence = body?.message ?? fallback;
  return new ApiError(body?.error ?? "unknown", sentence[0].toUpperCase() + sentence.slice(1), status);
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(`/emulator/${path}`, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("unreachable", UNREACHABLE);
  }
  const body = await response.json().catch(() => null);
  if (!response.ok || body === null) throw refusal(response.status, body);
  return body;
}

const defined = (fields) => Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);

export function get(path, query = {}) {
  const search = new URLSearchParams(defined(query)).toString();
  return request(search ? `${path}?${search}` : path, { cache: "no-store" });
}

export function post(path, body) {
  const json = JSON.stringify(Object.fromEntries(defined(body)));
  return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: json });
}

export function remove(path, query) {
  return request(`${path}?${new URLSearchParams(query)}`, { method: "DELETE" });
}

/**
 * Upload `files` as multipart. `onProgress` gets 0..1. Aborting `signal` rejects with an AbortError.
 * XMLHttpRequest because fetch does not report how much of a body was sent.
 */
export function upload(path, fields, files, { onProgress = () => {}, signal } = {}) {
  const form = new FormData();
  for (const [name, value] of defined(fields)) form.append(name, value);
  for (const file of files) form.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", `/emulator/${path}`);
    xhr.responseType = "json";
    xhr.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    xhr.onload = () => (xhr.status === 200 && xhr.response ? resolve(xhr.response) : reject(refusal(xhr.status, xhr.response)));
    xhr.onerror = () => reject(new ApiError("unreachable", UNREACHABLE));
    xhr.onabort = () => reject(new DOMException("The upload was stopped.", "AbortError"));
    signal?.addEventListener("abort", () => xhr.abort());
    xhr.send(form);
  });
}

export function fileUrl(fileId, { download = false } = {}) {
  return `/emulator/file/${encodeURIComponent(fileId)}${download ? "?download=1" : ""}`;
}
