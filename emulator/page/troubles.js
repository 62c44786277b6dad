// What may go wrong, on purpose: faults of the Bot API by switches, and a clock that can be moved.
import { get, post, remove } from "./api.js";
import { panelDialog, toast } from "./dialogs.js";
import { el } from "./dom.js";
import { toggle } from "./group.js";

const ALWAYS = 1e9;
const TROUBLES = [
  { words: "Too many requests: 429, wait 5 s", rule: { method: "send*", action: "error", retry_after: 5 } },
  { words: "Outage: every call meets a 502 page", rule: { method: "*", action: "html", code: 502 } },
  { words: "Answers get lost after the call was done", rule: { method: "send*", action: "drop_after" } },
  { words: "Slow answers: 3 s late", rule: { method: "send*", action: "delay_after", seconds: 3 } },
  { words: "Slow files: 20 KB a second", rule: { method: "download", action: "slow", bytes_per_s: 20_000 } },
  { words: "Files break off", rule: { method: "download", action: "cut", at_byte: 1000 } },
  { words: "Updates come twice", rule: { method: "update", action: "duplicate" } },
];
const JUMPS = [["1 min", 60], ["10 min", 600], ["1 h", 3600], ["1 day", 86_400]];
const CLOCK = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const isSame = (rule, fault) => fault.method === rule.method && fault.action === rule.action;

/** Turn one trouble on or off; every other rule stays as it is. */
function set(rule, isOn) {
  return isOn ? post("faults", { ...rule, count: ALWAYS }) : remove("faults", { method: rule.method, action: rule.action });
}

/** Open the dialog of troubles and of the clock. `onClock()` is called after the clock was moved. */
export async function openTroubles(onClock) {
  const content = el("div", { class: "group" });
  panelDialog("Let things go wrong", content);

  async function attempt(act) {
    try {
      await act();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      toast(error.message);
    }
    await show();
  }

  async function show() {
    const [{ faults }, { now }] = await Promise.all([get("faults"), get("clock")]);
    const fired = (rule) => faults.filter((fault) => isSame(rule, fault)).reduce((sum, fault) => sum + fault.fired.length, 0);
    const line = ({ words, rule }) => {
      const isOn = faults.some((fault) => isSame(rule, fault) && fault.fired.length < fault.count);
      const times = fired(rule);
      return el("div", { class: "trouble" }, toggle(words, isOn, (on) => attempt(() => set(rule, on))), times > 0 && el("span", { class: "count" }, `${times} ×`));
    };
    const jump = ([words, seconds]) => {
      const act = () => attempt(async () => {
        await post("clock", { advance_s: seconds });
        onClock();
      });
      return el("button", { type: "button", class: "button", on: { click: act } }, `+ ${words}`);
    };
    content.replaceChildren(
      el("fieldset", { class: "toggles" }, el("legend", {}, "For the bot, until switched off"), ...TROUBLES.map(line)),
      el("fieldset", { class: "toggles" }, el("legend", {}, "The emulator's clock"),
        el("p", { class: "facts" }, CLOCK.format(new Date(now * 1000))), el("div", { class: "jumps" }, ...JUMPS.map(jump))),
    );
  }

  await show();
}
