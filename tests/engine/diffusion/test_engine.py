"""The engine around face-to-sticker: order, batches, stops, short memory, a lost device, what is missing."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine.diffusion.compile import GraphShape, has_c_compiler
from engine.diffusion.device import choose_device
from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.failures import is_memory_short
from engine.diffusion.model import ModelOptions
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths
from engine.diffusion.tiny.face_to_sticker import build_paths
from engine.diffusion.tiny.photomaker import build_paths as build_photomaker
from engine.errors import (
    Cancelled,
    DrawingFailed,
    EngineDead,
    EngineError,
    EngineUnavailable,
    NoFace,
    ParameterRefused,
    PhotoUnusable,
    UnknownStyle,
    UnsupportedModel,
)
from engine.model import FACE, ResultFile
from engine.models import open_models
from engine.types import Note, Shape, Step, StickerRequest, StickerResult
from tests.engine.diffusion.whole import networks_of, photo, request


@pytest.fixture(scope="module")
def whole_paths(tmp_path_factory: pytest.TempPathFactory) -> FaceToStickerPaths:
    return build_paths(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def engine(whole_paths: FaceToStickerPaths) -> Iterator[DiffusionEngine]:
    engine = DiffusionEngine([FaceToSticker(whole_paths)], device="cpu", max_batch=4)
    engine.load()
    yield engine
    engine.close()


def draw(engine: DiffusionEngine, *requests: StickerRequest) -> list[StickerResult | EngineError]:
    return engine.generate(requests, lambda index, step: True)


def codes(outcomes: list[StickerResult | EngineError]) -> list[str]:
    return [each.code if isinstance(each, EngineError) else "done" for each in outcomes]


@contextmanager
def before_each_call(network: Any, tell: Callable[[Any], None]) -> Iterator[None]:
    """`tell` the first argument of each call of `network`; what it raises, the network raises."""
    handle = network.register_forward_pre_hook(lambda module, arguments: tell(arguments[0]))
    try:
        yield
    finally:
        handle.remove()


def test_what_was_drawn_before_is_finished_again_without_drawing(engine: DiffusionEngine) -> None:
    (made,) = draw(engine, request(seed=7))
    assert isinstance(made, StickerResult)
    drawn = made.files[ResultFile.CUTOUT]
    no_face = replace(request(seed=7), inputs={FACE: (b"no photo",)}, text="LOL", drawn=drawn)

    again, broken = draw(engine, no_face, replace(no_face, drawn=b"no picture"))

    assert isinstance(again, StickerResult)
    assert again.files[ResultFile.STICKER] != made.files[ResultFile.STICKER]
    assert "draw" not in again.timings
    assert codes([broken]) == ["photo_unusable"]
    assert engine.is_at_hand(no_face)


def test_a_request_becomes_a_sticker_for_telegram(engine: DiffusionEngine) -> None:
    (made,) = draw(engine, request(seed=7, style="comic"))
    assert isinstance(made, StickerResult)
    with (
        Image.open(io.BytesIO(made.files[ResultFile.STICKER])) as webp,
        Image.open(io.BytesIO(made.files[ResultFile.PICTURE])) as picture,
    ):
        assert (webp.format, max(webp.size), webp.mode) == ("WEBP", 512, "RGBA")
        assert picture.size == (256, 256)
    assert (made.seed, made.style, made.is_safe) == (7, "comic", True)
    assert set(made.timings) == {
        "face", "draw", "upscale", "check", "wait", "likeness", "cutout", "finish"
    }  # fmt: skip


def test_without_a_matte_network_the_sticker_is_a_badge_and_says_so(engine: DiffusionEngine) -> None:
    (made,) = draw(engine, request())
    assert isinstance(made, StickerResult)
    assert (made.shape, made.notes) == (Shape.BADGE, (Note.BADGE_FALLBACK,))


def test_what_is_wrong_stays_in_its_place_and_harms_no_neighbour(engine: DiffusionEngine) -> None:
    outcomes = draw(
        engine,
        request(1),
        replace(request(), inputs={FACE: (photo(has_face=False),)}),
        replace(request(), inputs={FACE: (b"no photo",)}),
        replace(request(), model="photomaker"),
        request(style="baroque"),
        request(guidance=99),
        request(2),
    )
    assert [type(each) for each in outcomes[1:5]] == [NoFace, PhotoUnusable, UnsupportedModel, UnknownStyle]
    refused = outcomes[5]
    assert isinstance(refused, ParameterRefused) and not refused.retryable and refused.name == "guidance"
    assert codes(outcomes)[::6] == ["done", "done"]


def test_progress_counts_up_to_a_total_that_stays(engine: DiffusionEngine) -> None:
    steps: list[Step] = []
    engine.generate([request(steps=3)], lambda index, step: steps.append(step) or True)
    assert [(step.phase, step.done) for step in steps] == [
        ("face", 0), ("draw", 1), ("draw", 2), ("draw", 3), ("cutout", 4), ("finish", 5)
    ]  # fmt: skip
    assert {step.total for step in steps} == {6}


def test_a_stop_is_heard_within_one_step(engine: DiffusionEngine) -> None:
    told: list[int] = []
    (outcome,) = engine.generate([request(steps=10)], lambda index, step: told.append(step.done) or step.done < 2)
    assert isinstance(outcome, Cancelled)
    assert told == [0, 1, 2]


def test_one_of_a_batch_stops_and_the_others_go_on(engine: DiffusionEngine) -> None:
    told: list[int] = []

    def on_step(index: int, step: Step) -> bool:
        told.append(index)
        return index != 1 or step.done < 1

    outcomes = engine.generate([request(seed=1), request(seed=2), request(seed=3)], on_step)
    assert codes(outcomes) == ["done", "cancelled", "done"]
    assert told.count(1) == 2  # its face and the step at which it stopped


def test_requests_of_one_size_and_schedule_share_the_loop(engine: DiffusionEngine) -> None:
    rows: list[int] = []
    with before_each_call(networks_of(engine).unet, lambda sample: rows.append(len(sample))):
        outcomes = draw(engine, request(seed=1), request(seed=2, steps=3), request(seed=3, guidance=1.0))
    assert codes(outcomes) == ["done"] * 3
    assert rows == [3] * 2 + [2] * 3  # a guided and an unguided picture, then the one with a schedule of its own


def test_long_and_short_texts_are_drawn_apart(engine: DiffusionEngine) -> None:
    long = "red, " * 100
    assert not engine.can_batch(request(1), request(1, prompt=long))
    assert engine.can_batch(request(1, prompt=long), request(2, prompt=long + "blue"))
    assert engine.can_batch(request(1), request(1, prompt="a king with a crown"))
    rows: list[tuple[int, int]] = []
    handle = networks_of(engine).unet.register_forward_pre_hook(
        lambda module, given, told: rows.append(told["encoder_hidden_states"].shape[:2]), with_kwargs=True
    )
    outcomes = draw(engine, request(seed=1), request(seed=2, negative_prompt=long), request(seed=3))
    handle.remove()
    assert codes(outcomes) == ["done"] * 3
    assert rows[0] == (4, 77) and rows[-1][0] == 2 and rows[-1][1] > 77


def test_a_text_that_nobody_would_read_is_refused_and_not_cut(engine: DiffusionEngine) -> None:
    outcomes = draw(engine, request(prompt="x" * 20_001), request(negative_prompt="x" * 20_001))
    assert [each.name for each in outcomes if isinstance(each, ParameterRefused)] == ["prompt", "negative_prompt"]


def test_short_memory_takes_the_kept_texts_too(engine: DiffusionEngine) -> None:
    caches = engine.loaded("face-to-sticker").caches
    kept: list[int] = []

    def fits_without_them(sample: torch.Tensor) -> None:
        kept.append(len(caches.texts))
        if kept[-1]:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with before_each_call(networks_of(engine).unet, fits_without_them):
        assert codes(draw(engine, request())) == ["done"]
    assert kept[0] > 0 and set(kept[1:]) == {0}


def test_can_batch_asks_for_equal_tensors_and_schedules_only(engine: DiffusionEngine) -> None:
    one = request(1)
    assert engine.can_batch(one, request(2, seed=9, prompt="a king", style="comic", guidance=2, ip_adapter_weight=1))
    for other in (request(steps=3), request(width=264), request(height=264), request(depth_context="text")):
        assert not engine.can_batch(one, other)
    assert engine.can_batch(one, replace(one, inputs={FACE: (photo(1), photo(2))}))  # the best is drawn
    assert not engine.can_batch(one, request(style="baroque"))


def test_a_batch_that_does_not_fit_is_drawn_one_by_one_with_a_tiled_vae(engine: DiffusionEngine) -> None:
    networks = networks_of(engine)
    is_tiled: list[bool] = []

    def fits_two_rows(sample: torch.Tensor) -> None:
        if len(sample) > 2:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with (
        before_each_call(networks.unet, fits_two_rows),
        before_each_call(networks.vae.decoder, lambda latents: is_tiled.append(networks.vae.use_tiling)),
    ):
        outcomes = draw(engine, request(seed=1), request(seed=2))
    assert codes(outcomes) == ["done", "done"]
    assert is_tiled and all(is_tiled)
    assert not networks.vae.use_tiling


def test_what_does_not_fit_alone_fails_alone(engine: DiffusionEngine) -> None:
    calls: list[int] = []

    def never_fits(sample: torch.Tensor) -> None:
        calls.append(len(sample))
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with before_each_call(networks_of(engine).unet, never_fits):
        (failed,) = draw(engine, request())
    assert calls == [2, 2]  # tried once more, not for ever
    assert isinstance(failed, DrawingFailed)
    assert codes(draw(engine, request())) == ["done"]


def test_a_stop_is_remembered_where_the_batch_is_drawn_once_more(engine: DiffusionEngine) -> None:
    told: list[int] = []

    def on_step(index: int, step: Step) -> bool:
        told.append(index)
        return index != 1 or step.done < 1

    def fails_at_the_second_step(sample: torch.Tensor) -> None:
        if told.count(1) == 2 and len(sample) > 2:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with before_each_call(networks_of(engine).unet, fails_at_the_second_step):
        outcomes = engine.generate([request(seed=1), request(seed=2)], on_step)
    assert codes(outcomes) == ["done", "cancelled"]
    assert told.count(1) == 2  # its face and the step at which it stopped


def test_one_that_is_short_of_memory_after_anothers_fault_gets_its_tiles(engine: DiffusionEngine) -> None:
    vae = networks_of(engine).vae

    def breaks_as_a_batch(sample: torch.Tensor) -> None:
        if len(sample) > 2:
            raise ValueError("surprise")

    def fits_in_tiles(latents: torch.Tensor) -> None:
        if not vae.use_tiling:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with (
        before_each_call(networks_of(engine).unet, breaks_as_a_batch),
        before_each_call(vae.decoder, fits_in_tiles),
    ):
        assert codes(draw(engine, request(seed=1), request(seed=2))) == ["done", "done"]


def test_the_host_says_in_its_own_words_that_memory_is_short() -> None:
    with pytest.raises(RuntimeError) as refused:
        torch.empty(10**15, dtype=torch.uint8)
    assert is_memory_short(refused.value)


def test_a_fault_of_one_member_leaves_the_others_their_stickers(engine: DiffusionEngine) -> None:
    def breaks_on_seed_2(sample: torch.Tensor) -> None:
        first = torch.randn(sample.shape[1:], generator=torch.Generator().manual_seed(2))
        if any(torch.allclose(row / row.std(), first / first.std(), atol=1e-3) for row in sample):
            raise ValueError("surprise")

    with before_each_call(networks_of(engine).unet, breaks_on_seed_2):
        outcomes = draw(engine, request(seed=1), request(seed=2), request(seed=3))
    assert codes(outcomes) == ["done", "drawing_failed", "done"]


def test_a_lost_device_is_a_dead_engine(engine: DiffusionEngine) -> None:
    def lost(sample: torch.Tensor) -> None:
        raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")

    with before_each_call(networks_of(engine).unet, lost), pytest.raises(EngineDead, match="illegal memory"):
        draw(engine, request())


def test_previews_come_every_few_steps_and_are_small(whole_paths: FaceToStickerPaths) -> None:
    engine = DiffusionEngine([FaceToSticker(whole_paths)], device="cpu", preview_every=2)
    engine.load()
    steps: list[Step] = []
    engine.generate([request(steps=5)], lambda index, step: steps.append(step) or True)
    assert [step.done for step in steps if step.preview] == [2, 4]
    with Image.open(io.BytesIO(steps[2].preview)) as preview:
        assert (preview.format, preview.size) == ("JPEG", (64, 64))


def test_what_the_checker_flags_is_black_and_has_no_preview(tmp_path: Path) -> None:
    engine = DiffusionEngine(
        [FaceToSticker(build_paths(tmp_path, flags_everything=True))], device="cpu", preview_every=1
    )
    engine.load()
    shown: list[int] = []
    flagged, unchecked = engine.generate(
        [request(), request(enable_safety_checker=False)],
        lambda index, step: (shown.append(index) if step.preview else None) or True,
    )
    assert isinstance(flagged, StickerResult) and isinstance(unchecked, StickerResult)
    assert (flagged.is_safe, unchecked.is_safe) == (False, True)
    for png in (flagged.files[ResultFile.PICTURE], flagged.files[ResultFile.CUTOUT]):
        with Image.open(io.BytesIO(png)) as picture:
            assert picture.convert("RGBA").getcolors() == [(256 * 256, (0, 0, 0, 255))]
    assert shown == [1]


def test_the_operator_can_run_without_a_checker(tmp_path: Path) -> None:
    paths = replace(build_paths(tmp_path), safety=None)
    with pytest.raises(EngineUnavailable, match="SAFETY_CHECKER"):
        DiffusionEngine([FaceToSticker(paths)], device="cpu").load()
    DiffusionEngine([FaceToSticker(paths, has_safety=False)], device="cpu").load()


def test_missing_weights_are_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"base \(missing\).*stickerface download"):
        open_models(ModelOptions(tmp_path))


def test_photomaker_starts_without_the_weights_of_any_other_model(tmp_path: Path) -> None:
    paths = build_photomaker(tmp_path / "networks")
    overrides = {
        "photomaker_adapter": str(paths.adapter),
        "photomaker_base": str(paths.bases["photomaker"]),
        "base_config": str(paths.bases["photomaker"]),
        "safety": str(paths.safety),
    }
    (tmp_path / "no matte").mkdir()  # a folder without a network: the picture stays whole
    (opened,) = open_models(ModelOptions(tmp_path, {**overrides, "matte": str(tmp_path / "no matte")}))
    engine = DiffusionEngine([opened], device="cpu")
    engine.load()
    assert engine.models == {"photomaker"}
    asked = replace(request(), model="photomaker", parameters={"width": 64, "height": 64, "steps": 2})
    (made,) = engine.generate([asked], lambda index, step: True)
    assert isinstance(made, StickerResult), made


def test_a_path_that_leads_nowhere_is_told_by_its_role(whole_paths: FaceToStickerPaths, tmp_path: Path) -> None:
    paths = replace(whole_paths, identity_net=tmp_path / "gone")
    with pytest.raises(EngineUnavailable, match="identity_net"):
        DiffusionEngine([FaceToSticker(paths)], device="cpu").load()


def test_networks_that_need_another_role_say_so(whole_paths: FaceToStickerPaths) -> None:
    paths = replace(whole_paths, depth_estimator=None, image_encoder=None, faces=None)
    with pytest.raises(EngineUnavailable, match="faces, image_encoder, depth_estimator"):
        DiffusionEngine([FaceToSticker(paths)], device="cpu").load()


def test_a_half_downloaded_file_is_told_and_not_a_traceback(whole_paths: FaceToStickerPaths, tmp_path: Path) -> None:
    assert whole_paths.plus_face_adapter is not None
    cut = tmp_path / "adapter.safetensors"
    cut.write_bytes(whole_paths.plus_face_adapter.read_bytes()[:1000])
    with pytest.raises(EngineUnavailable, match=r"adapter\.safetensors"):
        DiffusionEngine([FaceToSticker(replace(whole_paths, plus_face_adapter=cut))], device="cpu").load()


def test_a_device_that_is_not_there_is_told_by_name() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has the device")
    with pytest.raises(EngineUnavailable, match="DEVICE=cuda"):
        choose_device("cuda")


def test_on_the_cpu_everything_is_float32() -> None:
    assert choose_device("cpu").dtype == torch.float32


@pytest.mark.parametrize(("fitting", "max_batch"), [(8, 4), (4, 2), (2, 1), (0, 1)])
def test_a_warm_up_that_runs_out_of_memory_lowers_the_batch(
    engine: DiffusionEngine, monkeypatch: pytest.MonkeyPatch, fitting: int, max_batch: int
) -> None:
    loaded = engine.loaded("face-to-sticker")
    monkeypatch.setattr(engine, "max_batch", 4)
    plan = [GraphShape(2, 64, 64), GraphShape(4, 64, 64), GraphShape(8, 64, 64)]
    monkeypatch.setattr(engine, "_plan", lambda loaded: plan[: {1: 1, 2: 2, 4: 3}[engine.max_batch]])

    def fits(sample: torch.Tensor) -> None:
        if len(sample) > fitting:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with before_each_call(loaded.networks.unet, fits):
        done = engine._warm_up("test", loaded, False, torch.device("cpu"))
    assert engine.max_batch == max_batch
    assert done == [shape for shape in plan if shape.rows <= fitting]


def test_a_compiler_that_is_broken_is_a_warning_and_networks_that_do_not_fit_an_error(
    engine: DiffusionEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    loaded = engine.loaded("face-to-sticker")
    monkeypatch.setattr(engine, "_plan", lambda loaded: [GraphShape(2, 64, 64)])

    def broken(sample: torch.Tensor) -> None:
        raise ValueError("no kernel for this card")

    with before_each_call(loaded.networks.unet, broken):
        assert engine._warm_up("test", loaded, True, torch.device("cpu")) == []
        assert "no kernel for this card" in caplog.text
        with pytest.raises(EngineUnavailable, match="no kernel"):
            engine._warm_up("test", loaded, False, torch.device("cpu"))


def test_a_machine_without_a_c_compiler_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    assert not has_c_compiler()
    (tmp_path / "clang").write_text("")
    (tmp_path / "clang").chmod(0o755)
    assert has_c_compiler()
