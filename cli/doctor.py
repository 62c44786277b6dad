"""`stickerface doctor`: checks that everything is here that a run needs, and says how to mend what is not."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files

import aiohttp
from rich.console import Console
from rich.markup import escape

from api.server.connections import Certificate
from cli.compose import best_report, choose_engine, matte_model_dir
from cli.download.listing import sentence
from cli.settings import Settings, SettingsInvalid, read_settings
from engine.errors import EngineError
from engine.matte import find_model
from engine.model import FACE
from engine.types import StickerRequest, go_on
from engine.weights_lock import LOCK_NAME, FileState
from service.stickers import StickerService
from storage.errors import StorageError

_LOW_DISK_BYTES = 500 * 1024 * 1024
_TRIAL = {"steps": 2, "width": 256, "height": 256}  # on a CPU a whole sticker takes minutes
_TIMEOUT = aiohttp.ClientTimeout(total=15)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what it is about, whether it is well, what was found."""

    name: str
    is_well: bool
    text: str


async def examine() -> int:
    """Print every finding; returns 0 when all is well, 2 for settings, 1 for anything else."""
    console = Console(highlight=False)
    try:
        settings = read_settings()
    except SettingsInvalid as report:
        console.print(f"[red]✗[/] settings\n{escape(str(report))}", soft_wrap=True)
        return 2
    console.print("[green]✓[/] settings")
    is_well = True
    async for finding in _findings(settings):
        mark = "[green]✓[/]" if finding.is_well else "[red]✗[/]"
        console.print(f"{mark} {finding.name}: ", end="")
        console.print(finding.text, markup=False, soft_wrap=True)
        is_well = is_well and finding.is_well
    return 0 if is_well else 1


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    yield _disk(settings)
    yield await _database(settings)
    if settings.http_api:
        yield await _http(settings)
    if settings.engine == "diffusion" or (settings.weights_folder / LOCK_NAME).exists():
        yield _weights(settings)
    yield _matting(settings)
    if settings.pool == "ray":
        yield await _cluster(settings)
    else:
        yield _engine(settings)
    yield await _token(settings)


def _disk(settings: Settings) -> Finding:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = settings.data_dir / ".doctor"
        probe.write_bytes(b"x")
        probe.unlink()
        free = shutil.disk_usage(settings.data_dir).free
    except OSError as error:
        return Finding("disk", False, f"DATA_DIR {settings.data_dir} cannot be written: {error.strerror}")
    text = f"{settings.data_dir} has {free / 1e9:.1f} GB free"
    return Finding("disk", free > _LOW_DISK_BYTES, text)


async def _database(settings: Settings) -> Finding:
    path = StickerService.database_path(settings.data_dir)
    if not path.exists():
        return Finding("database", True, "none yet; the first run makes it")
    try:
        async with await StickerService.open(settings.data_dir) as service:
            answer = await service.check_database()
    except StorageError as error:
        return Finding("database", False, f"{path}: {error.code} ({error})")
    return Finding("database", answer == "ok", f"{path}: {answer}")


async def _http(settings: Settings) -> Finding:
    """Whether the API could serve: its certificate can be read, and somebody has a key."""
    if settings.tls_certificate and settings.tls_key:
        try:
            Certificate(settings.tls_certificate, settings.tls_key)
        except OSError as error:  # ssl.SSLError is one
            return Finding("http", False, f"TLS_CERTIFICATE and TLS_KEY cannot be used: {error}")
    scheme = "https" if settings.tls_certificate else "http"
    where = f"{scheme}://{settings.host}:{settings.port}"
    if not StickerService.database_path(settings.data_dir).exists():
        return Finding("http", True, f"{where}; no keys yet: stickerface keys add NAME")
    try:
        async with await StickerService.open(settings.data_dir) as service:
            valid = [key for key in await service.keys.all() if service.keys.is_valid(key)]
    except StorageError:
        return Finding("http", True, where)  # the line on the database says what is wrong
    told = f"{len(valid)} valid keys" if valid else "no keys yet: stickerface keys add NAME"
    return Finding("http", True, f"{where}; {told}")


def _weights(settings: Settings) -> Finding:
    try:
        report = best_report(settings)
    except EngineError as error:
        return Finding("weights", False, str(error))
    is_damaged = any(each.state is FileState.DAMAGED for each in report.roles)
    is_needed = settings.engine == "diffusion"
    return Finding("weights", not is_damaged and (report.is_complete or not is_needed), sentence(report))


def _matting(settings: Settings) -> Finding:
    """Which network cuts people out; the engine's line says whether it runs."""
    folder, has_rembg = matte_model_dir(settings.weights_folder), importlib.util.find_spec("rembg") is not None
    model = find_model(folder) if folder else None
    if model is None:
        steps = ([] if has_rembg else ["pip install '.[matte]'"]) + ["stickerface download --model matte"]
        return Finding("cut-outs", True, f"by the small network that comes along; finer ones: {', then '.join(steps)}")
    if not has_rembg:
        return Finding("cut-outs", False, f"{model} is not used: pip install '.[matte]'")
    return Finding("cut-outs", True, f"by {model.stem}")


def _engine(settings: Settings) -> Finding:
    try:
        engine = choose_engine(settings, warms_up=False)
        engine.load()
        try:
            started = time.perf_counter()
            photo = (files("cli.demo") / "astronaut.jpg").read_bytes()
            asked = _TRIAL if engine.name == "diffusion" else {}
            outcome = engine.generate([StickerRequest({FACE: (photo,)}, "toon", 1, parameters=asked)], go_on)[0]
            seconds = time.perf_counter() - started
        finally:
            engine.close()
    except EngineError as error:
        return Finding("engine", False, str(error) or error.code)
    if isinstance(outcome, EngineError):
        return Finding("engine", False, f"{engine.name}: the test photo gave {outcome.code}")
    kind = f"a trial of {_TRIAL['steps']} steps at {_TRIAL['width']} px" if asked else "a sticker"
    hint = ""
    if engine.name == "diffusion":
        from engine.diffusion.device import onnx_on_cpu_hint

        hint = onnx_on_cpu_hint()
    return Finding("engine", True, f"{engine.name}, {kind} in {seconds:.2f} s{hint}")


async def _cluster(settings: Settings) -> Finding:
    """Whether engines could be started elsewhere: Ray is here, and the head of its cluster takes connections."""
    if importlib.util.find_spec("ray") is None:
        return Finding("cluster", False, "POOL=ray needs ray: pip install 'stickerface[cluster]'")
    ray = f"ray {version('ray')}"
    if not settings.ray_address:
        return Finding("cluster", True, f"{ray}; one of this machine alone, started with the process")
    host, _, port = settings.ray_address.rpartition(":")
    try:
        async with asyncio.timeout(_TIMEOUT.total):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
    except (OSError, OverflowError):  # TimeoutError is one
        return Finding("cluster", False, f"RAY_ADDRESS {settings.ray_address} does not answer")
    return Finding("cluster", True, f"{ray}; {settings.ray_address} answers; its version must be the same")


async def _token(settings: Settings) -> Finding:
    url = f"{settings.telegram_api_url}/bot{settings.telegram_bot_token.get_secret_value()}/getMe"
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(url) as response:
            answer = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        # The exception's text holds the address, and that holds the token.
        return Finding("token", False, f"{settings.telegram_api_url} does not answer")
    if not isinstance(answer, dict) or not answer.get("ok"):
        return Finding("token", False, "Telegram does not know this token; copy it again from @BotFather")
    return Finding("token", True, f"@{answer['result'].get('username')}")
