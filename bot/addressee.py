"""Where a job's answer goes: what this entrance notes in `Job.note`, and how owners are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from storage.records import Entrance, Job


def owner_of(user_id: int) -> str:
    """Return the owner that a Telegram user is."""
    return Entrance.TELEGRAM.owner(user_id)


def user_id_of(owner: str) -> int:
    """Return the Telegram user that owns something. Raises `ValueError` for owners of other entrances."""
    return int(Entrance.TELEGRAM.id_of(owner))


def source_of_message(chat_id: int, message_id: int) -> str:
    """Return the source of a message's job: the same message delivered twice is the same job."""
    return f"{Entrance.TELEGRAM}:{chat_id}:{message_id}"


@dataclass(frozen=True, slots=True)
class Addressee:
    """`message` is the photo's message, `progress` the one that says how far its job is.

    `emoji` None means the one of the look that gets drawn.
    """

    chat: int
    message: int
    first_name: str
    language: str
    emoji: str | None = None
    progress: int | None = None

    @classmethod
    def of(cls, job: Job) -> Addressee:
        reply: Mapping[str, Any] = job.note
        return cls(
            chat=int(reply["chat"]),
            message=int(reply["message"]),
            first_name=str(reply.get("first_name", "")),
            language=str(reply.get("language", "en")),
            emoji=reply.get("emoji"),
            progress=reply.get("progress"),
        )

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}
