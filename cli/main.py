"""The `stickerface` command. Parts are imported by the command that needs them, so `--help` is quick."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from cli.keys import keys_app
from service.limits import MAX_SEED

if TYPE_CHECKING:
    from cli.settings import ServerSettings

Word = TypeVar("Word", bound=StrEnum)

app = typer.Typer(
    name="stickerface",
    help="A selfie in the chat becomes a sticker in the sender's own pack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},  # of the commands under it, too
)
app.add_typer(keys_app, name="keys")


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        typer.echo(f"stickerface {version('stickerface')}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Turn selfies into stickers, in a Telegram chat, over HTTP or here."""


@app.command()
def run(
    no_http: Annotated[
        bool, typer.Option("--no-http", help="Do not listen on PORT (long polling needs no port).")
    ] = False,
    no_bot: Annotated[bool, typer.Option("--no-bot", help="Serve the HTTP API alone; no bot token is needed.")] = False,
) -> None:
    """Run the bot and the HTTP API until Ctrl-C or SIGTERM."""
    from cli.settings import Settings, read_server_settings, read_settings

    if no_http and no_bot:
        _stop("--no-http and --no-bot together leave nothing to run.")
    settings = _read(read_server_settings) if no_bot else _read(read_settings)
    if no_http and isinstance(settings, Settings) and settings.telegram_webhook_url:
        _stop("--no-http and TELEGRAM_WEBHOOK_URL exclude each other: Telegram could not reach the bot.")
    _run(settings, with_http=not no_http)


@app.command()
def serve() -> None:
    """Serve the HTTP API without a bot, as `run --no-bot`; with POOL=none beside others on the same data."""
    from cli.settings import read_server_settings

    _run(_read(read_server_settings), with_http=True)


@app.command()
def worker() -> None:
    """Draw what the bot and the HTTP API take in other processes on the same data; any number may."""
    from cli.settings import read_server_settings

    settings = _read(read_server_settings)
    if settings.pool == "none":
        _stop("POOL=none: a worker that draws nothing has nothing to do.")
    _run(settings, with_http=False)


def _run(settings: ServerSettings, *, with_http: bool) -> NoReturn:
    import asyncio

    from cli import run as product
    from cli.logs import set_up_logging

    set_up_logging(settings.log_level)
    _collect_garbage()
    raise typer.Exit(asyncio.run(product.run(settings, with_http=with_http)))


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the conversation.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the chat page is.")] = 8080,
    out: Annotated[Path, typer.Option(file_okay=False, help="Where stickers and the contact sheet go.")] = Path("demo"),
) -> None:
    """Show the whole road on this machine: Telegram's emulator, the bot, a conversation, the chat page."""
    import asyncio

    from cli.demo.play import play

    _collect_garbage()
    raise typer.Exit(asyncio.run(play(out, port=port, once=once)))


