"""`stickerface job`: what became of a job, by the reference that a message or the log names. Knows no person."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from cli.sentences import SENTENCES

if TYPE_CHECKING:
    from service.stickers import StickerService
    from storage.records import Job

_LEAST_CHARS = 4
_ENTRANCES = {"tg": "Telegram", "api": "the HTTP API", "cli": "the command line"}
_LOG_CHARS = 8  # of an id, as log lines have it


def show_jobs(reference: str) -> int:
    """Print the life of every job that `reference` may mean; return the exit code."""
    start = reference.strip().replace("-", "").lower()
    if len(start) < _LEAST_CHARS or not set(start) <= set("0123456789abcdef"):
        typer.echo(
            f"{reference}: expected at least {_LEAST_CHARS} of 0-9 and a-f, as messages and logs have it.", err=True
        )
        return 2
    from cli.settings import SettingsInvalid, read_weights_settings
    from service.stickers import StickerService
    from storage.errors import StorageError

    async def read() -> list[str]:
        async with await StickerService.open(read_weights_settings().data_dir) as service:
            return [await _life_of(service, job) for job in await service.jobs_by_reference(start)]

    try:
        found = asyncio.run(read())
    except SettingsInvalid as report:
        typer.echo(str(report), err=True)
        return 2
    except (StorageError, OSError) as error:
        typer.echo(f"The jobs cannot be read: {error}", err=True)
        return 1
    if not found:
        typer.echo(
            f"No job begins with {start}: it was forgotten or is past its lifetime, or the reference is no job's. "
            f"The log has it: grep {start}",
            err=True,
        )
        return 1
    typer.echo("\n\n".join(found))
    return 0


async def _life_of(service: StickerService, job: Job) -> str:
    """Return the facts of a job, one a line; nothing of whose it is or what they wrote."""
    result, sticker = job.result, await service.packs.sticker(job.id)
    error = f"{job.error_code}: {SENTENCES[job.error_code]}" if job.error_code in SENTENCES else job.error_code
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
