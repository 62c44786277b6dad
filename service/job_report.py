"""The life of a job as its operators read it: one fact a line, nothing of whose it is or what they wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from service.stickers import StickerService
from storage.records import Job

_LEAST_CHARS = 4
_LOG_CHARS = 8  # of an id, as log lines have it
_ENTRANCES = {"tg": "Telegram", "api": "the HTTP API", "cli": "the command line"}


def parse_reference(text: str) -> str | None:
    """Return the beginning of a job's id that a message or the log names; None where it is none."""
    start = text.strip().replace("-", "").lower()
    return start if len(start) >= _LEAST_CHARS and set(start) <= set("0123456789abcdef") else None


async def life_of(service: StickerService, job: Job, explain: Callable[[str], str]) -> str:
    """Return the facts of a job; `explain` says what an error code means, "" where it is not known."""
    result, sticker = job.result, await service.packs.sticker(job.id)
    meaning = explain(job.error_code) if job.error_code else ""
    error = f"{job.error_code}: {meaning}" if meaning else job.error_code
    drawn = result.style if result else ""
    phases = ", ".join(f"{name} {value:.2f}" for name, value in result.timings.items()) if result else ""
    facts = {
        "came from": _ENTRANCES.get(job.entrance, job.entrance),
        "status": f"{job.status} ({error})" if error else job.status,
        "submitted": _moment(job.created_at),
        "started": _moment(job.claimed_at, job.created_at),
        "ended": _moment(job.finished_at, job.created_at),
        "delivered": _moment(job.delivered_at, job.created_at),
        "attempts": job.attempts,
        "interrupted": f"{job.crashes} times" if job.crashes else "",
        "style": f"{job.request.style}, drawn as {drawn}"
        if drawn and drawn != job.request.style
        else job.request.style,
        "shape": f"{job.request.shape}, drawn as {result.shape}" if result else job.request.shape,
        "model": job.request.model,
        "seed": job.seed,
        "notes": ", ".join(result.notes) if result else "",
        "drawing": f"{result.seconds:.2f} s" + (f" ({phases})" if phases else "") if result else "",
        "checked": "flagged by the safety check: not sent" if result and not result.is_safe else "",
        "made from": f"job {job.parent[:_LOG_CHARS]}" if job.parent else "",
        "replaces": f"job {job.replaces[:_LOG_CHARS]}" if job.replaces else "",
        "photo": "kept" if await service.has_photo(job) else "deleted" if job.has_photo else "has not arrived",
        "sticker": sticker.state.replace("_", " ") if sticker else "",
        "in the log": f'grep "job {job.id[:_LOG_CHARS]}"',
    }
    return "\n".join([f"Job {job.id}", *(f"  {name:<11} {fact}" for name, fact in facts.items() if fact or fact == 0)])


def _moment(moment: float | None, since: float | None = None) -> str:
    if moment is None:
        return ""
    text = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{text}, {moment - since:.1f} s after" if since is not None else text