@app.command()
def make(
    photos: Annotated[
        list[Path],
        # What cannot be read is one failure among others, and no reason to refuse the rest.
        typer.Argument(help="Photos, or folders of photos.", readable=False),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the stickers.")] = Path("out"),
    style: Annotated[str, typer.Option(help="`stickerface styles` lists them.")] = "toon",
    seed: Annotated[int | None, typer.Option(min=0, max=MAX_SEED, help="The same seed draws the same sticker.")] = None,
    prompt: Annotated[str, typer.Option(help="Words; the portrait engine takes a style from them.")] = "",
    shape: Annotated[str, typer.Option(help="auto, bust, figure, head or badge.")] = "auto",
    text: Annotated[str, typer.Option(help="Words to stand on the sticker, at most 80 characters.")] = "",
    outline: Annotated[
        str, typer.Option(help="auto, none, white, black, red, orange, yellow, green, blue, purple or pink.")
    ] = "auto",
    outline_width: Annotated[str, typer.Option(help="thin, normal or thick.")] = "normal",
    reactions: Annotated[
        bool, typer.Option("--reactions", help="Sixteen stickers of each face, from a grin to tears, in a folder.")
    ] = False,
    engine: Annotated[str | None, typer.Option(help="portrait, diffusion or auto, in place of ENGINE.")] = None,
    model_name: Annotated[
        str | None,
        typer.Option("--model", help="ip-adapter-face-id or photomaker: the photos of a folder are one person's."),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", help="name=value, repeatable; `stickerface parameters` lists them."),
    ] = None,
    png: Annotated[
        bool, typer.Option("--png", help="PNG files, which every program opens, in place of Telegram's WebP.")
    ] = False,
    recursive: Annotated[
        bool, typer.Option("-r", "--recursive", help="Also the photos of folders in folders; -o gets the same folders.")
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Go on: no photo whose sticker is in the folder already.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Say what is done, and why something fails.")
    ] = False,
) -> None:
    """Make stickers from photos, without any chat. No bot token is needed."""
    from typing import get_args

    from cli.make import MakeOptions, make_stickers, read_assignments
    from cli.photo_files import is_web_address
    from cli.settings import EngineSettings, read_engine_settings
    from engine.errors import ParameterRefused, UnsupportedModel
    from engine.lettering import MAX_CHARS
    from engine.models import DEFAULT_MODEL, REACTIONS
    from engine.models import model as find_model
    from engine.styles import all_styles, is_style
    from engine.types import Outline, OutlineWidth, Shape

    if reactions and model_name not in (None, REACTIONS.name):
        _stop(f"--reactions and --model {model_name} exclude each other.")
    if engine and engine.lower() not in (engines := get_args(EngineSettings.model_fields["engine"].annotation)):
        _stop(f"--engine {engine}: expected {', '.join(engines)}")
    settings = _read(lambda: read_engine_settings(**({"engine": engine} if engine else {})))
    try:
        model = find_model(REACTIONS.name if reactions else model_name or DEFAULT_MODEL)
        parameters = read_assignments(assignments or (), model)
    except UnsupportedModel as refused:
        _stop(f"--model {refused}")
    except ParameterRefused as refused:
        _stop(f"--set {refused}")
    if addresses := [path for path in photos if is_web_address(path)]:
        address = str(addresses[0]).replace(":/", "://", 1)  # of two slashes, `Path` makes one
        _stop(f"{address}: make reads files, no web addresses; download the photo and name the file")
    if not is_style(style):
        _stop(f"--style {style}: expected one of {', '.join(each.name for each in all_styles())}")
    if len(text) > MAX_CHARS:
        _stop(f"--text: {len(text)} characters, at most {MAX_CHARS}")
    options = MakeOptions(
        model,
        style,
        seed,
        prompt,
        _one_of(Shape, "--shape", shape),
        parameters,
        text,
        _one_of(Outline, "--outline", outline),
        _one_of(OutlineWidth, "--outline-width", outline_width),
        png,
        recursive,
        skip_existing,
        verbose,
    )
    _collect_garbage()
    raise typer.Exit(make_stickers(photos, out, settings, options))


@app.command()
def parameters(
    model_name: Annotated[str | None, typer.Option("--model", help="Of which model.")] = None,
) -> None:
    """List the parameters of a drawing: name, default, limits, meaning."""
    from cli.make import parameter_lines
    from engine.errors import UnsupportedModel
    from engine.models import DEFAULT_MODEL
    from engine.models import model as find_model

    try:
        model = find_model(model_name or DEFAULT_MODEL)
    except UnsupportedModel as refused:
        _stop(f"--model {refused}")
    for line in parameter_lines(model):
        typer.echo(line)


@app.command()
def styles() -> None:
    """List the styles."""
    from engine.styles import all_styles

    for style in all_styles():
        typer.echo(f"{style.emoji} {style.name:<12} {style.description}")


@app.command()
def download(
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="face-to-sticker (if none is named), ip-adapter-face-id, photomaker, matte, or a mode of FEW_STEPS."
        ),
    ] = None,
    commercial_only: Annotated[
        bool, typer.Option("--commercial-only", help="Only weights whose licence lets them earn money.")
    ] = False,
    list_only: Annotated[
        bool, typer.Option("--list", help="Show files, licences and what is here; no network.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Read every byte of what is here again and mend it; brings nothing else.")
    ] = False,
) -> None:
    """Download the weights of a model; interrupt it as you like, the same command goes on."""
    from rich.console import Console

    from cli.download.command import Request, download_until_interrupted, list_weights
    from cli.download.remote import Hosts
    from cli.settings import read_weights_settings
    from engine.models import DEFAULT_MODEL
    from engine.weights import all_models

    models = tuple(model or [DEFAULT_MODEL])
    if unknown := [name for name in models if name not in all_models()]:
        _stop(f"--model {unknown[0]}: expected one of {', '.join(all_models())}")
    settings = _read(read_weights_settings)
    request = Request(
        models=models,
        folder=settings.weights_folder,
        overrides=settings.weights_overrides,
        commercial_only=commercial_only,
        reread=check,
        hosts=Hosts(hub=settings.hf_endpoint, token=settings.hf_token.get_secret_value()),
    )
    console = Console(stderr=not list_only, highlight=False)
    _collect_garbage()
    raise typer.Exit((list_weights if list_only else download_until_interrupted)(request, console))


