"""`stickerface make`: photos in, stickers out, without chat, queue or database."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.progress import Progress

from cli.compose import choose_engine
from cli.logs import set_up_logging
from cli.photo_files import FoundPhotos, PhotoSet, find_photos
from cli.sentences import sentence
from cli.settings import EngineSettings
from engine.errors import DrawingFailed, EngineDead, EngineError, NoFace, ParameterRefused
from engine.model import FACE, Model, ResultFile
from engine.models import DEFAULT_MODEL, MODELS, SHEETS
from engine.parameters import Parameter, Value
from engine.portrait.engine import PortraitEngine
from engine.types import Engine, Note, Outline, OutlineWidth, Shape, Step, StickerRequest, StickerResult
from service.errors import PhotoRefused
from service.limits import MAX_PHOTO_BYTES, MAX_SEED
from service.photos import read_photo

logger = logging.getLogger(__name__)

EXIT_OK, EXIT_SOME_FAILED, EXIT_NOTHING_TO_DO, EXIT_INTERRUPTED = 0, 1, 2, 130
_DEFAULT = MODELS[DEFAULT_MODEL]
_NO_USE_GOING_ON = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
_SEVERAL = ("num_images", "num_samples")  # parameters of how many stickers one person gets
_MANY = 20  # photos: their failures have scrolled away at the end
_console = Console(stderr=True, markup=False, emoji=False, highlight=False, soft_wrap=True)

# What the engine did with one photo, behind its line.
_OF_A_PHOTO = {
    Note.BADGE_FALLBACK: "the outline was not clear enough to cut out, so this is a badge",
    Note.NO_FACE: "no face, so this is what stands out most",
    Note.SEVERAL_FACES: "several faces: the largest (--set face_index=1 takes another)",
    Note.PHOTOS_WITHOUT_FACE: "photos without a face were left out",
    Note.OTHER_PERSON: "photos of somebody else were left out",
    Note.BEST_PHOTO: "the best of the photos",
}
# What it did with the words, once for all photos.
_OF_THE_PROMPT = {
    Note.PROMPT_AS_STYLE: "--prompt: the style was taken from the words",
    Note.PROMPT_IGNORED: "--prompt was ignored: this engine cannot draw what words say, it takes a style from them",
}


class StickerFailed(Exception):
    """One photo gave no sticker; the text says why."""


class GivenUp(Exception):
    """No further photo would fare better; the text says why."""


@dataclass(frozen=True, slots=True)
class MakeOptions:
    """Options for every photo of the run. `seed` None draws another one for each.

    A model of several photos takes those of a folder, or all that are given by name, as photos of one person.
    `is_png`: files that every program opens, in place of Telegram's WebP. `is_recursive`: photos of folders in folders,
    too. `skips_existing`: not those whose sticker is there.
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
    is_recursive: bool = False
    skips_existing: bool = False
    is_verbose: bool = False


def make_stickers(photos: list[Path], out: Path, settings: EngineSettings, options: MakeOptions) -> int:
    """Make a sticker per photo; return the exit code.

    0, 1 where some failed, 2 where there is nothing to do, 130 after Ctrl-C: what is made by then stays.
    """
    is_debug = options.is_verbose or settings.log_level == "DEBUG"
    # INFO is the setting's default, and here one line per photo says what there is to say.
    set_up_logging("DEBUG" if is_debug else "ERROR" if settings.log_level == "ERROR" else "WARNING")
    logging.getLogger("PIL").setLevel(logging.INFO)  # it prints every chunk of a file
    found = find_photos(
        photos, is_recursive=options.is_recursive, are_one_person=_are_one_person(options.model), leave_out=out
    )
    for path, reason in found.unreadable.items():
        _failed(path, reason)
    if not found.sets:
        _console.print(_no_photos(photos, found))
        return EXIT_NOTHING_TO_DO
    if refused := _out_refused(out):
        _console.print(refused)
        return EXIT_NOTHING_TO_DO
    try:
        engine = choose_engine(settings)
        with _console.status(f"loading the {engine.name} engine"):
            engine.load()
    except EngineError as error:
        _console.print(f"✗ {error}")
        return EXIT_SOME_FAILED
    except KeyboardInterrupt:
        _console.print("Stopped before the first photo.")
        return EXIT_INTERRUPTED
    with closing(engine):
        if options.model.name not in engine.models:
            _console.print(f"the {engine.name} engine draws no {options.model.name}: choose another with --engine")
            return EXIT_NOTHING_TO_DO
        if unused := sorted(set(options.parameters) - engine.parameters):
            _console.print(f"not used by the {engine.name} engine: {', '.join(unused)}")
        logger.debug("engine %s, model %s, device %s", engine.name, options.model.name, settings.device)
        return _Run(engine, out, options, is_debug=is_debug).make_all(found)


def _are_one_person(model: Model) -> bool:
    """Whether a sticker of this model is made of several photos, where it is not the default model."""
    return model.name != DEFAULT_MODEL and next(each.most for each in model.inputs if each.name == FACE) != 1


