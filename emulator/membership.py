"""Blocking a bot; groups: who is in them, with which rights, and what their bots are told of it."""

from __future__ import annotations

from collections.abc import Iterable

from emulator import people
from emulator.errors import Refusal
from emulator.render import member_json, user_json
from emulator.state import OUT, Account, Bot, Chat, Json, Person
from emulator.world import World

RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
    "can_manage_tags",
)
_FIRST_GROUP = -1_002_000_000_001


def block(world: World, person: Person, bot: Bot) -> None:
    """Block the bot; it gets `my_chat_member`."""
    if bot.id in person.blocked:
        return
    person.blocked.add(bot.id)
    _tell_blocked(world, person, bot, "member", "kicked")


def unblock(world: World, person: Person, bot: Bot) -> None:
    """Unblock the bot; it gets `my_chat_member`."""
    if bot.id not in person.blocked:
        return
    person.blocked.discard(bot.id)
    _tell_blocked(world, person, bot, "kicked", "member")


def _tell_blocked(world: World, person: Person, bot: Bot, old: str, new: str) -> None:
    chat = world.private_chat(bot, person)
    world.membership("my_chat_member", bot, person, chat, member_json(bot, old), member_json(bot, new))
    data = {"bot": bot.username, "is_blocked": bot.id in person.blocked}
    world.events.add("blocked", frozenset({person.id}), data)


def create_group(
    world: World, person: Person, title: str, members: Iterable[Account] = (), *, is_forum: bool = False
) -> Chat:
    """Create a supergroup of the person's; the bots among `members` are told."""
    chat = Chat(_FIRST_GROUP - len(world.groups), "supergroup", title=title, is_forum=is_forum)
    chat.members[person.id] = "creator"
    world.groups[chat.id] = chat
    for member in sorted(members, key=lambda one: isinstance(one, Bot)):  # people first: a bot sees them all
        set_member(world, person, chat, member, "member")
    world.notify_chat("group", chat, {})
    return chat


def add_member(world: World, actor: Person, chat: Chat, account: Account) -> None:
    """Add a person or a bot to a group. Raises `Refusal` no_such_chat, bad_request."""
    if chat.is_private or chat.members.get(actor.id, "left") in OUT:
        raise Refusal("no_such_chat", "there is no such group", 404)
    if chat.members.get(account.id, "left") not in OUT:
        raise Refusal("bad_request", "is in the group already")
    set_member(world, actor, chat, account, "member")


def remove_member(world: World, actor: Person, chat: Chat, account: Account) -> None:
    """Leave a group, or remove somebody from it.

    Raises `Refusal` no_such_chat where the chat is no group or they are not in it, not_allowed without the right.
    """
    if chat.is_private or chat.members.get(account.id, "left") in OUT:
        raise Refusal("no_such_chat", "not in this group", 404)
    if actor is not account and not chat.may(actor.id, "can_restrict_members"):
        raise Refusal("not_allowed", "only administrators with the right to ban may remove members", 403)
    set_member(world, actor, chat, account, "left" if actor is account else "kicked")


def promote(world: World, actor: Person, chat: Chat, account: Account, rights: Iterable[str]) -> None:
    """Make a member an administrator with these rights; without any, an ordinary member again.

    Raises `Refusal` not_allowed, no_such_chat, bad_request for a right that does not exist.
    """
    wanted = frozenset(rights)
    if unknown := wanted - {*RIGHTS}:
        raise Refusal("bad_request", f"there is no right {', '.join(sorted(unknown))}")
    if chat.members.get(account.id, "left") in OUT:
        raise Refusal("no_such_chat", "not in this group", 404)
    if not chat.may(actor.id, "can_promote_members") or chat.members[account.id] == "creator":
        raise Refusal("not_allowed", "only administrators with the right to add others may do this", 403)
    set_member(world, actor, chat, account, "administrator" if wanted else "member", wanted | {"can_manage_chat"})


def set_member(
    world: World, actor: Account, chat: Chat, account: Account, status: str, rights: Iterable[str] = ()
) -> None:
    """Change one membership, and tell: bots about themselves, administrator bots about people, all by a message."""
    old = member_of(chat, account)
    was_in = old["status"] not in OUT
    chat.members[account.id] = status
    chat.rights.pop(account.id, None)
    if status == "administrator":
        chat.rights[account.id] = frozenset(rights)
    is_in = status not in OUT
    new = member_of(chat, account)
    if isinstance(account, Bot):
        if is_in:
            chat.bots[account.id] = account
        else:
            chat.bots.pop(account.id, None)
        world.membership("my_chat_member", account, actor, chat, old, new)
    for bot in chat.bots.values():
        if bot is not account and chat.is_admin(bot.id):
            world.membership("chat_member", bot, actor, chat, old, new)
    if was_in != is_in:
        user = user_json(account)
        service: Json = {"new_chat_members": [user], "new_chat_member": user} if is_in else {"left_chat_member": user}
        people.post_service(world, chat, actor, service)
    world.notify_chat("group", chat, {})
    if isinstance(account, Person) and not is_in:
        world.notify_person("group", account, chat, {})


def member_of(chat: Chat, account: Account) -> Json:
    """Return ChatMember of an account in a group, `left` where it never was."""
    return member_json(account, chat.members.get(account.id, "left"), RIGHTS, chat.rights.get(account.id, frozenset()))


def forbid(world: World, actor: Person, chat: Chat, kinds: Iterable[str]) -> None:
    """Forbid ordinary members to send these kinds of messages (`text`, `photo`, `sticker`, ...), and no others.

    Raises `Refusal` not_allowed.
    """
    if not chat.may(actor.id, "can_restrict_members"):
        raise Refusal("not_allowed", "only administrators may change what members may send", 403)
    chat.forbidden = set(kinds)


def migrate(world: World, chat: Chat) -> Chat:
    """Give a group a new id, as Telegram upgrades basic groups: calls with the old one are told the new one."""
    new_id = _FIRST_GROUP - len(world.groups)
    new = Chat(new_id, "supergroup", title=chat.title, bots=dict(chat.bots), members=dict(chat.members))
    new.rights = dict(chat.rights)
    world.groups[new_id] = new
    owner = next(world.people[user_id] for user_id, status in chat.members.items() if status == "creator")
    people.post_service(world, chat, owner, {"migrate_to_chat_id": new_id})
    people.post_service(world, new, owner, {"migrate_from_chat_id": chat.id})
    chat.migrated_to = new_id
    return new
