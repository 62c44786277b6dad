"""Cutting out and encoding beside the device: the next batch is drawn meanwhile, and never too many pictures wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest

from engine.diffusion.device import choose_device
from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.finishing import FinishingPool
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.models.face_to_sticker.record import FACE_TO_STICKER
from engine.diffusion.tiny.face_to_sticker import build_paths
from engine.errors import Cancelled, DrawingFailed
from engine.pixels import Matte, Rgb
from engine.types import Shape, Step, StickerRequest, StickerResult, go_on
from tests.engine.diffusion.whole import networks_of, request


class SlowMatte:
    """A matting model that waits until it may, and notes the threads it runs on."""

    def __init__(self) -> None:
        self.may_cut = threading.Event()
        self.started = threading.Event()
        self.threads: set[str] = set()
        self.fails = False

    def matte(self, photo: Rgb) -> Matte:
        self.threads.add(threading.current_thread().name)
        self.started.set()
        assert self.may_cut.wait(20)
        if self.fails:
            raise ValueError("surprise")
        matte = np.zeros(photo.shape[:2], np.float32)
        matte[50:200, 50:200] = 1
        return matte


@pytest.fixture
def matte() -> SlowMatte:
    return SlowMatte()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> DiffusionEngine:
    engine = DiffusionEngine([FaceToSticker(build_paths(tmp_path_factory.mktemp("whole")))], device="cpu", max_batch=1)
    engine.load()
    return engine


@pytest.fixture
def engine(loaded: DiffusionEngine, matte: SlowMatte) -> Iterator[DiffusionEngine]:
    (key,), model = loaded._held, loaded.loaded(FACE_TO_STICKER.name)
    held = loaded._held[key]
    loaded._held[key] = replace(held, model=replace(model, parts=replace(model.parts, matting=matte)))
    yield loaded
    matte.may_cut.set()
    loaded.close()
    loaded._held[key], loaded._placement = held, choose_device("cpu")  # it was closed, and its networks are still good


def asked(seed: int) -> StickerRequest:
    return replace(request(seed=seed), shape=Shape.BUST)


def test_the_next_batch_is_denoised_while_the_first_is_cut_out(engine: DiffusionEngine, matte: SlowMatte) -> None:
    happened: list[str] = []
    networks_of(engine).unet.register_forward_pre_hook(lambda module, given: happened.append("unet"))
    (first,) = engine.draw([asked(1)], go_on)
    assert isinstance(first, Future)
    assert matte.started.wait(20)
    assert happened == ["unet"] * 2 and not first.done()
    (second,) = engine.draw([asked(2)], go_on)
    assert isinstance(second, Future)
    assert happened == ["unet"] * 4 and not first.done() and not second.done()
    matte.may_cut.set()
    made = [each.result(20) for each in (first, second)]
    assert [each.seed for each in made if isinstance(each, StickerResult)] == [1, 2]
    assert matte.threads == {"finishing"}


def test_what_is_finished_beside_is_what_is_finished_alone(engine: DiffusionEngine, matte: SlowMatte) -> None:
    matte.may_cut.set()
    futures = [each for seed in (1, 2, 3) for each in engine.draw([asked(seed)], go_on)]
    beside = [each.result(20) for each in futures if isinstance(each, Future)]
    alone = [engine.generate([asked(seed)], go_on)[0] for seed in (1, 2, 3)]
    for one, other in zip(beside, alone, strict=True):
        assert isinstance(one, StickerResult) and isinstance(other, StickerResult)
        assert one.files == other.files


def test_one_that_is_stopped_or_fails_while_it_is_finished_harms_no_other(
    engine: DiffusionEngine, matte: SlowMatte
) -> None:
    wants = threading.Event()
    wants.set()
    (stopped,) = engine.draw([asked(1)], lambda index, step: step.phase != "finish" or wants.is_set())
    wants.clear()
    matte.may_cut.set()
    assert isinstance(stopped, Future) and isinstance(stopped.result(20), Cancelled)
    matte.fails = True
    failed, _ = *engine.generate([asked(2)], go_on), None
    assert isinstance(failed, DrawingFailed)
    matte.fails = False
    assert isinstance(engine.generate([asked(3)], go_on)[0], StickerResult)


def test_progress_of_one_request_stays_in_order(engine: DiffusionEngine, matte: SlowMatte) -> None:
    matte.may_cut.set()
    told: list[Step] = []
    engine.generate([asked(1)], lambda index, step: told.append(step) is None)
    assert [step.done for step in told] == list(range(5))


def test_closing_waits_for_what_is_being_finished(engine: DiffusionEngine, matte: SlowMatte) -> None:
    (future,) = engine.draw([asked(1)], go_on)
    matte.may_cut.set()
    engine.close()
    assert isinstance(future, Future) and isinstance(future.result(0), StickerResult)


def test_no_more_than_so_many_are_unfinished_at_a_time() -> None:
    pool = FinishingPool(2, threads=1)
    gate, third_is_in = threading.Event(), threading.Event()
    first = [pool.submit(lambda: gate.wait(20)) for _ in range(2)]

    def submit_third() -> None:
        pool.submit(lambda: None)
        third_is_in.set()

    thread = threading.Thread(target=submit_third)
    thread.start()
    assert not third_is_in.wait(0.05)
    gate.set()
    assert third_is_in.wait(20)
    thread.join()
    assert all(each.result(20) for each in first)
    pool.close()


def test_work_that_nobody_waits_for_any_more_is_left_and_ends_no_thread() -> None:
    pool = FinishingPool(4, threads=1)
    gate = threading.Event()
    pool.submit(lambda: gate.wait(20))
    unwanted = pool.submit(lambda: 1)
    assert unwanted.cancel()
    gate.set()
    assert pool.submit(lambda: 2).result(20) == 2
    pool.close()