def _no_photos(named: Sequence[Path], found: FoundPhotos) -> str:
    folders = ", ".join(str(path) for path in named)
    below = f"; -r also looks into the {_counted(found.folders, 'folder')} below" if found.folders else ""
    return f"{folders}: no photos found (JPEG, PNG, WebP, HEIC, AVIF, BMP, TIFF){below}"


def _out_refused(out: Path) -> str:
    """Make the folder for the stickers; return why it cannot be used, "" where it can."""
    if out.exists() and not out.is_dir():
        return f"-o {out} is a file: name a folder, and every sticker gets its photo's name in it"
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"-o {out}: the folder cannot be made ({error.strerror})"
    return "" if os.access(out, os.W_OK | os.X_OK) else f"-o {out}: the folder cannot be written to"


def _failed(path: Path, reason: str) -> None:
    _console.print(f"✗ {path}: {reason}")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


class _Run:
    """All photos of one command, one after the other."""

    def __init__(self, engine: Engine, out: Path, options: MakeOptions, *, is_debug: bool) -> None:
        self._engine = engine
        self._out = out
        self._options = options
        # Lines of the log would tear the bars.
        self._progress = Progress(console=_console, transient=True, disable=is_debug or not _console.is_terminal)
        self._taken: set[Path] = set()  # names that photos of this run have, made or skipped
        self._said: set[Note] = set()
        self._failures: dict[Path, str] = {}
        self._counts = Counter[str]()

    def make_all(self, found: FoundPhotos) -> int:
        """Make the stickers and say how it went; return the exit code."""
        self._failures.update(found.unreadable)
        ended, code = "", EXIT_OK
        with self._progress:
            try:
                for photos in self._progress.track(found.sets, description="Stickers"):
                    self._make(photos)
            except KeyboardInterrupt:
                ended, code = "Stopped; --skip-existing goes on from here.", EXIT_INTERRUPTED
            except GivenUp as reason:
                ended, code = f"✗ {reason}", EXIT_SOME_FAILED
        self._summarize(len(found.sets), ended)
        if found.folders and not self._options.is_recursive:
            _console.print(f"{_counted(found.folders, 'folder')} below not looked into: -r does.")
        return code or (EXIT_SOME_FAILED if self._failures else EXIT_OK)

    def _summarize(self, asked: int, ended: str) -> None:
        counts = self._counts
        if ended:
            _console.print(ended)
        if asked == 1 and not ended:
            return
        parts = [f"✓ {_counted(counts['stickers'], 'sticker')} in {self._out}"]
        parts += [f"{_counted(counts['skipped'], 'photo')} skipped, for the sticker is there"] * bool(counts["skipped"])
        parts += [f"✗ {len(self._failures)} failed"] * bool(self._failures)
        left = asked - counts["tried"]
        parts += [f"{_counted(left, 'photo')} not tried"] * bool(left)
        _console.print("; ".join(parts))
        if asked > _MANY:
            for path, reason in self._failures.items():
                _failed(path, reason)

    def _make(self, photos: PhotoSet) -> None:
        """Write the stickers of a person's photos, or say why there is none. Raises `GivenUp`."""
        self._counts["tried"] += 1
        path = photos.paths[0]
        options = self._options
        has_several = options.model.name in SHEETS or any(options.parameters.get(name, 1) != 1 for name in _SEVERAL)
        target, is_there = self._target(photos, is_folder=has_several)
        if is_there:
            self._counts["skipped"] += 1
            return
        try:
            result = self._draw(photos)
            self._write(target, result)
        except StickerFailed as reason:
            self._failures[path] = str(reason)
            _failed(path, str(reason))
            return
        self._counts["stickers"] += len(result.stickers) or 1
        self._tell(path, target, result)

    def _target(self, photos: PhotoSet, *, is_folder: bool) -> tuple[Path, bool]:
        """Return the file for a sticker, or the folder for several, and whether it is there and that is enough.

        A name that is taken, in this run or by an earlier one, gets a number: nothing is overwritten.
        """
        stem = photos.paths[0].stem
        name, ending = (f"{stem}-{self._options.model.name}", "") if is_folder else (stem, _ending(self._options))
        for number in count(1):
            target = self._out / photos.below / f"{name}{f'-{number}' if number > 1 else ''}{ending}"
            if target in self._taken:
                continue
            is_there = target.is_symlink() or target.exists()
            if self._options.skips_existing or not is_there:
                break
        self._taken.add(target)
        return target, is_there

    def _draw(self, photos: PhotoSet) -> StickerResult:
        """Return what the engine makes of the photos. Raises `StickerFailed`, `GivenUp`."""
        path, options = photos.paths[0], self._options
        faces = tuple(_read(each) for each in photos.paths)
        request = StickerRequest(
            inputs={FACE: faces},
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
        steps = self._progress.add_task(path.name, total=None)

        def on_step(_index: int, step: Step) -> bool:
            self._progress.update(
                steps, completed=step.done, total=step.total, description=f"{path.name}: {step.phase}"
            )
            return True

        try:
            outcome = self._engine.generate([request], on_step)[0]
        except EngineDead as error:
            raise GivenUp(f"{path}: {sentence(error.code)}") from error
        finally:
            self._progress.remove_task(steps)
        if isinstance(outcome, EngineError):
            logger.debug("%s: %s", path, outcome.code, exc_info=outcome)
            raise StickerFailed(sentence(outcome.code) + self._advice(outcome)) from outcome
        timings = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in outcome.timings.items())
        notes = ", ".join(outcome.notes) or "none"
        logger.debug("%s: seed %d, shape %s, notes: %s; %s", path, outcome.seed, outcome.shape, notes, timings)
        return outcome

    def _advice(self, error: EngineError) -> str:
        if isinstance(error, DrawingFailed) and not logger.isEnabledFor(logging.DEBUG):
            return "; -v shows why"
        if isinstance(error, NoFace) and self._options.model.name == DEFAULT_MODEL:
            return "; --set allow_no_face=true takes what stands out"
        return ""

    def _write(self, target: Path, result: StickerResult) -> None:
        """Write a sticker, or a folder of them: whole, or not at all. Raises `StickerFailed`, `GivenUp`."""
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                if not result.stickers:
                    target.write_bytes(_encoded(result.files[ResultFile.STICKER], self._options))
                    return
                target.mkdir()
                for number, name in enumerate(result.stickers, 1):
                    file = (target / f"{number:02}-{name}").with_suffix(_ending(self._options))
                    file.write_bytes(_encoded(result.files[name], self._options))
                (target / ResultFile.SHEET).write_bytes(result.files[ResultFile.SHEET])
            except BaseException:  # Ctrl-C, too
                if target.is_dir():
                    shutil.rmtree(target, ignore_errors=True)
                else:
                    target.unlink(missing_ok=True)
                raise
        except OSError as error:
            reason = f"{target} cannot be written ({error.strerror})"
            raise (GivenUp if error.errno in _NO_USE_GOING_ON else StickerFailed)(reason) from error

    def _tell(self, path: Path, target: Path, result: StickerResult) -> None:
        """Print a sticker's line, and what the engine did otherwise than was asked."""
        made = f"{len(result.stickers)} stickers, " if result.stickers else ""
        shape = "" if result.stickers else f", {result.shape}"
        is_renamed = not target.stem.endswith((path.stem, f"{path.stem}-{self._options.model.name}"))
        notes = [_OF_A_PHOTO[note] for note in result.notes if note in _OF_A_PHOTO]
        if Note.NO_FACE in result.notes and result.shape is Shape.BADGE:
            notes = ["no face and nothing that stands out clearly, so this is a badge of the whole picture"]
        line = f"{target}  {made}style {result.style}, seed {result.seed}{shape}"
        line += f", of {path}" if is_renamed else ""
        print("; ".join([line, *notes]), flush=True)
        for note in result.notes:
            if note in _OF_THE_PROMPT and note not in self._said:
                self._said.add(note)
                _console.print(_OF_THE_PROMPT[note])


