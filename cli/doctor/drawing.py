"""What draws: weights, libraries, cut-outs, fonts, and one sticker really drawn."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from importlib.resources import files

from cli.compose import best_report, choose_engine, matte_model_dir, missing_libraries
from cli.doctor.findings import Finding, note, problem, well
from cli.download.listing import sentence
from cli.settings import EngineSettings
from engine.errors import EngineError
from engine.fonts import unwritable
from engine.matte import find_model
from engine.model import FACE
from engine.types import StickerRequest, go_on
from engine.weights_lock import LOCK_NAME, FileState

_TRIAL = {"steps": 2, "width": 256, "height": 256}  # on a CPU a whole sticker takes minutes
_SCRIPTS = {"emoji": "😀", "Chinese": "漢字", "Japanese": "かな", "Korean": "한글", "Arabic": "عربي", "Hebrew": "עברית"}


def check_drawing(settings: EngineSettings) -> Iterator[Finding]:
    """Look at everything that makes a sticker out of a photo. Blocks while it draws."""
    if settings.engine == "diffusion" or (settings.weights_folder / LOCK_NAME).exists():
        yield check_weights(settings)
    yield _matte(settings)
    yield _fonts()
    yield check_engine(settings)


def check_weights(settings: EngineSettings) -> Finding:
    """Look at the files of the diffusion engine and what reads them."""
    try:
        report = best_report(settings)
    except EngineError as error:
        return problem("weights", str(error), "stickerface download --check")
    is_damaged = any(each.state is FileState.DAMAGED for each in report.roles)
    is_needed = settings.engine == "diffusion"
    if is_damaged or (is_needed and not report.is_complete):
        return problem("weights", sentence(report), "stickerface download --check" if is_damaged else "")
    missing = missing_libraries()
    if report.is_complete and missing and settings.engine != "portrait":
        text = f"they are here, and {', '.join(missing)} is not: the portrait engine draws"
        return note("weights", text, "pip install '.[diffusion]'")
    return well("weights", sentence(report))


def check_engine(settings: EngineSettings) -> Finding:
    """Draw one sticker; with networks a small trial of it."""
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
        return problem("engine", str(error) or error.code, "ENGINE=portrait draws everywhere")
    if isinstance(outcome, EngineError):
        return problem("engine", f"{engine.name}: the test photo gave {outcome.code}", "LOG_LEVEL=DEBUG, and once more")
    kind = f"a trial of {_TRIAL['steps']} steps at {_TRIAL['width']} px" if asked else "a sticker"
    hint = ""
    if engine.name == "diffusion":
        from engine.diffusion.device import onnx_on_cpu_hint

        hint = onnx_on_cpu_hint()
    return well("engine", f"{engine.name}, {kind} in {seconds:.2f} s{hint}")


def _matte(settings: EngineSettings) -> Finding:
    """Say which network cuts people out; the engine's line says whether it runs."""
    folder, has_rembg = matte_model_dir(settings.weights_folder), importlib.util.find_spec("rembg") is not None
    model = find_model(folder) if folder else None
    if model is None:
        steps = ([] if has_rembg else ["pip install '.[matte]'"]) + ["stickerface download --model matte"]
        return well("cut-outs", "by the small network that comes along", f"finer ones: {', then '.join(steps)}")
    if not has_rembg:
        return problem("cut-outs", f"{model} is not used: rembg is not installed", "pip install '.[matte]'")
    return well("cut-outs", f"by {model.stem}")


def _fonts() -> Finding:
    """Say which scripts can be written on stickers, beside Latin, Cyrillic and Greek, which always can."""
    missing = [script for script, letters in _SCRIPTS.items() if unwritable(letters)]
    if missing:
        text = f"no text on stickers with {', '.join(missing)}"
        return note("fonts", text, "apt-get install fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji")
    return well("fonts", f"Latin, Cyrillic, Greek, {', '.join(_SCRIPTS)}")
