"""The bot's note on a job: where its answer goes. Stored as JSON that the storage never looks into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from storage.records import Entrance, Job

CONSENT = "consent"  # the hint that notes it, and the sentence


def source_of_message(chat_id: int, message_id: int) -> str:
    """Return the source of a message's job: the same message delivered twice is the same job."""
    return f"{Entrance.TELEGRAM}:{chat_id}:{message_id}"


def source_of_album(chat_id: int, album: str) -> str:
    """Return the source of the job of an album, by its `media_group_id`: all of its messages are one job."""
    return f"{Entrance.TELEGRAM}:{chat_id}:album:{album}"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Keep who gets the sticker, and where.

    `message` is the photo's message, 0 where it came in none, `progress` the progress message, `thread` the topic of
    both, `sheet` the message with the picture of many stickers. `photo` is the file id by which the photo is fetched;
    of an album there is `album` instead: file ids by message, "" for one that is too big. `captioned` is the message of
    the album whose caption counts; `is_closed`: no more photos of it are waited for. `emoji` None means that of the
    face or of the style that gets drawn; it may be several in a row. `is_stopped`: of many stickers, those that are not
    in the pack yet are not wanted any more. `wrong` is what a caption asked for by `key=value` and cannot have: the job
    fails, its photo is had for another try. `is_file`: the sticker is not for the pack but wanted as a file, which is
    in message `document`. `is_first`: the person's first photo, at which they are told what others can see.

    In a group: `author` is who sent the photo where that is another person than who asks, 0 where nobody knows;
    `is_agreed`: they let the sticker go into the asker's pack; `sticker` is the message that it was sent in. `guest` is
    the query of somebody who called the bot into a chat that it is not in, `file` the sticker's file id for its answer.
    """

    chat: int
    message: int
    first_name: str = ""
    language: str = "en"
    emoji: str | None = None
    progress: int | None = None
    thread: int | None = None
    photo: str | None = None
    album: Mapping[str, str] = field(default_factory=dict)
    captioned: int | None = None
    is_closed: bool = False
    sheet: int | None = None
    is_stopped: bool = False
    wrong: str | None = None
    is_file: bool = False
    document: int | None = None
    is_first: bool = False
    author: int | None = None
    is_agreed: bool = False
    sticker: int | None = None
    guest: str | None = None
    file: str | None = None

    @property
    def reply_to(self) -> int | None:
        """Return the message that answers point at; None where the photo came in none."""
        return self.message or None

    @classmethod
    def of(cls, job: Job) -> Addressee:
        """Return the note of a job of this entrance."""
        return cls(**job.note)

    @property
    def is_group(self) -> bool:
        """Return whether the answer goes to a group that the bot is in: their ids are negative."""
        return self.chat < 0 and self.guest is None

    @property
    def is_elsewhere(self) -> bool:
        """Return whether the answer goes anywhere but to the person's own chat with the bot."""
        return self.is_group or self.guest is not None

    @property
    def is_others(self) -> bool:
        """Return whether the photo is of somebody else's who has not agreed to more than a sticker in this chat."""
        return self.author is not None and not self.is_agreed

    def to_json(self) -> dict[str, Any]:
        """Return the note as it is stored."""
        facts = asdict(self).items()
        return {name: value for name, value in facts if value is not None and value is not False and value != {}}
