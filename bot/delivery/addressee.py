"""Where a job's answer goes: what this entrance notes in `Job.reply`, and how owners are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from storage.records import Job

OWNER_PREFIX = "tg:"


def owner_of(user_id: int) -> str:
    return f"{OWNER_PREFIX}{user_id}"


def user_id_of(owner: str) -> int:
    """Raises `ValueError` for owners of other entrances."""
    if not owner.startswith(OWNER_PREFIX):
        raise ValueError(owner)
    return int(owner.removeprefix(OWNER_PREFIX))


def source_of_message(chat_id: int, message_id: int) -> str:
    """The job of a message: the same message delivered twice is the same job."""
    return f"{OWNER_PREFIX}{chat_id}:{message_id}"


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
        reply: Mapping[str, Any] = job.reply
        return cls(
            chat=int(reply["chat"]),
            message=int(reply["message"]),
            first_name=str(reply.get("first_name", "")),
            language=str(reply.get("language", "en")),
            emoji=reply.get("emoji"),
            progress=reply.get("progress"),
        )

    def to_reply(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}
