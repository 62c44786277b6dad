"""Tests that read like the product: people who act, and what they see.

    person = emulator.person(7, "Ada", language="en")
    await person.start()
    await person.send_photo(photo, caption="an astronaut")
    sticker = await person.wait_for_sticker()

Waiting is on events, never by polling. Not for other processes: those use the HTTP side (CLIENT_API.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from emulator import membership, pack_owner, people, profile_photos, queries
from emulator.call_parameters import FilePart
from emulator.seen import CallbackAnswer, NothingSeenError, SeenMessage, SpinnerTimeoutError
from emulator.state import Account, Bot, CallbackQuery, Chat, InlineQuery, Json, Message, Person
from emulator.topics import open_topic
from emulator.world import World

WAIT_S = 20.0
BUTTON_S = 5.0  # bots answer a press first, and change the keyboard then
Found = TypeVar("Found")


class PersonDriver:
    """One person with one bot, in their private chat unless `chat` is a group."""

    def __init__(self, world: World, person: Person, bot: Bot, chat: Chat | None = None) -> None:
        self._world = world
        self.person = person
        self.bot = bot
        self.chat = chat or self._world.private_chat(bot, person)
        self._looked_at = self.chat.last_message_id

    @property
    def id(self) -> int:
        return self.person.id

    # What the person does.

    async def start(self, payload: str = "") -> SeenMessage:
        """Press START, or follow a deep link with this payload."""
        return await self.send_text(f"/start {payload}".strip())

    async def send_text(self, text: str, reply_to: SeenMessage | None = None) -> SeenMessage:
        target = reply_to.message if reply_to else None
        return self._seen(people.send_text(self._world, self.person, self.chat, text, target))

    async def send_photo(self, photo: bytes, caption: str = "", reply_to: SeenMessage | None = None) -> SeenMessage:
        """Send a picture as Telegram's apps do: re-encoded, at most 1280 px."""
        return await self._send("photo", FilePart(photo, "photo.jpg", "image/jpeg"), caption, reply_to)

    async def send_document(
        self, data: bytes, name: str, mime: str, caption: str = "", reply_to: SeenMessage | None = None
    ) -> SeenMessage:
        """Send a file, byte for byte."""
        return await self._send("document", FilePart(data, name, mime), caption, reply_to)

    async def send_live_photo(self, photo: bytes, film: bytes, caption: str = "") -> SeenMessage:
        """Send a photo that moves for a moment."""
        files = FilePart(photo, "photo.jpg", "image/jpeg"), FilePart(film, "film.mov", "video/quicktime")
        return self._seen(await people.send_live_photo(self._world, self.person, self.chat, *files, caption))

    async def send_animation(self, data: bytes, caption: str = "") -> SeenMessage:
        return await self._send("animation", FilePart(data, "animation.mp4", "video/mp4"), caption)

    async def send_media(self, kind: str, data: bytes, name: str, mime: str, caption: str = "") -> SeenMessage:
        """Send any other kind: `video`, `voice`, `video_note`."""
        return await self._send(kind, FilePart(data, name, mime), caption)

    async def send_sticker(self, sticker: SeenMessage | bytes) -> SeenMessage:
        """Send a sticker seen before, or a loose WebP."""
        if isinstance(sticker, bytes):
            return await self._send("sticker", FilePart(sticker, "sticker.webp", "image/webp"), "")
        if sticker.message.media is None:
            raise ValueError("this message has no sticker")
        message = people.send_media_again(self._world, self.person, self.chat, sticker.message.media)
        return self._seen(message)

    async def send_album(
        self,
        photos: list[bytes],
        caption: str = "",
        reply_to: SeenMessage | None = None,
        *,
        order: Sequence[int] = (),
        gap_s: float = 0.0,
    ) -> list[SeenMessage]:
        """Send several photos in one go; the bot receives one message each, in `order`, `gap_s` of the clock apart."""
        uploads = [FilePart(photo, f"{number}.jpg", "image/jpeg") for number, photo in enumerate(photos)]
        target = reply_to.message if reply_to else None
        messages = await people.send_media(
            self._world, self.person, self.chat, "photo", uploads, caption, target, order=order, gap_s=gap_s
        )
        return [self._seen(message) for message in messages]

    async def send_photo_of_album(self, album: str, photo: bytes, caption: str = "") -> SeenMessage:
        """Send one photo of an album whose photos the bot receives one by one, in any order, with time in between."""
        file = FilePart(photo, "photo.jpg", "image/jpeg")
        (message,) = await people.send_media(self._world, self.person, self.chat, "photo", [file], caption, album=album)
        return self._seen(message)

    async def set_profile_photo(self, photo: bytes) -> None:
        """Put a photo before the others of the profile."""
        await profile_photos.add_profile_photo(self._world, self.person, photo)

    def open_topic(self, name: str = "Topic") -> int:
        """Open a topic in the private chat and write there from now on; return its `message_thread_id`."""
        self.chat.topic = open_topic(self._world, self.person, self.chat, name)
        return self.chat.topic

    def close_topic(self, topic: int) -> None:
        """Delete a topic; write outside of topics from now on."""
        self.chat.topics.pop(topic, None)
        self.chat.topic = 0

    async def edit(self, seen: SeenMessage, words: str) -> None:
        """Change an own message's text or caption."""
        people.edit(self._world, self.person, seen.message, words)

    async def react(self, seen: SeenMessage, emoji: str) -> None:
        people.react(self._world, self.person, seen.message, emoji)

    async def delete_message(self, seen: SeenMessage) -> None:
        """Delete a message for both sides; the bot is not told."""
        people.delete(self._world, self.person, seen.message)

    async def press(self, seen: SeenMessage, button: str, timeout_s: float = WAIT_S) -> CallbackAnswer:
        """Press the callback button whose label contains `button` or whose data begins with it, once it is there.

        Raises `SpinnerTimeoutError` where the bot does not answer in time, `NothingSeenError` where there is no such
        button.
        """
        if not seen.has_button(button):
            await self._wait(lambda: seen.has_button(button), BUTTON_S, what=f"button {button!r}")
        data = seen.callback_data(button)
        return await self._answer_to(queries.press(self._world, self.person, seen.message, data), timeout_s)

    async def press_forged(self, seen: SeenMessage, data: str, timeout_s: float = WAIT_S) -> CallbackAnswer:
        """Press with data that the message has no button for, as a modified app can."""
        return await self._answer_to(queries.press_forged(self._world, self.person, seen.message, data), timeout_s)

    async def _answer_to(self, query: CallbackQuery, timeout_s: float) -> CallbackAnswer:
        try:
            await asyncio.wait_for(query.answered.wait(), timeout_s)
        except TimeoutError as error:
            raise SpinnerTimeoutError(f"no answer to {query.data!r} in {timeout_s} s") from error
        return CallbackAnswer(query.answer["text"], query.answer["show_alert"], query.answer["url"])

    async def inline(self, query: str, offset: str = "", timeout_s: float = 10.0) -> InlineQuery:
        """Type `@bot query` and wait for the results (`.answer["results"]`).

        Raises `SpinnerTimeoutError` where the bot does not answer in time.
        """
        asked = queries.ask_inline(self._world, self.person, self.bot, query, offset, self.chat)
        try:
            await asyncio.wait_for(asked.answered.wait(), timeout_s)
        except TimeoutError as error:
            raise SpinnerTimeoutError(f"no results for {query!r} in {timeout_s} s") from error
        return asked

    async def choose(self, asked: InlineQuery, result_id: str) -> SeenMessage:
        """Send one of the inline results into this chat."""
        return self._seen(queries.send_inline_result(self._world, self.person, self.chat, asked, result_id))

    async def block(self) -> None:
        membership.block(self._world, self.person, self.bot)

    async def unblock(self) -> None:
        membership.unblock(self._world, self.person, self.bot)

    async def delete_pack(self, name: str) -> None:
        """Delete an own pack in the app, without the bot."""
        pack_owner.delete_pack(self._world, self.person, name)

    async def delete_sticker(self, seen: SeenMessage) -> None:
        """Remove a sticker from its pack in the app, without the bot."""
        pack_owner.delete_sticker(self._world, self.person, seen.json["sticker"]["file_unique_id"])

    async def create_group(
        self,
        title: str,
        members: list[PersonDriver] | None = None,
        *,
        with_bot: bool = True,
        is_forum: bool = False,
    ) -> PersonDriver:
        """Create a group, with the bot in it or without; return this person, acting there."""
        others: list[Account] = [member.person for member in members or []]
        if with_bot:
            others.append(self.bot)
        chat = membership.create_group(self._world, self.person, title, others, is_forum=is_forum)
        return PersonDriver(self._world, self.person, self.bot, chat)

    async def add_bot(self) -> None:
        """Add the bot to this group."""
        membership.add_member(self._world, self.person, self.chat, self.bot)

    async def remove_bot(self) -> None:
        """Remove the bot from this group."""
        membership.remove_member(self._world, self.person, self.chat, self.bot)

    async def leave(self) -> None:
        """Leave this group."""
        membership.remove_member(self._world, self.person, self.chat, self.person)

    async def promote(self, *rights: str, member: PersonDriver | None = None) -> None:
        """Make the bot (or a member) an administrator with these rights; with none, an ordinary member again."""
        account = member.person if member else self.bot
        membership.promote(self._world, self.person, self.chat, account, rights)

    async def forbid(self, kinds: Iterable[str]) -> None:
        """Forbid ordinary members of this group these kinds of messages (`text`, `sticker`, ...), and no others."""
        membership.forbid(self._world, self.person, self.chat, kinds)

    def be_anonymous(self, *, is_anonymous: bool = True) -> None:
        """Write as the group from now on, as its administrators may."""
        (self.chat.anonymous.add if is_anonymous else self.chat.anonymous.discard)(self.person.id)

    async def migrate(self) -> PersonDriver:
        """Give this group a new id, as Telegram upgrades basic groups; return this person, acting under it."""
        return PersonDriver(self._world, self.person, self.bot, membership.migrate(self._world, self.chat))

    def within(self, group: PersonDriver) -> PersonDriver:
        """Return this person, acting in a group that somebody else made."""
        return PersonDriver(self._world, self.person, self.bot, group.chat)

    async def _send(
        self, kind: str, upload: FilePart, caption: str, reply_to: SeenMessage | None = None
    ) -> SeenMessage:
        target = reply_to.message if reply_to else None
        sent = await people.send_media(self._world, self.person, self.chat, kind, [upload], caption, target)
        return self._seen(sent[0])

    # What the person sees.

    @property
    def transcript(self) -> list[SeenMessage]:
        """The whole conversation, deleted messages included."""
        return [self._seen(message) for message in self.chat.messages.values()]

    @property
    def seen(self) -> list[SeenMessage]:
        """The bot's messages that are on the screen now."""
        return [seen for seen in self.transcript if seen.is_from_bot and not seen.is_deleted]

    @property
    def packs(self) -> list[Json]:
        """Own packs in the shape of CLIENT_API.md."""
        owned = self._world.sets.owned_by(self.person.id)
        return [self._world.render(pack.bot).pack(pack) for pack in owned]

    async def wait_for(self, wanted: Callable[[SeenMessage], Any], timeout_s: float = WAIT_S) -> SeenMessage:
        """Wait for the bot's next message, new or edited, that `wanted` accepts.

        Each waiting begins after the last message found. Raises `NothingSeenError` after `timeout_s` of real time.
        """
        found = await self._wait(lambda: self._next(wanted), timeout_s)
        self._looked_at = max(self._looked_at, found.id)
        return found

    async def wait_for_text(self, part: str, timeout_s: float = WAIT_S) -> SeenMessage:
        """Wait for a message whose text or caption contains `part`, in any case; an old one that was edited counts.

        Raises `NothingSeenError`.
        """
        return await self._wait(lambda: self._containing(part), timeout_s, what=f"text {part!r}")

    async def wait_for_sticker(self, timeout_s: float = WAIT_S) -> SeenMessage:
        """Wait for the next sticker. Raises `NothingSeenError`."""
        return await self.wait_for(lambda seen: seen.kind == "sticker", timeout_s)

    async def wait_for_photo(self, timeout_s: float = WAIT_S) -> SeenMessage:
        """Wait for the next photo. Raises `NothingSeenError`."""
        return await self.wait_for(lambda seen: seen.kind == "photo", timeout_s)

    async def wait_until(self, happened: Callable[[], Found | None], timeout_s: float = WAIT_S) -> Found:
        """Return the first true value of `happened`, asked whenever this person's screen changes.

        Raises `NothingSeenError` after `timeout_s` of real time.
        """
        return await self._wait(happened, timeout_s)

    def _next(self, wanted: Callable[[SeenMessage], Any]) -> SeenMessage | None:
        for seen in self.seen:
            if seen.id > self._looked_at and wanted(seen):
                return seen
        return None

    def _containing(self, part: str) -> SeenMessage | None:
        for seen in reversed(self.seen):
            if part.lower() in seen.text.lower():
                return seen
        return None

    async def _wait(self, look: Callable[[], Found | None], timeout_s: float, what: str = "what was awaited") -> Found:
        try:
            async with asyncio.timeout(timeout_s):
                while not (found := look()):
                    await self._world.events.next(self.person.id)
        except TimeoutError as error:
            conversation = "\n".join(map(str, self.transcript))
            raise NothingSeenError(f"{what} did not come in {timeout_s} s:\n{conversation}") from error
        return found

    def _seen(self, message: Message) -> SeenMessage:
        return SeenMessage(message, self._world)
