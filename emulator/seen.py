"""What a person sees on the screen, as tests read it."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from emulator.errors import EmulatorError
from emulator.state import Bot, Json, Message
from emulator.world import World


class SpinnerTimeoutError(EmulatorError):
    """The bot never answered a pressed button: a real app shows a spinner, then nothing."""


class NothingSeenError(EmulatorError, AssertionError):
    """A message that a test waited for did not come; the text holds the conversation."""


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What a press brought: a note on top of the chat, or an alert."""

    text: str
    is_alert: bool
    url: str | None = None


@dataclass(slots=True, repr=False)
class SeenMessage:
    """A message on a person's screen."""

    message: Message
    world: World

    @property
    def id(self) -> int:
        return self.message.message_id

    @property
    def text(self) -> str:
        """The text, or the caption."""
        return self.message.text

    @property
    def kind(self) -> str:
        """`text`, `photo`, `sticker`, `document`, ..."""
        return self.message.media.kind if self.message.media else "text"

    @property
    def is_from_bot(self) -> bool:
        return isinstance(self.message.sender, Bot)

    @property
    def is_deleted(self) -> bool:
        return self.message.is_deleted

    @property
    def buttons(self) -> list[Json]:
        """The inline keyboard's buttons, row by row."""
        markup = self.message.reply_markup or {}
        return [button for row in markup.get("inline_keyboard", []) for button in row]

    @property
    def json(self) -> Json:
        """Message as the bot sees it."""
        return self.world.render(self.world.bot_of(self.message.chat)).message(self.message)

    @property
    def data(self) -> bytes:
        """The bytes of the photo (its largest size), sticker or file."""
        if self.message.media is None:
            raise ValueError("this message has no media")
        return self.message.media.files[-1].data

    @property
    def set_name(self) -> str:
        """The pack its sticker is in, "" for none."""
        return str(self.json.get("sticker", {}).get("set_name", ""))

    def picture(self) -> Image.Image:
        """Decode the photo, sticker or picture file."""
        return decode(self.data)

    def __str__(self) -> str:
        who = "bot" if self.is_from_bot else "person"
        labels = "".join(f" [{button['text']}]" for button in self.buttons)
        content = self.text if self.kind == "text" else f"<{self.kind}> {self.text}"
        return f"{self.id:>4} {who}{' (deleted)' if self.is_deleted else ''}: {content}{labels}"

    def has_button(self, button: str) -> bool:
        """Return whether there is a callback button whose label contains `button` or whose data begins with it."""
        return any(
            button.lower() in found["text"].lower() or str(found["callback_data"]).startswith(button)
            for found in self.buttons
            if found.get("callback_data")
        )

    def callback_data(self, button: str) -> str:
        """Return the data of the callback button whose label contains `button` or whose data begins with it.

        Raises `NothingSeenError` where there is none.
        """
        for found in self.buttons:
            data = found.get("callback_data")
            if data and (button.lower() in found["text"].lower() or data.startswith(button)):
                return str(data)
        labels = [found["text"] for found in self.buttons]
        raise NothingSeenError(f"message {self.id} has no button {button!r}, only {labels}")


def decode(data: bytes) -> Image.Image:
    """Decode a picture fully."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
