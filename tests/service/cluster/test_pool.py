"""What a cluster's pool decides by itself: how many engines there are, who waits for whom, what leaves this process."""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import pickle  # noqa: TID251 - what travels to an engine's process is pickled
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from cli.compose import choose_engine, engine_settings_only
from cli.settings import Settings, SettingsInvalid, read_server_settings
from engine import errors
from engine.errors import EngineError, EngineUnavailable, ParameterRefused
from engine.model import FACE
from engine.models import MODELS
from engine.types import Shape, StickerRequest
from service.cluster import pool as cluster_pool
from service.cluster.messages import EngineReport, Unavailable, batch_of, networks_of
from service.cluster.pool import ClusterPool, ClusterRunner, Scale
from tests.plain_engine import PlainEngine

GROW_S, SHRINK_S = 20.0, 600.0
REPORT = EngineReport(
    "plain",
    1,
    frozenset({"face-to-sticker"}),
    frozenset(),
    frozenset({Shape.BUST}),
    frozenset(),
    frozenset(),
    1,
    "node",
)


class Queue:
    """A clock, and how long the oldest job has waited."""

    def __init__(self) -> None:
        self.now = 0.0
        self.age_s = 0.0

    async def queue_age_s(self) -> float:
        return self.age_s


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
async def pool(queue: Queue) -> ClusterPool:
    """A pool that no cluster stands behind: its engines are ready when a test says so."""
    scale = Scale(least=1, most=3, grow_s=GROW_S, shrink_s=SHRINK_S)
    return ClusterPool(PlainEngine, queue_age_s=queue.queue_age_s, scale=scale, clock=lambda: queue.now)


def engines(pool: ClusterPool) -> list[ClusterRunner]:
    return list(pool._runners.values())


def work(pool: ClusterPool) -> None:
    """Every engine is loaded and busy."""
    for engine in engines(pool):
        engine.report, engine.batches = REPORT, 1


async def test_there_are_as_many_engines_as_there_should_be_at_least(pool: ClusterPool) -> None:
    await pool.scale()
    assert len(engines(pool)) == 1
    assert not pool.is_ready  # it waits for its place


async def test_one_more_is_started_for_a_job_that_waits_while_all_are_busy(pool: ClusterPool, queue: Queue) -> None:
    await pool.scale()
    work(pool)
    queue.age_s = GROW_S - 1
    await pool.scale()
    assert len(engines(pool)) == 1
    queue.age_s = GROW_S + 1
    await pool.scale()
    assert len(engines(pool)) == 2
    assert len(pool.runners) == 1  # the new one has no place yet, and holds nobody up


async def test_no_more_are_started_while_one_is_idle(pool: ClusterPool, queue: Queue) -> None:
    await pool.scale()
    work(pool)
    engines(pool)[0].batches = 0
    queue.age_s = 10 * GROW_S
    await pool.scale()
    assert len(engines(pool)) == 1


async def test_they_are_started_one_at_a_time_up_to_the_most(pool: ClusterPool, queue: Queue) -> None:
    await pool.scale()
    queue.age_s = 10 * GROW_S
    counts = []
    for _ in range(6):
        work(pool)
        await pool.scale()
        await pool.scale()
        counts.append(len(engines(pool)))
        queue.now += GROW_S
    assert counts == [2, 3, 3, 3, 3, 3]


async def test_idle_ones_are_ended_down_to_the_least_first_those_without_a_place(
    pool: ClusterPool, queue: Queue
) -> None:
    await pool.scale()
    for _ in range(2):
        work(pool)
        queue.now, queue.age_s = queue.now + GROW_S, 10 * GROW_S
        await pool.scale()
    first, second, waiting = engines(pool)
    waiting.report, waiting.batches = None, 0
    first.batches = second.batches = 0
    queue.age_s = 0.0
    queue.now += SHRINK_S - 1
    await pool.scale()
    assert len(engines(pool)) == 2  # one that was started first has been idle for longer
    queue.now += SHRINK_S
    for _ in range(4):
        await pool.scale()
    assert len(engines(pool)) == 1
    assert waiting not in engines(pool)


async def test_a_busy_engine_is_not_ended(pool: ClusterPool, queue: Queue) -> None:
    await pool.scale()
    work(pool)
    queue.age_s = 10 * GROW_S
    await pool.scale()
    work(pool)
    queue.now, queue.age_s = 10 * SHRINK_S, 0.0
    await pool.scale()
    assert len(engines(pool)) == 2


async def test_a_pool_that_knows_no_engine_yet_offers_everything(pool: ClusterPool) -> None:
    assert pool.models == frozenset(MODELS)
    assert {"steps", "face_index"} <= pool.parameters
    assert Shape.AUTO not in pool.shapes


