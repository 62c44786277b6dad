"""`stickerface make`: photos in, stickers out, without chat, queue or database."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.progress import Progress

from cli.compose import choose_engine
from cli.sentences import sentence
from cli.settings import EngineSettings
from engine.errors import EngineError, ParameterRefused
from engine.model import FACE, Model, ResultFile
from engine.models import DEFAULT_MODEL, MODELS
from engine.parameters import Parameter, Value
from engine.types import Engine, Outline, OutlineWidth, Shape, Step, StickerRequest, StickerResult
from service.errors import PhotoRefused
from service.limits import MAX_SEED
from service.photos import read_photo

_ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".bmp", ".tif", ".tiff", ".avif"}
_DEFAULT = MODELS[DEFAULT_MODEL]
_console = Console(stderr=True, markup=False, emoji=False, highlight=False, soft_wrap=True)


class StickerFailed(Exception):
    """One photo gave no sticker; the text says why."""


@dataclass(frozen=True, slots=True)
class MakeOptions:
    """Options for every photo of the run. `seed` None draws another one for each.

    A model of several photos takes those of a folder, or all that are given by name, as photos of one person.
    `is_png`: files that every program opens, in place of Telegram's WebP.
    """

    model: Model
    style: str
    seed: int | None
    prompt: str
    shape: Shape
    parameters: Mapping[str, Value]
    text: str = ""
    outline: Outline = Outline.AUTO
    outline_width: OutlineWidth = OutlineWidth.NORMAL
    is_png: bool = False


def make_stickers(photos: list[Path], out: Path, settings: EngineSettings, options: MakeOptions) -> int:
    """Make a sticker per photo; returns the exit code: 0, 1 where some failed, 2 where there is nothing to do."""
    found = _people(photos, options.model)
    if not found:
        _console.print("no photos found")
        return 2
    out.mkdir(parents=True, exist_ok=True)
    try:
        engine = choose_engine(settings)
        with _console.status(f"loading the {engine.name} engine"):
            engine.load()
    except EngineError as error:
        _console.print(str(error))
        return 1
    if options.model.name not in engine.models:
        _console.print(f"the {engine.name} engine draws no {options.model.name}: choose another with --engine")
        engine.close()
        return 2
    if unused := sorted(set(options.parameters) - engine.parameters):
        _console.print(f"not used by the {engine.name} engine: {', '.join(unused)}")
    with closing(engine), Progress(console=_console, transient=True) as progress:
        made = [
            _make_files(engine, paths, out, options, progress)
            for paths in progress.track(found, description="Stickers")
        ]
    return 0 if all(made) else 1


def _people(photos: list[Path], model: Model) -> list[list[Path]]:
    """Return the photos of each sticker: one each, or those of one person together."""
    if model.name == DEFAULT_MODEL or next(each.most for each in model.inputs if each.name == FACE) == 1:
        return [[path] for path in _expand(photos)]
    folders = [list(_expand([path])) for path in photos if path.is_dir()]
    return [paths for paths in ([path for path in photos if not path.is_dir()], *folders) if paths]


def _make_files(engine: Engine, paths: list[Path], out: Path, options: MakeOptions, progress: Progress) -> bool:
    """Write the stickers of a person's photos; return False, after saying why, where there is none."""
    try:
        result = _draw(engine, paths, options, progress)
    except StickerFailed as reason:
        _console.print(f"{paths[0]}: {reason}")
        return False
    path = paths[0]
    if result.stickers:
        target = _free_name(out / f"{path.stem}-{options.model.name}")
        target.mkdir()
        for number, name in enumerate(result.stickers, 1):
            _write_sticker(target / f"{number:02}-{name}", result.files[name], options)
        (target / ResultFile.SHEET).write_bytes(result.files[ResultFile.SHEET])
        print(f"{target}  {len(result.stickers)} stickers, style {result.style}, seed {result.seed}")
    else:
        target = _free_name(out / f"{path.stem}.{'png' if options.is_png else 'webp'}")
        _write_sticker(target, result.files[ResultFile.STICKER], options)
        print(f"{target}  style {result.style}, seed {result.seed}, {result.shape}")
    return True


def _write_sticker(target: Path, webp: bytes, options: MakeOptions) -> None:
    if not options.is_png:
        target.write_bytes(webp)
        return
    with Image.open(io.BytesIO(webp)) as sticker:
        sticker.save(target.with_suffix(".png"), optimize=True)


def _draw(engine: Engine, paths: list[Path], options: MakeOptions, progress: Progress) -> StickerResult:
    path = paths[0]
    try:
        photos = tuple(read_photo(each.read_bytes()).data for each in paths)
    except OSError as error:
        raise StickerFailed(error.strerror or str(error)) from error
    except PhotoRefused as refusal:
        raise StickerFailed(sentence(refusal.code)) from refusal
    request = StickerRequest(
        inputs={FACE: photos},
        model=options.model.name,
        style=options.style,
        seed=options.seed if options.seed is not None else secrets.randbelow(MAX_SEED + 1),
        prompt=options.prompt,
        shape=options.shape,
        parameters=options.parameters,
        only_stickers=True,
        text=options.text,
        outline=options.outline,
        outline_width=options.outline_width,
    )
    steps = progress.add_task(path.name, total=None)

    def on_step(_index: int, step: Step) -> bool:
        progress.update(steps, completed=step.done, total=step.total, description=f"{path.name}: {step.phase}")
        return True

    outcome = engine.generate([request], on_step)[0]
    progress.remove_task(steps)
    if isinstance(outcome, EngineError):
        raise StickerFailed(sentence(outcome.code)) from outcome
    return outcome


def read_assignments(assignments: Sequence[str], model: Model = _DEFAULT) -> dict[str, Value]:
    """Read `name=value` words as the parameters of `model`. Raises `ParameterRefused`."""
    values: dict[str, Value] = {}
    for assignment in assignments:
        name, _, text = assignment.partition("=")
        known = model.parameters.get(name.strip())
        if known is None:
            raise ParameterRefused(name, f"is none of {', '.join(model.parameters)}")
        values[known.name] = known.read(_typed(known, text.strip()))
    return values


def _typed(known: Parameter, text: str) -> object:
    """Return the text as JSON reads it; what is no JSON is a word."""
    if known.kind is str:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def parameter_lines(model: Model = _DEFAULT) -> Iterator[str]:
    """Return the table of parameters of `model`, one line each."""
    for each in model.parameters.values():
        limits = f"{each.minimum:g} to {each.maximum:g}" if each.minimum is not None else ", ".join(each.choices)
        yield f"{each.name:<22} {json.dumps(each.default):<8} {limits:<14} {each.meaning}"


def _expand(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(entry for entry in path.iterdir() if entry.suffix.lower() in _ENDINGS)
        else:
            yield path


def _free_name(wanted: Path) -> Path:
    """Return `name.webp`, or `name-2.webp` ...: nothing of this run or an earlier one is overwritten."""
    target, number = wanted, 2
    while target.exists():
        target, number = wanted.with_stem(f"{wanted.stem}-{number}"), number + 1
    return target
