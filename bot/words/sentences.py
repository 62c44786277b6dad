"""From an error, or its code, to the sentence a person reads: the one table of this entrance."""

from __future__ import annotations

import logging
import secrets
from typing import Final

from bot.errors import PackError, PackFailed, PackWait
from bot.words.translations import say
from engine.errors import UnknownStyle
from service.errors import DailyLimitReached, ServiceError, TooManyJobs
from storage.errors import StorageError

logger = logging.getLogger(__name__)

# Complete over the trees of the engine, the service, the storage and the packs; a test compares.
SENTENCES: Final = {
    # the person can do something about it
    "no_face": "error-no-face",
    "photo_empty": "error-photo-empty",
    "photo_too_big": "error-photo-too-big",
    "photo_too_many_pixels": "error-photo-too-many-pixels",
    "photo_too_small": "error-photo-too-small",
    "photo_truncated": "error-photo-truncated",
    "photo_animated": "error-photo-animated",
    "not_a_photo": "error-not-a-photo",
    "photo_refused": "error-not-a-photo",
    "photo_unusable": "error-not-a-photo",
    "photo_gone": "error-photo-gone",
    "file_gone": "error-file-gone",
    "download_failed": "error-download-failed",
    "too_many_jobs": "error-too-many-jobs",
    "daily_limit": "error-daily-limit",
    "queue_full": "error-queue-full",
    "no_such_job": "error-no-such-job",
    "bad_seed": "error-bad-seed",
    "unknown_style": "error-style-gone",
    "cancelled": "cancelled",
    # waiting helps
    "database_busy": "error-busy",
    "disk_full": "error-storage",
    "files_unreachable": "error-storage",
    "storage_error": "error-storage",
    "schema_too_new": "error-storage",
    "database_broken": "error-storage",
    "engine_unavailable": "error-engine-down",
    "engine_lost": "error-engine-down",
    "engine_dead": "error-engine-down",
    "parameter_refused": "error-parameter-refused",
    "text_unwritable": "error-text-unwritable",
    "unsupported_model": "error-unsupported-model",
    # the pack on Telegram
    "wait": "error-wait",
    "telegram_down": "error-pack-failed",
    "picture_refused": "error-pack-failed",
    "pack_failed": "error-pack-failed",
    "user_unreachable": "error-user-unreachable",
    "user_blocked": "error-user-unreachable",
    # ours
    "drawing_failed": "error-broken",
    "engine_error": "error-broken",
    "service_error": "error-broken",
    "key_unknown": "error-broken",  # of the HTTP API; nobody meets it here
    "internal": "error-broken",
    "crashed": "error-broken",
}

REFERENCE_CHARS: Final = 6


def explain(language: str, code: str, *, reference: str = "", limit: int = 0, seconds: int = 0) -> str:
    """Return the sentence for `code`. An unknown code is our own bug and reads like one.

    `reference` is what the log knows it by: the beginning of a job's id. `limit` and `seconds` go with the codes
    that speak of them.
    """
    key = SENTENCES.get(code, "error-broken")
    hours, minutes = round(seconds / 3600), max(1, round(seconds / 60))
    return say(
        language,
        key,
        reference=reference[:REFERENCE_CHARS] or "–",
        limit=limit,
        seconds=seconds,
        hours=hours if minutes > 90 else 0,
        minutes=minutes,
    )


def explain_error(language: str, error: Exception, job_id: str = "") -> str:
    """Return the sentence for anything a handler may raise; what nobody expected is logged under its reference.

    `job_id` is the job it is about, where there is one: its beginning is the reference then.
    """
    match error:
        case TooManyJobs():
            return explain(language, error.code, limit=error.limit)
        case DailyLimitReached():
            return explain(language, error.code, limit=error.limit, seconds=max(60, round(error.seconds)))
        case PackWait():
            return explain(language, error.code, seconds=max(1, round(error.retry_after_s)))
        case PackError() | ServiceError() | UnknownStyle():
            if type(error) is PackFailed:
                logger.warning("job %s: its pack: %s", job_id[:8] or "–", error, exc_info=error)
            return explain(language, error.code)
        case StorageError():
            logger.warning("storage: %s (%s)", error.code, error)
            return explain(language, error.code)
    reference = job_id or secrets.token_hex(3)
    logger.error("%s %s: a handler failed", "job" if job_id else "reference", reference[:8], exc_info=error)
    return explain(language, "internal", reference=reference)
