"""The rows, as frozen records. A change is a method of the store, never an assignment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class JobStatus(StrEnum):
    """queued -> running -> done / failed / cancelled."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)


class Entrance(StrEnum):
    """Where jobs come from; an owner is `<entrance>:<id>`, or the entrance alone where it has one owner."""

    TELEGRAM = "tg"
    HTTP = "api"
    CLI = "cli"

    def owner(self, number: int | str) -> str:
        """Return the owner whose id at this entrance is `number`."""
        return f"{self}:{number}"

    def id_of(self, owner: str) -> str:
        """Return the id of an owner of this entrance. Raises `ValueError` for another's."""
        entrance, _, number = owner.partition(":")
        if entrance != self:
            raise ValueError(owner)
        return number


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a job asks for, as it stands in the row. `inputs` are file names in the owner's folder, by input.

    `only_stickers`: nobody will ask for its pictures as PNG. `text` is written on the sticker. `finishes` is the job
    whose drawing may be finished again instead of drawing: only text and outline differ.
    """

    style: str
    model: str
    prompt: str = ""
    shape: str = "auto"
    inputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    only_stickers: bool = False
    text: str = ""
    outline: str = "auto"
    outline_width: str = "normal"
    finishes: str = ""

    @property
    def photos(self) -> tuple[str, ...]:
        """The file names of all inputs."""
        return tuple(name for names in self.inputs.values() for name in names)

    def to_json(self) -> str:
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> JobRequest:
        row: dict[str, Any] = json.loads(text)
        return cls(**{**row, "inputs": {name: tuple(files) for name, files in row["inputs"].items()}})


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a caller is told of a result file without opening it: bytes, and px."""

    bytes: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job made: `files` by name; `seconds` of drawing, `timings` of its phases; `notes` are codes.

    `emoji` is that of the face's own expression, "" where there is none. `stickers`, of a job that made several, maps
    the names of their files to their emoji, in order. `faces` counts the faces among which a person may choose,
    `faces_photo` is the photo that shows them numbered, by its name in the owner's folder. `photos_used` counts the
    photos that it was made of, None for all of them. `likeness` is the cosine, -1 .. 1, of the photos' face and the
    picture's, None where it was not measured.
    """

    style: str
    shape: str
    files: Mapping[str, FileFacts]
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    emoji: str = ""
    stickers: Mapping[str, str] = field(default_factory=dict)
    is_safe: bool = True
    faces: int = 0
    faces_photo: str = ""
    photos_used: int | None = None
    likeness: float | None = None
    timings: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> JobResult | None:
        """Return the result in a row's JSON, None where there is none yet."""
        row: dict[str, Any] = json.loads(text) if text != "{}" else {}
        if not row:
            return None
        files = {name: FileFacts(**facts) for name, facts in row["files"].items()}
        return cls(**{**row, "files": files, "notes": tuple(row["notes"])})


@dataclass(frozen=True, slots=True)
class Job:
    """One sticker somebody asked for.

    `owner` is `tg:<user id>`, `api:<key>` or `cli`, `entrance` what stands before the colon. `source` names the
    message it came from and is unique: the same message is the same job. `note` is what the entrance keeps with the
    job; nobody else looks into it. Times are Unix seconds. `replaces` is the sticker this one takes the place of.
    `lifetime_s` is how long its caller wants its files kept, `files_gone_at` when they were deleted. `crashes` counts
    how often the process ended while it was being drawn or decoded. `claimed_by` is the process that has it in its
    hands, or had it last: "" for one that has not joined others.
    """

    id: str
    owner: str
    entrance: str
    source: str
    status: JobStatus
    request: JobRequest
    seed: int
    note: Mapping[str, Any]
    created_at: float
    parent: str | None = None
    replaces: str | None = None
    attempts: int = 0
    crashes: int = 0
    claimed_by: str = ""
    claimed_at: float | None = None
    finished_at: float | None = None
    delivered_at: float | None = None
    lifetime_s: float | None = None
    files_gone_at: float | None = None
    error_code: str | None = None
    result: JobResult | None = None

    @property
    def has_photo(self) -> bool:
        return bool(self.request.photos)

    @property
    def wants_photo(self) -> bool:
        """Whether it waits for its photo, which can still be attached."""
        return self.status is JobStatus.QUEUED and not self.has_photo

    @property
    def drawn_style(self) -> str:
        """The style that was drawn, before that the one that was asked for."""
        return self.result.style if self.result else self.request.style


