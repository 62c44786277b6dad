"""Tells in the terminal what happens in the chat, as it happens."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from emulator.server import Emulator

Json = dict[str, Any]


class Narrator:
    """Follows one person's screen."""

    def __init__(self, console: Console, emulator: Emulator, user_id: int) -> None:
        self._console = console
        self._log = emulator.world.events
        self._user_id = user_id
        self._told = self._log.last_id

    async def follow(self) -> None:
        """Run until cancelled, and tell what is left then."""
        try:
            while True:
                self.catch_up()
                await self._log.next()
        finally:
            self.catch_up()

    def catch_up(self) -> None:
        """Tell everything that has happened and was not told yet."""
        events, _ = self._log.since(self._told, self._user_id)
        self._told = self._log.last_id
        for event in events:
            self._tell(event.kind, event.data)

    def _tell(self, kind: str, data: Json) -> None:
        match kind:
            case "message":
                self._message(data["message"])
            case "edited" if data["message"].get("text"):
                self._line("bot", data["message"]["text"], "dim")
            case "callback_answer" if data["text"]:
                self._line("bot", data["text"], "italic")
            case "pack" if data["change"] == "created":
                self._line("pack", f"“{data['pack']['title']}” is there: {data['pack']['link']}", "magenta")
            case "pack" if data["pack"]:
                self._line("pack", f"“{data['pack']['title']}” has {len(data['pack']['stickers'])} stickers", "magenta")

    def _message(self, message: Json) -> None:
        who = "bot" if message["from"]["is_bot"] else message["from"]["first_name"]
        text, style = _content(message)
        self._line(who, text, style)
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            self._line("", "  ".join(f"[ {button['text']} ]" for button in row), "blue")

    def said(self, who: str, what: str) -> None:
        """Tell of something that is no message, such as a press."""
        self._line(who, what, "dim")

    def _line(self, who: str, text: str, style: str = "") -> None:
        for number, line in enumerate(text.splitlines() or [""]):
            name = Text(f"{who if number == 0 else '':>8}  ", "bold cyan")
            self._console.print(name + Text(line, style), soft_wrap=True)


def _content(message: Json) -> tuple[str, str]:
    """(what to print, its style)."""
    caption = f" “{message['caption']}”" if message.get("caption") else ""
    if sticker := message.get("sticker"):
        place = f", from {sticker['set_name']}" if sticker.get("set_name") else ""
        return f"a sticker {sticker.get('emoji', '')} {sticker['width']} x {sticker['height']}{place}", "green"
    if "photo" in message:
        return f"a photo{caption}", "green"
    return message.get("text", "something") + caption, ""
