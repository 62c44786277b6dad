"""The emulated Telegram as a whole: everything that exists, and what happens when something changes."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable
from typing import Any

from emulator.bot_profile import in_language
from emulator.clock import Clock
from emulator.errors import Refusal
from emulator.events import EventLog
from emulator.faults import Faults
from emulator.files import FileStore
from emulator.render import Renderer, chat_json, user_json
from emulator.rules import Rules
from emulator.state import Account, Bot, CallbackQuery, Chat, GuestQuery, InlineQuery, Json, Message, Person
from emulator.sticker_sets import StickerSet, StickerSetStore
from emulator.update_queue import Update


class World:
    """All state. Survives a restart of the server in front of it."""

    def __init__(self, bots: Iterable[Bot], rules: Rules, clock: Clock, faults: Faults) -> None:
        self.rules = rules
        self.clock = clock
        self._faults = faults
        self._late: set[asyncio.Task[None]] = set()
        self.bots = list(bots)
        self.bots_by_token = {bot.token: bot for bot in self.bots}
        self.people: dict[int, Person] = {}
        self.private_chats: dict[tuple[int, int], Chat] = {}
        self.groups: dict[int, Chat] = {}
        self.files = FileStore()
        self.sets = StickerSetStore(rules)
        self.events = EventLog()
        self.callback_queries: dict[str, CallbackQuery] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        self.inline_cache: dict[tuple[int, str, str, int], tuple[Json, float]] = {}  # by bot, query, offset, person
        self.inline_messages: dict[str, Message] = {}
        self.guest_queries: dict[str, GuestQuery] = {}
        self._ids = itertools.count(4_000_000_001)

    @property
    def now(self) -> float:
        return self.clock.now()

    def new_id(self) -> str:
        """Return a fresh id for a query, an album, a custom emoji."""
        return str(next(self._ids) * 1_000_003)

    def bot_named(self, username: str) -> Bot:
        """Return a bot by username, the first one for "". Raises `Refusal` no_such_bot."""
        for bot in self.bots:
            if not username or bot.username.lower() == username.lower():
                return bot
        raise Refusal("no_such_bot", f"there is no bot @{username}", 404)

    def private_chat(self, bot: Bot, person: Person) -> Chat:
        """Return the private chat of the two, made when first asked for."""
        key = (bot.id, person.id)
        if key not in self.private_chats:
            self.private_chats[key] = Chat(person.id, "private", bot=bot, person=person, bots={bot.id: bot})
        return self.private_chats[key]

    def render(self, bot: Bot) -> Renderer:
        """Return a renderer of JSON as this bot sees it now."""
        return Renderer(self.files, self.sets, bot, self.now)

    def post(self, message: Message) -> Message:
        """Number a new message, keep it and show it to everybody in the chat."""
        chat = message.chat
        chat.last_message_id += 1
        message.message_id = chat.last_message_id
        chat.messages[message.message_id] = message
        self.announce("message", message)
        return message

    def announce(self, kind: str, message: Message) -> None:
        """Notify the apps of the people in the chat that a message is there, or has changed."""
        bot = self.bot_of(message.chat)
        self.notify_chat(kind, message.chat, {"message": self.render(bot).shown(message)})

    def delete(self, chat: Chat, messages: list[Message]) -> None:
        """Delete messages for everybody; no bot is notified."""
        for message in messages:
            message.is_deleted = True
        if messages:
            self.notify_chat("deleted", chat, {"message_ids": [message.message_id for message in messages]})

    def react(self, message: Message, user_id: int, reactions: list[Json]) -> None:
        """Replace one account's reactions to a message."""
        chat = message.chat
        chat.reactions.setdefault(message.message_id, {})[user_id] = reactions
        shown = chat.reactions_to(message.message_id)
        self.notify_chat("reaction", chat, {"message_id": message.message_id, "reaction": shown})

    def notify_person(self, kind: str, person: Person, chat: Chat, data: Json) -> None:
        """Notify one person's apps of something in a chat."""
        head = {"bot": self.bot_of(chat).username, "chat_id": chat.id}
        self.events.add(kind, frozenset({person.id}), {**head, **data})

    def notify_chat(self, kind: str, chat: Chat, data: Json) -> None:
        """Notify the apps of the people in a chat of anything else."""
        head = {"bot": self.bot_of(chat).username, "chat_id": chat.id}
        self.events.add(kind, chat.audience, {**head, **data})

    def notify_pack(self, sticker_set: StickerSet, change: str) -> None:
        """Notify the owner's apps that a pack was created, changed or deleted."""
        pack = None if change == "deleted" else self.render(sticker_set.bot).pack(sticker_set)
        data = {"bot": sticker_set.bot.username, "name": sticker_set.name, "change": change, "pack": pack}
        self.events.add("pack", frozenset({sticker_set.owner.id}), data)

    def notify_profile(self, bot: Bot) -> None:
        """Notify everybody that the bot's profile changed."""
        for person in self.people.values():
            data = {"bot": bot.username, "profile": self.bot_profile(bot, person)}
            self.events.add("bot", frozenset({person.id}), data)

    def bot_profile(self, bot: Bot, person: Person, chat: Chat | None = None) -> Json:
        """Return BotProfile of CLIENT_API.md, in the person's language and with the commands of the chat."""
        profile, language = bot.profile, person.language_code[:2]
        scopes = [f"chat:{person.id}", "all_private_chats", "default"]
        if chat is not None and not chat.is_private:
            scopes = [f"chat_member:{chat.id}:{person.id}", f"chat:{chat.id}", "all_group_chats", "default"]
            if chat.is_admin(person.id):
                scopes[1:1] = [f"chat_administrators:{chat.id}"]
                scopes[3:3] = ["all_chat_administrators"]
        return {
            "id": bot.id,
            "username": bot.username,
            "name": in_language(profile.names, language) or bot.first_name,
            "description": in_language(profile.descriptions, language),
            "short_description": in_language(profile.short_descriptions, language),
            "commands": profile.commands_for(scopes, language),
            "menu_button": profile.menu_button(person.id),
            "supports_inline_queries": bot.supports_inline,
            "has_topics": bot.has_topics,
        }

    def bot_of(self, chat: Chat) -> Bot:
        """Return the bot whose file ids a chat's page uses: the private chat's own, a group's first."""
        return chat.bot or next(iter(chat.bots.values()), self.bots[0])

    def update(self, bot: Bot, kind: str, queue_key: int, shape: Callable[[Renderer], Any]) -> None:
        """Queue an update for a bot; `shape` is only called when the bot wants the kind."""
        if not bot.updates.wants(kind):
            return
        payload = shape(self.render(bot))
        fault = self._faults.find("update", {"chat_id": str(queue_key)})
        if fault is not None and fault.action == "late":
            self.later(self.now + fault.seconds, lambda: self._put(bot, kind, payload, queue_key))
            return
        update = self._put(bot, kind, payload, queue_key)
        if fault is not None and fault.action == "duplicate":
            bot.updates.repeat(update)

    def _put(self, bot: Bot, kind: str, payload: Json, queue_key: int) -> Update:
        return bot.updates.put(kind, payload, queue_key, self.now)

    def later(self, moment: float, act: Callable[[], object]) -> None:
        """Call `act` at a time of the emulator's clock; not before this returns."""

        async def wait() -> None:
            await self.clock.sleep_until(moment)
            act()

        task = asyncio.ensure_future(wait())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def membership(self, kind: str, bot: Bot, actor: Account, chat: Chat, old: Json, new: Json) -> None:
        """Queue `my_chat_member` or `chat_member` with ChatMember before and after."""
        shape = {
            "chat": chat_json(chat),
            "from": user_json(actor),
            "date": int(self.now),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        self.update(bot, kind, chat.id, lambda _: shape)
