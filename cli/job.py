"""`stickerface job`: what became of a job, by the reference that a message or the log names. Knows no person."""

from __future__ import annotations

import asyncio

import typer

from cli.sentences import SENTENCES


def show_jobs(reference: str) -> int:
    """Print the life of every job that `reference` may mean; return the exit code."""
    from cli import data
    from cli.settings import SettingsInvalid, read_data_settings
    from service.job_report import life_of, parse_reference
    from storage.errors import StorageError

    start = parse_reference(reference)
    if start is None:
        typer.echo(f"{reference}: expected at least 4 of 0-9 and a-f, as messages and logs have it.", err=True)
        return 2

    def explain(code: str) -> str:
        return SENTENCES.get(code, "")

    async def read() -> list[str]:
        async with await data.open_data(read_data_settings()) as service:
            return [await life_of(service, job, explain) for job in await service.jobs_by_reference(start)]

    try:
        found = asyncio.run(read())
    except SettingsInvalid as report:
        typer.echo(str(report), err=True)
        return 2
    except (StorageError, OSError) as error:
        typer.echo(f"The jobs cannot be read: {data.explain(error)}", err=True)
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
