"""A person with a Telegram app, for tests: sends, presses, waits. Speaks the emulator's client side over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

Message = dict[str, Any]
WAIT_S = 20.0  # for anything a bot does; a test that waits that long fails


class Person:
    """What one person sees of the private chat with the bot, kept up to date by the event stream."""

    def __init__(self, session: aiohttp.ClientSession, user: int) -> None:
        self._session = session
        self.user = user
        self.messages: dict[int, Message] = {}
        self.deleted: set[int] = set()
        self.history: list[tuple[str, Message]] = []  # ("message" or "edited", the message as it was then)
        self.actions: list[str] = []
        self._changed = asyncio.Condition()
        self.connected = asyncio.Event()

    # --- acting ---------------------------------------------------------------------------------------------------

    async def send(self, text: str) -> Message:
        return (await self._post("send_text", text=text))["message"]

    async def send_photo(self, data: bytes, caption: str = "") -> Message:
        return await self._upload("photo", [("photo.jpg", data)], caption)

    async def send_album(self, photos: list[bytes], caption: str = "") -> None:
        await self._upload("photo", [(f"{number}.jpg", data) for number, data in enumerate(photos)], caption)

    async def send_file(self, name: str, data: bytes, caption: str = "", kind: str = "document") -> Message:
        return await self._upload(kind, [(name, data)], caption)

    async def press(self, message: Message, label: str) -> dict[str, Any]:
        """Press the button whose text contains `label`; returns what the app shows."""
        return await self.press_data(message, self.button(message, label)["callback_data"])

    async def press_data(self, message: Message, data: str) -> dict[str, Any]:
        return await self._post("press", message_id=message["message_id"], data=data)

    async def delete(self, message: Message) -> None:
        await self._post("delete", message_id=message["message_id"])

    async def delete_pack(self, name: str) -> None:
        await self._post("delete_pack", name=name)

    async def block(self) -> None:
        await self._post("block")

    async def unblock(self) -> None:
        await self._post("unblock")

    async def packs(self) -> list[dict[str, Any]]:
        async with self._session.get("/emulator/packs", params={"user": self.user}) as response:
            return list(await response.json())

    async def file(self, file_id: str) -> bytes:
        async with self._session.get(f"/emulator/file/{file_id}") as response:
            assert response.status == 200, await response.text()
            return await response.read()

    # --- looking --------------------------------------------------------------------------------------------------

    def button(self, message: Message, label: str) -> dict[str, Any]:
        now = self.messages[message["message_id"]]
        rows = now.get("reply_markup", {}).get("inline_keyboard", [])
        found = [button for row in rows for button in row if label in button["text"]]
        assert found, f"no button {label!r} in {rows}"
        return dict(found[0])

    def buttons(self, message: Message) -> list[str]:
        rows = self.messages[message["message_id"]].get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]

    @property
    def texts(self) -> list[str]:
        """What the bot's messages say now, oldest first, without those that were deleted."""
        return [message["text"] for message in self._from_bot() if "text" in message]

    @property
    def stickers(self) -> list[Message]:
        return [message for message in self._from_bot() if "sticker" in message]

    async def wait_for_text(self, part: str) -> Message:
        """A message of the bot that says `part`, now or soon."""
        return await self._wait_for(
            lambda: next((each for each in self._from_bot() if part in each.get("text", "")), None),
            f"{part!r}",
        )

    async def wait_for_sticker(self, count: int = 1) -> Message:
        """The `count`th sticker of the chat."""
        return await self._wait_for(
            lambda: self.stickers[count - 1] if len(self.stickers) >= count else None, f"{count} stickers"
        )

    async def wait_until_gone(self, message: Message) -> None:
        await self._wait_for(lambda: message["message_id"] in self.deleted or None, "a deletion")

    async def wait_for_button(self, message: Message, label: str) -> None:
        await self._wait_for(
            lambda: any(label in text for text in self.buttons(message)) or None, f"a button {label!r}"
        )

    async def _wait_for(self, look: Callable[[], Any], what: str) -> Any:
        try:
            async with asyncio.timeout(WAIT_S), self._changed:
                while (found := look()) is None:
                    await self._changed.wait()
                return found
        except TimeoutError:
            raise AssertionError(f"waited {WAIT_S:.0f} s for {what}; the chat says {self.texts}") from None

    def _from_bot(self) -> list[Message]:
        return [
            self.messages[number]
            for number in sorted(self.messages)
            if number not in self.deleted and self.messages[number]["from"]["is_bot"]
        ]

    # --- the wire -------------------------------------------------------------------------------------------------

    async def follow(self) -> None:
        """Take in the event stream until cancelled."""
        params = {"user": str(self.user), "after": "0"}
        async with self._session.get("/emulator/events", params=params, timeout=None) as response:
            self.connected.set()
            kind = ""
            async for raw in response.content:
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    await self._take(kind, json.loads(line.removeprefix("data: ")))

    async def _take(self, kind: str, data: dict[str, Any]) -> None:
        async with self._changed:
            if kind in ("message", "edited"):
                self.messages[data["message"]["message_id"]] = data["message"]
                self.history.append((kind, data["message"]))
            elif kind == "deleted":
                self.deleted |= set(data["message_ids"])
            elif kind == "chat_action":
                self.actions.append(data["action"])
            self._changed.notify_all()

    async def _post(self, name: str, **body: Any) -> dict[str, Any]:
        async with self._session.post(f"/emulator/{name}", json={"user": self.user, **body}) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return dict(answer)

    async def _upload(self, kind: str, files: list[tuple[str, bytes]], caption: str) -> Message:
        form = aiohttp.FormData({"user": str(self.user), "kind": kind, "caption": caption})
        for name, data in files:
            form.add_field("file", data, filename=name)
        async with self._session.post("/emulator/send_media", data=form) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return dict(answer.get("message") or answer["messages"][0])


@asynccontextmanager
async def person_at(url: str, user: int, name: str, language: str = "en") -> AsyncIterator[Person]:
    """Somebody who opens the app at this emulator."""
    async with aiohttp.ClientSession(url) as session:
        body = {"id": user, "first_name": name, "language_code": language}
        async with session.post("/emulator/users", json=body) as response:
            assert response.status == 200, await response.text()
        person = Person(session, user)
        following = asyncio.create_task(person.follow())
        await person.connected.wait()
        try:
            yield person
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