async def test_an_engine_that_cannot_be_loaded_anywhere_ends_the_start(pool: ClusterPool) -> None:
    await pool.scale()
    pool._task = asyncio.create_task(asyncio.sleep(0))
    loading = asyncio.create_task(pool.load())
    await asyncio.sleep(0)
    await pool._heard(Unavailable(engines(pool)[0].number, "no weights"))
    with pytest.raises(EngineUnavailable, match="no weights"):
        await loading


async def test_a_cluster_that_does_not_answer_is_told_and_tried_again(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("needs ray: the extra [cluster]")
    monkeypatch.setattr(cluster_pool, "_PAUSE_S", 0.01)
    pool = ClusterPool(PlainEngine, queue_age_s=queue.queue_age_s, address="127.0.0.1:1", gpus=0)
    loading = asyncio.create_task(pool.load())
    async with asyncio.timeout(60):
        while caplog.text.count("cannot join 127.0.0.1:1") < 2:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)
    assert not loading.done()
    loading.cancel()
    await asyncio.gather(loading, return_exceptions=True)
    await pool.close()


def test_without_ray_it_is_said_how_to_get_it(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_pool.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineUnavailable, match="the extra"):
        ClusterPool(PlainEngine, queue_age_s=queue.queue_age_s)


def _crossed(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))  # noqa: S301 - our own


def test_no_secret_is_among_what_builds_an_engine_or_in_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "the-secret-of-somebody"
    for name in ("TELEGRAM_BOT_TOKEN", "HF_TOKEN", "DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD"):
        monkeypatch.setenv(name, secret)
    settings = Settings(
        telegram_bot_token=SecretStr("1000:" + secret),
        hf_token=SecretStr(secret),
        database_url=SecretStr("postgresql://bot:" + secret + "@db/stickers"),
        files_url="s3://bucket/" + secret,
        aws_access_key_id=secret,
        aws_secret_access_key=SecretStr(secret),
        data_dir=tmp_path,
        _env_file=None,
    )
    build = functools.partial(choose_engine, engine_settings_only(settings))
    assert secret.encode() not in pickle.dumps(build)
    assert secret not in str(cluster_pool._environment("10.0.0.5:6379"))
    assert secret not in str(cluster_pool._environment(""))


def test_an_engine_is_built_from_what_has_travelled(tmp_path: Path) -> None:
    settings = Settings(
        telegram_bot_token=SecretStr("1000:x"), data_dir=tmp_path, engine="portrait", max_batch=3, _env_file=None
    )
    build = _crossed(functools.partial(choose_engine, engine_settings_only(settings)))
    assert build().name == "portrait"
    assert build.args[0].max_batch == 3
    assert build.args[0].weights_folder == tmp_path / "weights"


@pytest.mark.parametrize("error", [each for each in vars(errors).values() if isinstance(each, type)])
def test_every_error_of_an_engine_crosses_to_another_process(error: type[Exception]) -> None:
    if not issubclass(error, EngineError):
        return
    raised = error("steps", "is wrong") if issubclass(error, ParameterRefused) else error("why")
    raised.add_note("where")
    crossed = _crossed(raised)
    assert (type(crossed), str(crossed), crossed.code) == (error, str(raised), error.code)


def test_which_networks_draw_a_request_is_told_by_its_model_and_the_parameters_that_choose() -> None:
    plain = StickerRequest({FACE: (b"",)}, "toon", 1, model="photomaker")
    styled = StickerRequest(
        {FACE: (b"",)}, "toon", 1, model="photomaker", parameters={"base_pipeline": "photomaker-style"}
    )
    other_words = StickerRequest({FACE: (b"x",)}, "comic", 2, prompt="a king", model="photomaker")
    assert networks_of(plain) == networks_of(other_words) != networks_of(styled)
    small = StickerRequest({FACE: (b"",)}, "toon", 1, parameters={"width": 512})
    usual = StickerRequest({FACE: (b"",)}, "toon", 1, parameters={"width": 1024, "guidance": 3.0})
    default = StickerRequest({FACE: (b"",)}, "comic", 2, prompt="a king")
    assert batch_of(usual) == batch_of(default) != batch_of(small)


@pytest.mark.parametrize(
    ("name", "value"),
    [("RAY_ADDRESS", "ray://10.0.0.5:10001"), ("POOL_MAX", "0"), ("POOL_GPUS", "-1"), ("POOL", "gpu")],
)
def test_settings_of_the_pool_are_checked(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid, match=name):
        read_server_settings()
