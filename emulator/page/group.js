// A group from inside: its members, the bot's rights, what ordinary members may send.
import { get, post } from "./api.js";
import { panelDialog, toast } from "./dialogs.js";
import { avatar, el, fullName } from "./dom.js";

const RIGHTS = [
  ["can_delete_messages", "Delete messages"], ["can_pin_messages", "Pin messages"], ["can_restrict_members", "Ban members"],
  ["can_manage_topics", "Manage topics"], ["can_promote_members", "Add administrators"],
];
const KINDS = [["text", "Texts"], ["photo", "Photos"], ["sticker", "Stickers"], ["document", "Files"]];
const RANKS = { creator: "owner", administrator: "administrator", member: "member" };

/** Open the group's dialog. `place` is `{user, chat_id}`, `bot` its BotProfile; `onChange()` after every change. */
export async function openGroup(place, bot, onChange) {
  const content = el("div", { class: "group" });
  const element = panelDialog("Group", content);

  async function act(path, body) {
    try {
      await post(path, { ...place, ...body });
      onChange();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      toast(error.message);
    }
    await show();
  }

  async function show() {
    let state;
    try {
      state = await get("chat", { ...place, limit: 1 });
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      return element.close(); // left it
    }
    const own = state.members.find(({ user }) => user.id === place.user);
    const isOwner = own?.status === "creator";
    const botMember = state.members.find(({ user }) => user.id === bot.id);
    content.replaceChildren(
      el("h3", {}, state.chat.title),
      el("ul", { class: "members" }, ...state.members.map((member) => line(member, isOwner))),
      ...(botMember ? rights(botMember, isOwner) : [el("button", { type: "button", class: "button primary wide", on: { click: () => act("add_member", {}) } }, `Add ${bot.name}`)]),
      kinds(state, isOwner),
      el("button", { type: "button", class: "button danger wide", on: { click: () => act("remove_member", { member: place.user }) } }, "Leave the group"),
    );
    return undefined;
  }

  function line({ user, status }, isOwner) {
    const isBot = user.id === bot.id;
    const isRemovable = isOwner && user.id !== place.user && (isBot || !user.is_bot);
    const body = isBot ? {} : { member: user.id };
    const remove = isRemovable && el("button", { type: "button", class: "link-button", aria: { label: `Remove ${fullName(user)}` }, on: { click: () => act("remove_member", body) } }, "Remove");
    const words = el("span", { class: "person-words" }, el("b", {}, fullName(user)), el("span", {}, `${user.is_bot ? "bot, " : ""}${RANKS[status] ?? status}`));
    return el("li", {}, avatar(user.id, fullName(user)), words, remove);
  }

  function rights(member, isOwner) {
    const has = RIGHTS.map(([right]) => right).filter((right) => member[right]);
    const isAdmin = member.status === "administrator";
    const set = (wanted) => act("promote", { rights: wanted });
    const admin = toggle("Administrator", isAdmin, (isOn) => set(isOn ? ["can_manage_chat"] : []), !isOwner);
    const each = RIGHTS.map(([right, words]) =>
      toggle(words, member[right] === true, (isOn) => set(isOn ? ["can_manage_chat", ...has, right] : ["can_manage_chat", ...has.filter((one) => one !== right)]), !isOwner));
    return [el("fieldset", { class: "toggles" }, el("legend", {}, "The bot"), admin, ...(isAdmin ? each : []))];
  }

  function kinds(state, isOwner) {
    const forbidden = state.forbidden ?? [];
    const flip = (kind, isAllowed) => act("forbid", { kinds: isAllowed ? forbidden.filter((one) => one !== kind) : [...forbidden, kind] });
    return el("fieldset", { class: "toggles" }, el("legend", {}, "Members may send"),
      ...KINDS.map(([kind, words]) => toggle(words, !forbidden.includes(kind), (isOn) => flip(kind, isOn), !isOwner)));
  }

  await show();
}

/** A labelled switch; `onChange(isOn)`. */
export function toggle(words, isOn, onChange, isDisabled = false) {
  const box = el("input", { type: "checkbox", role: "switch", checked: isOn, disabled: isDisabled, on: { change: (event) => onChange(event.target.checked) } });
  return el("label", { class: "switch" }, box, el("span", {}, words));
}