def _read(path: Path) -> bytes:
    """Return a photo as engines take it. Raises `StickerFailed`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PHOTO_BYTES + 1)  # /dev/zero has no end
        photo = read_photo(data)
    except OSError as error:
        raise StickerFailed(error.strerror or str(error)) from error
    except PhotoRefused as refusal:
        logger.debug("%s: %s", path, refusal.code, exc_info=refusal)
        raise StickerFailed(sentence(refusal.code)) from refusal
    logger.debug("%s: %d bytes, read as %d x %d px %s", path, len(data), photo.width, photo.height, photo.suffix)
    return photo.data


def _ending(options: MakeOptions) -> str:
    return ".png" if options.is_png else ".webp"


def _encoded(webp: bytes, options: MakeOptions) -> bytes:
    if not options.is_png:
        return webp
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(webp)) as sticker:
        sticker.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def read_assignments(assignments: Sequence[str], model: Model = _DEFAULT) -> dict[str, Value]:
    """Read `name=value` words as the parameters of `model`. Raises `ParameterRefused`."""
    values: dict[str, Value] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.strip():
            raise ParameterRefused(assignment, "expected name=value")
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
    """Return the table of parameters of `model`, one line each, under the engines that they change anything with."""
    of_both = PortraitEngine.parameters if model.name in PortraitEngine.models else frozenset[str]()
    for title, names in (
        ("with both engines, portrait and diffusion", [name for name in model.parameters if name in of_both]),
        ("with the diffusion engine alone", [name for name in model.parameters if name not in of_both]),
    ):
        if names:
            yield f"{model.name} {title}:"
        for each in (model.parameters[name] for name in names):
            limits = f"{each.minimum:g} to {each.maximum:g}" if each.minimum is not None else ", ".join(each.choices)
            yield f"{each.name:<22} {json.dumps(each.default):<8} {limits:<14} {each.meaning}"
