"""Who and what exists in this Telegram: bots, people, chats, messages. JSON shapes are made in render.py."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from emulator.bot_profile import BotProfile
from emulator.files import StoredFile
from emulator.update_queue import UpdateQueue
from emulator.webhook_info import WebhookInfo

Json: TypeAlias = dict[str, Any]
OUT = frozenset({"left", "kicked"})  # statuses of those who are in a group no more


@dataclass(slots=True, eq=False)
class Bot:
    """An account made with @BotFather."""

    id: int
    token: str
    username: str
    first_name: str
    supports_inline: bool = False
    reads_all_group_messages: bool = False
    supports_guests: bool = False
    has_topics: bool = False  # in private chats
    profile: BotProfile = field(default_factory=BotProfile)
    updates: UpdateQueue = field(default_factory=UpdateQueue)
    webhook: WebhookInfo = field(default_factory=WebhookInfo)


@dataclass(slots=True, eq=False)
class Person:
    """An account of a human; the sets hold ids of bots, `photos` the profile photos in all sizes, newest first."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_premium: bool = False
    is_deactivated: bool = False
    started: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    photos: list[tuple[StoredFile, ...]] = field(default_factory=list)


Account: TypeAlias = Bot | Person


@dataclass(slots=True)
class Media:
    """What a message carries besides words: `kind` is the JSON field (`photo`, `sticker`, ...), `files` its sizes."""

    kind: str
    files: tuple[StoredFile, ...]
    has_spoiler: bool = False
    film: StoredFile | None = None  # of a live photo, whose still is `files`


@dataclass(slots=True, eq=False)
class Message:
    """One message of a chat. `entities` belong to the text, or to the caption where there is media."""

    message_id: int
    chat: Chat
    sender: Account
    date: float
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    media: Media | None = None
    media_group_id: str = ""
    reply_markup: Json | None = None
    reply_to: Message | None = None
    quote: Json | None = None
    forward_origin: Message | None = None
    via_bot: Bot | None = None
    inline_message_id: str = ""  # of what was sent by inline mode or as a guest; the bot has no other name for it
    guest_caller: Person | None = None
    is_anonymous: bool = False  # an administrator's who writes as the group
    topic: int = 0
    service: Json = field(default_factory=dict)
    edit_date: float | None = None
    is_deleted: bool = False


@dataclass(slots=True)
class Topic:
    """A topic of a forum, or of a private chat with a bot that has topics."""

    name: str
    icon_color: int = 0x6FB9F0
    icon_custom_emoji_id: str = ""
    is_closed: bool = False
    creator_id: int = 0


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat of one bot with one person, or a group.

    `members` maps user ids to member statuses, `rights` those of administrators to what they may do; `forbidden` are
    the kinds of messages (`text`, `sticker`, ...) that ordinary members may not send. `topics` are by
    `message_thread_id`, `topic` is the one the person of a private chat writes in; 0 is outside of them.
    """

    id: int
    type: str
    title: str = ""
    bot: Bot | None = None
    person: Person | None = None
    bots: dict[int, Bot] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    rights: dict[int, frozenset[str]] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)
    is_forum: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    topic: int = 0
    anonymous: set[int] = field(default_factory=set)  # administrators who write as the group
    pinned: list[Message] = field(default_factory=list)
    migrated_to: int = 0
    messages: dict[int, Message] = field(default_factory=dict)
    reactions: dict[int, dict[int, list[Json]]] = field(default_factory=dict)  # by message, by account
    last_message_id: int = 0

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    @property
    def audience(self) -> frozenset[int]:
        """Ids of the people who see this chat."""
        if self.person is not None:
            return frozenset({self.person.id})
        return frozenset(one for one, status in self.members.items() if status not in OUT and one not in self.bots)

    def may(self, account_id: int, right: str) -> bool:
        """Return whether a member has an administrator's right (`can_pin_messages`, ...)."""
        status = self.members.get(account_id)
        return status == "creator" or (status == "administrator" and right in self.rights.get(account_id, ()))

    def is_admin(self, account_id: int) -> bool:
        return self.members.get(account_id) in {"creator", "administrator"}

    def may_send(self, account_id: int, kind: str) -> bool:
        """Return whether a member of a group may send this kind of message."""
        if self.members.get(account_id) == "member":
            return kind not in self.forbidden
        return self.is_admin(account_id)

    def reactions_to(self, message_id: int) -> list[Json]:
        """Return everybody's reactions to a message."""
        return [one for some in self.reactions.get(message_id, {}).values() for one in some]

    def live(self, message_id: int) -> Message | None:
        """Return the message, None where it never was or is deleted."""
        message = self.messages.get(message_id)
        return None if message is None or message.is_deleted else message


@dataclass(slots=True, eq=False)
class CallbackQuery:
    """A pressed button; `answered` is set by the bot's answer."""

    id: str
    bot: Bot
    person: Person
    message: Message
    data: str
    asked_at: float
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Json = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class InlineQuery:
    """What a person typed after @bot; `answer` holds the results once the bot has sent them."""

    id: str
    bot: Bot
    person: Person
    query: str
    offset: str
    asked_at: float
    chat_type: str = "sender"
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Json = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class GuestQuery:
    """A bot summoned by `message` into a chat that it is not in; `answered` is set by its one answer."""

    id: str
    bot: Bot
    person: Person
    message: Message
    asked_at: float
    answered: asyncio.Event = field(default_factory=asyncio.Event)