@app.command()
def docs(
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Write the page here, - for the output, and do not open it."),
    ] = None,
) -> None:
    """Open all documents as one page, stickerface-docs.html, which needs no network."""
    from cli.docs.command import write_docs

    raise typer.Exit(write_docs(out))


@app.command()
def job(reference: Annotated[str, typer.Argument(help="As a message or the log has it, such as 3f9a1c.")]) -> None:
    """Show what became of a job: times, status, attempts, style; whose it is and their words are not shown."""
    from cli.job import show_jobs

    raise typer.Exit(show_jobs(reference))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new tar, a folder for one, or - for the output.")],
) -> None:
    """Back up database and files, also while the bot runs; no weights, no .env. Photos of people: encrypt it."""
    from cli.backup import back_up

    raise typer.Exit(back_up(file))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `stickerface backup` wrote; - for the input.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace the data in DATA_DIR; what was there is kept in a folder in it.")
    ] = False,
) -> None:
    """Restore a backup to DATA_DIR, while the bot does not run."""
    from cli.backup import restore_backup

    raise typer.Exit(restore_backup(file, replaces=force))


@app.command()
def doctor(
    no_bot: Annotated[bool, typer.Option("--no-bot", help="For the HTTP API alone: no bot token is needed.")] = False,
) -> None:
    """Look at settings, disk, database, port, engine and Telegram; exit code 0: all is well, 1: not, 2: settings."""
    import asyncio

    from cli.doctor.command import examine

    raise typer.Exit(asyncio.run(examine(with_bot=not no_bot)))


_Read = TypeVar("_Read")


def _read(reader: Callable[[], _Read]) -> _Read:
    from cli.settings import SettingsInvalid

    try:
        return reader()
    except SettingsInvalid as report:
        _stop(str(report))


def _one_of(words: type[Word], option: str, given: str) -> Word:
    """Return the word that an option means."""
    try:
        return words(given.lower())
    except ValueError:
        _stop(f"{option} {given}: expected {', '.join(words)}")


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)


def _collect_garbage() -> None:
    """Collect garbage from here on, but not among what the imports made: it stays."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # file names and sentences that a terminal has no letters for
    gc.disable()  # looking through what the imports make, while they make it, takes a tenth of a short command
    try:
        app(prog_name="stickerface")
    finally:
        gc.freeze()  # and so it does at the interpreter's end


if __name__ == "__main__":
    main()
