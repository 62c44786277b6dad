"""`stickerface keys`: who may use the HTTP API. Works while the server runs, too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.limits import KEY_JOBS_WAITING, KEY_PER_MINUTE

if TYPE_CHECKING:
    from service.stickers import StickerService
    from storage.records import ApiKey

keys_app = typer.Typer(help="Keys of the HTTP API.", no_args_is_help=True)

Work = Callable[["StickerService"], Awaitable[None]]
DAY_S = 86_400.0


@keys_app.command()
def add(
    name: Annotated[str, typer.Argument(help="Whose key it is; for your own list.")],
    provider: Annotated[
        list[str] | None, typer.Option(help="Whose clients may use it, repeatable; every one if none is named.")
    ] = None,
    per_minute: Annotated[int, typer.Option(min=1, max=100_000, help="Submissions in a minute.")] = KEY_PER_MINUTE,
    jobs_waiting: Annotated[
        int, typer.Option(min=1, max=10_000, help="Jobs waiting at the same time.")
    ] = KEY_JOBS_WAITING,
    expires_days: Annotated[float | None, typer.Option(min=0.01, help="Days until it ends; never if absent.")] = None,
) -> None:
    """Make a key and print it: once, for only its hash is kept."""
    from api.providers import PROVIDERS

    names = [each.name for each in PROVIDERS]
    if unknown := sorted(set(provider or ()) - set(names)):
        typer.echo(f"--provider {unknown[0]}: expected one of {', '.join(names)}", err=True)
        raise typer.Exit(2)

    async def work(service: StickerService) -> None:
        key, text = await service.keys.add(
            name,
            providers=provider or (),
            per_minute=per_minute,
            jobs_waiting=jobs_waiting,
            lifetime_s=expires_days * DAY_S if expires_days is not None else None,
        )
        typer.echo(f"Key {key.id} for {key.name}. Keep it: it is shown only now.", err=True)
        typer.echo(f"It may submit {per_minute} requests a minute and have {jobs_waiting} of them waiting.", err=True)
        typer.echo(text)

    _with_keys(work)


@keys_app.command("list")
def list_keys() -> None:
    """List the keys, without their secrets."""

    async def work(service: StickerService) -> None:
        keys = await service.keys.all()
        if not keys:
            typer.echo(f"There are no keys in {_data_dir()}; `stickerface keys add NAME` makes one.", err=True)
        for key in keys:
            typer.echo(_line(key, is_valid=service.keys.is_valid(key)))

    _with_keys(work)


@keys_app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The first half of the key, as `keys list` shows it.")],
    forget: Annotated[bool, typer.Option("--forget", help="Also delete its jobs, pictures and uploads.")] = False,
) -> None:
    """End a key, at once and for good."""

    async def work(service: StickerService) -> None:
        from service.errors import KeyUnknown

        try:
            key = await service.keys.revoke(key_id.partition(":")[0])
        except KeyUnknown:
            typer.echo(f"There is no key {key_id.partition(':')[0]}; `stickerface keys list` shows them.", err=True)
            raise typer.Exit(1) from None
        if forget:
            await service.forget(key.owner)
        typer.echo(f"Key {key.id} ({key.name}) is revoked." + (" What it had here is deleted." if forget else ""))

    _with_keys(work)


@keys_app.command("rotate-signing")
def rotate_signing() -> None:
    """Make a new key for the signatures of webhooks; it signs from tomorrow."""

    async def work(service: StickerService) -> None:
        from api.webhooks.signing import SigningKeys

        await (await SigningKeys.load(service)).rotate(service)
        typer.echo(
            "A new signing key is made, and signs from tomorrow: receivers keep keys for a day. "
            "Restart the server now, so that it is published."
        )

    _with_keys(work)


def _line(key: ApiKey, *, is_valid: bool) -> str:
    made = _day(key.created_at)
    state = "valid" if is_valid else "revoked" if key.revoked_at else "expired"
    providers = ", ".join(sorted(key.providers)) or "every provider"
    limits = f"{key.per_minute} a minute, {key.jobs_waiting} waiting"
    end = f"; until {_day(key.expires_at)}" if key.expires_at else ""
    return f"{key.id}  {state:<8} {made}  {key.name}  ({providers}; {limits}{end})"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _data_dir() -> Path:
    from cli.settings import read_data_settings

    return read_data_settings().data_dir


def _with_keys(work: Work) -> None:
    import asyncio

    from cli.data import explain, open_data
    from cli.settings import SettingsInvalid, read_data_settings
    from storage.errors import StorageError

    async def run() -> None:
        async with await open_data(read_data_settings()) as service:
            await work(service)

    try:
        asyncio.run(run())
    except SettingsInvalid as report:
        typer.echo(str(report), err=True)
        raise typer.Exit(2) from None
    except (StorageError, OSError) as error:
        typer.echo(f"The keys cannot be reached: {explain(error)}", err=True)
        raise typer.Exit(1) from None