@dataclass(frozen=True, slots=True)
class User:
    """A person or key that owns jobs. `seed` None means a new one each time.

    `settings` are words by name; which there are, the service says. `app_language` is that of the person's app.
    """

    owner: str
    style: str | None = None
    seed: int | None = None
    language: str | None = None
    model: str | None = None
    hints_shown: frozenset[str] = frozenset()
    is_blocked: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    app_language: str | None = None


@dataclass(frozen=True, slots=True)
class Ban:
    """Nothing is drawn for this owner. `told_at` is when they were told, None where they were not."""

    owner: str
    banned_at: float
    told_at: float | None = None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What ended on one day, `day` counted from 1970-01-01 UTC.

    `people` owners had `jobs`, of which `failed`; half of those that were done took `median_s` from submission on, None
    where none was done.
    """

    day: int
    jobs: int = 0
    failed: int = 0
    people: int = 0
    median_s: float | None = None


class BroadcastState(StrEnum):
    """draft -> sending -> sent, or dropped."""

    DRAFT = "draft"
    DROPPED = "dropped"
    SENDING = "sending"
    SENT = "sent"


class CopyState(StrEnum):
    """What became of one person's copy of a broadcast."""

    WAITING = "waiting"
    BEGUN = "begun"  # under way; where the process ended meanwhile, nobody knows whether it arrived
    SENT = "sent"
    BLOCKED = "blocked"  # the person blocked the bot
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What an operator (`author`) writes to everybody. Times are Unix seconds."""

    id: int
    source: str
    author: str
    text: str
    state: BroadcastState
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None


class PackState(StrEnum):
    OPEN = "open"  # takes the next sticker
    FULL = "full"
    GONE = "gone"  # deleted on the other side; its name is never used again


@dataclass(frozen=True, slots=True)
class Pack:
    """Where an owner's stickers are collected. `generation` counts from 1 and is part of `name`.

    `mosaic_of` is the sticker that an emoji set was cut from, None for a pack.
    """

    id: int
    owner: str
    name: str
    title: str
    generation: int
    state: PackState
    created_at: float
    mosaic_of: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What an owner was asked, in which message, and how long ago; `argument` is what it is about."""

    subject: str
    argument: str
    message_id: int
    age_s: float


class StickerState(StrEnum):
    """How far a finished sticker has come on its way into the chat and the pack."""

    MADE = "made"  # drawn, nothing sent yet
    UPLOADED = "uploaded"  # `upload_id` may be added any number of times without a second sticker appearing
    IN_PACK = "in_pack"
    LOOSE = "loose"  # sent outside of any pack: the pack step failed and may be tried again
    REMOVED = "removed"  # taken out again by its owner


@dataclass(frozen=True, slots=True)
class Sticker:
    """One made sticker and where it is: `file_id` and `file_unique_id` are those inside the set.

    `emoji_list` has 1 to 20 emoji, the one that apps show first; `keywords` at most 20, 64 characters together.
    """

    id: str  # that of its job, or `<job>-<name>` where a job made several
    owner: str
    state: StickerState
    emoji_list: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    pack_id: int | None = None
    upload_id: str | None = None
    file_id: str | None = None
    file_unique_id: str | None = None
    message_id: int | None = None

    @property
    def emoji(self) -> str:
        """Return the emoji that apps show, "" where there is none."""
        return self.emoji_list[0] if self.emoji_list else ""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of the HTTP API. `hash` is the SHA-256 of its secret half in hex; `providers` empty means every one.

    `per_minute` submissions, `jobs_waiting` jobs waiting or running at the same time. Times are Unix seconds.
    """

    id: str
    name: str
    hash: str
    providers: frozenset[str]
    per_minute: int
    jobs_waiting: int
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None

    @property
    def owner(self) -> str:
        return Entrance.HTTP.owner(self.id)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a caller of the HTTP API handed in. Whoever knows `id`, 32 hex digits, may read it."""

    id: str
    owner: str
    content_type: str
    size: int
    created_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class Process:
    """A process that works on the store. `host` names its machine and data folder, `started_at` the order of joining.

    `facts` are its own: its duties, and what its engine can do.
    """

    id: str
    host: str
    pid: int
    role: str
    started_at: float
    seen_at: float
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """What the process `origin` tells the others, mostly of a job. `preview` is a small JPEG, or empty."""

    origin: str
    kind: str
    created_at: float
    job_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    preview: bytes = b""
    id: int = 0
