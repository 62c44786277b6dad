"""Why the service refuses something. Each has a `code` the entrances translate.

ServiceError               code
├── TooManyJobs            too_many_jobs       this owner has as many jobs waiting as one may have
├── DailyLimitReached      daily_limit         this owner made as many stickers today as one may make
├── QueueFull              queue_full          the whole queue is as long as it may be
├── NoSuchJob              no_such_job         unknown, or somebody else's
├── PhotoGone              photo_gone          the photo was deleted after its lifetime
├── KeyUnknown             key_unknown         no key of the HTTP API, or one that is over
├── BadSeed                bad_seed            not a whole number from 0 to 4294967295
└── PhotoRefused           (its subclasses)
    ├── PhotoEmpty         photo_empty             0 bytes
    ├── PhotoTooBig        photo_too_big           more bytes than allowed
    ├── PhotoTooManyPixels photo_too_many_pixels   more pixels than allowed
    ├── PhotoTooSmall      photo_too_small         too few pixels for a face
    ├── PhotoTruncated     photo_truncated         the file ends early or is damaged
    ├── PhotoAnimated      photo_animated          several frames
    └── NotAPhoto          not_a_photo             no picture of a kind we read
"""

from __future__ import annotations

from typing import ClassVar


class ServiceError(Exception):
    """Root of the tree; `code` is what the entrances translate into a sentence."""

    code: ClassVar[str] = "service_error"


class TooManyJobs(ServiceError):
    """This owner has as many jobs waiting as one may have (`limit`)."""

    code = "too_many_jobs"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} jobs are waiting")
        self.limit = limit


class DailyLimitReached(ServiceError):
    """This owner made as many stickers in 24 hours as one may make (`limit`); the next may come in `seconds`."""

    code = "daily_limit"

    def __init__(self, limit: int, seconds: float) -> None:
        super().__init__(f"{limit} jobs in 24 hours")
        self.limit = limit
        self.seconds = seconds


class QueueFull(ServiceError):
    """The whole queue is as long as it may be."""

    code = "queue_full"


class NoSuchJob(ServiceError):
    """No job of that id belongs to this owner."""

    code = "no_such_job"


class PhotoGone(ServiceError):
    """The photo was deleted after its lifetime."""

    code = "photo_gone"


class BadSeed(ServiceError):
    """The seed is not a whole number from 0 to 4294967295."""

    code = "bad_seed"


class KeyUnknown(ServiceError):
    """No key of the HTTP API, or one that was revoked or has expired."""

    code = "key_unknown"


class PhotoRefused(ServiceError):
    """The file cannot be used as a photo."""

    code = "photo_refused"


class PhotoEmpty(PhotoRefused):
    """The file has no bytes."""

    code = "photo_empty"


class PhotoTooBig(PhotoRefused):
    """The file has more bytes than allowed."""

    code = "photo_too_big"


class PhotoTooManyPixels(PhotoRefused):
    """The picture has more pixels than allowed."""

    code = "photo_too_many_pixels"


class PhotoTooSmall(PhotoRefused):
    """The picture is too small to hold a face."""

    code = "photo_too_small"


class PhotoTruncated(PhotoRefused):
    """The file ends early or is damaged."""

    code = "photo_truncated"


class PhotoAnimated(PhotoRefused):
    """The picture moves."""

    code = "photo_animated"


class NotAPhoto(PhotoRefused):
    """The file is no picture of a kind we read."""

    code = "not_a_photo"
