// Which addresses mean something inside Telegram. Everything else opens in a new tab, as a link does.

const HOSTS = new Set(["t.me", "telegram.me", "telegram.dog"]);

/** `{kind: "pack", name}`, `{kind: "start", username, payload}`, or null for an address of the outside world. */
export function telegramLink(address) {
  const url = new URL(address);
  if (url.protocol === "tg:") return deepLink(url);
  if (!HOSTS.has(url.hostname.replace(/^www\./, ""))) return null;
  const [first, second] = url.pathname.split("/").filter(Boolean);
  if (first === "addstickers" && second) return { kind: "pack", name: second };
  return first && !second ? start(first, url.searchParams.get("start")) : null;
}

function deepLink(url) {
  const action = url.host || url.pathname.replace(/^\/+/, "");
  if (action === "addstickers") return { kind: "pack", name: url.searchParams.get("set") };
  return action === "resolve" ? start(url.searchParams.get("domain"), url.searchParams.get("start")) : null;
}

const start = (username, payload) => ({ kind: "start", username, payload: payload ?? "" });
