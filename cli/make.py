"""`stickerface make`: photos in, stickers out, without chat, queue or database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.progress import track

from cli.compose import matte_dir
from cli.sentences import sentence
from engine.classic.engine import ClassicEngine
from engine.errors import EngineError
from engine.types import Shape, StickerRequest, StickerResult, go_on
from service.errors import PhotoRefused
from service.limits import MAX_SEED
from service.photos import read_photo

_ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".bmp", ".tif", ".tiff", ".avif"}
_console = Console(stderr=True)


class Refused(Exception):
    """One photo gave no sticker; the text says why."""


def make_stickers(photos: list[Path], out: Path, *, style: str, seed: int | None, prompt: str, shape: str) -> int:
    """Make a sticker per photo; returns the exit code: 0, 1 where some failed, 2 where the request makes no sense."""
    try:
        wanted = Shape(shape.lower())
    except ValueError:
        _console.print(f"--shape {shape}: expected auto, cutout or badge")
        return 2
    found = list(_expand(photos))
    if not found:
        _console.print("no photos found")
        return 2
    out.mkdir(parents=True, exist_ok=True)
    engine = ClassicEngine(matte_dir(Path("data/weights")))
    engine.load()
    failed = 0
    with closing(engine):
        for path in track(found, "Stickers", console=_console, disable=len(found) == 1):
            request_seed = seed if seed is not None else secrets.randbelow(MAX_SEED + 1)
            try:
                result = _make(engine, path, style, request_seed, prompt, wanted)
            except Refused as reason:
                failed += 1
                _console.print(f"{path}: {reason}", highlight=False)
                continue
            target = _free_name(out, path)
            target.write_bytes(result.webp)
            print(f"{target}  style {result.style}, seed {result.seed}, {result.shape}")
    return 1 if failed else 0


def _make(engine: ClassicEngine, path: Path, style: str, seed: int, prompt: str, shape: Shape) -> StickerResult:
    try:
        photo = read_photo(path.read_bytes())
    except OSError as error:
        raise Refused(error.strerror or str(error)) from error
    except PhotoRefused as refusal:
        raise Refused(sentence(refusal.code)) from refusal
    request = StickerRequest(photos=(photo.data,), style=style, seed=seed, prompt=prompt, shape=shape)
    outcome = engine.generate([request], go_on)[0]
    if isinstance(outcome, EngineError):
        raise Refused(sentence(outcome.code)) from outcome
    return outcome


def _expand(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(entry for entry in path.iterdir() if entry.suffix.lower() in _ENDINGS)
        else:
            yield path


def _free_name(out: Path, photo: Path) -> Path:
    """`name.webp`; a second photo of the same name in one run or an earlier one is not overwritten."""
    target, number = out / f"{photo.stem}.webp", 2
    while target.exists():
        target, number = out / f"{photo.stem}-{number}.webp", number + 1
    return target
