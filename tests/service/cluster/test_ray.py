"""Stickers by engines in a real Ray cluster; processes of it are killed meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.compose import compose
from cli.settings import ServerSettings
from engine.model import FACE, ResultFile
from service.cluster.pool import ClusterPool
from service.events import EventKind
from service.stickers import Submission
from storage.records import JobStatus
from tests.service.cluster.conftest import Drawing, Ray

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.early]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def gone(pid: int) -> None:
    while is_alive(pid):  # noqa: ASYNC110 - another process cannot set an event here
        await asyncio.sleep(0.01)


async def test_a_sticker_comes_with_its_steps_and_previews(drawing: Drawing) -> None:
    with drawing.service.events.listen() as events:
        job = await drawing.service.wait((await drawing.submit()).id)
        seen = [events.get_nowait() for _ in range(events.qsize())]
    assert job.status is JobStatus.DONE
    steps = [event.step for event in seen if event.step]
    assert [(step.phase, step.preview) for step in steps] == [
        (phase, b"preview") for phase in ("face", "cutout", "draw", "finish")
    ]
    assert seen[-1].kind is EventKind.ENDED
    assert await drawing.service.result_file(job, ResultFile.STICKER)


async def test_errors_of_the_engine_come_back_as_they_are(drawing: Drawing) -> None:
    jobs = [await drawing.submit(prompt=prompt) for prompt in ("no face", "bug")]
    ended = [await drawing.service.wait(job.id) for job in jobs]
    assert [(job.status, job.error_code, job.attempts, job.crashes) for job in ended] == [
        (JobStatus.FAILED, "no_face", 1, 0),
        (JobStatus.FAILED, "drawing_failed", 2, 0),
    ]


async def test_a_cancelled_job_stops_before_its_next_step(drawing: Drawing) -> None:
    drawing.hold()
    job = await drawing.submit()
    await drawing.held(job)
    with drawing.service.events.listen() as events:
        await drawing.service.cancel(job.owner, job.id)
        while not (drawing.folder / f"stopped-{job.seed}").exists():  # noqa: ASYNC110 - another process tells
            await asyncio.sleep(0.005)
        drawing.release()
        after = await drawing.service.wait((await drawing.submit()).id)
        seen = [events.get_nowait() for _ in range(events.qsize())]
    assert after.status is JobStatus.DONE
    told = [event.kind for event in seen if event.job.id == job.id]
    assert told.count(EventKind.ENDED) == 1  # a step that was on its way may come after it
    kept = await drawing.service.job(job.id)
    assert kept is not None and kept.status is JobStatus.CANCELLED


async def test_jobs_of_one_model_go_to_the_engine_that_has_it_loaded(drawing: Drawing) -> None:
    jobs = [
        await drawing.service.wait((await drawing.submit(model=model)).id)
        for model in ("photomaker", "face-to-sticker", "photomaker", "face-to-sticker")
    ]
    assert [job.status for job in jobs] == [JobStatus.DONE] * 4
    held = {network for report in drawing.pool.reports for network in report.at_hand}
    assert {name for name, *_ in held} == {"face-to-sticker", "photomaker"}  # none was loaded in the other's place


async def test_what_fits_together_is_drawn_together(drawing: Drawing) -> None:
    drawing.hold()
    first = [await drawing.submit(), await drawing.submit()]
    for job in first:
        await drawing.held(job)
    waiting = [await drawing.submit() for _ in range(3)]
    drawing.release()
    for job in [*first, *waiting]:
        assert (await drawing.service.wait(job.id)).status is JobStatus.DONE
    assert sorted(seed for batch in drawing.batches() for seed in batch) == [job.seed for job in [*first, *waiting]]
    assert max(len(batch) for batch in drawing.batches()) > 1


async def test_an_engine_that_is_killed_is_replaced_and_its_job_drawn_once_more(drawing: Drawing) -> None:
    drawing.hold()
    jobs = [await drawing.submit(), await drawing.submit()]
    for job in jobs:
        await drawing.held(job)
    victim = drawing.pool.reports[0].pid
    os.kill(victim, signal.SIGKILL)
    await asyncio.to_thread(drawing.release)
    ended = [await drawing.service.wait(job.id) for job in jobs]
    assert [job.status for job in ended] == [JobStatus.DONE] * 2
    assert sorted(job.crashes for job in ended) == [0, 1]
    assert len(drawing.batches()) == 3  # nothing twice but what was lost
    await drawing.ready(2)
    assert victim not in {report.pid for report in drawing.pool.reports}


async def test_an_engine_that_says_that_it_is_dead_gets_a_new_process(drawing: Drawing) -> None:
    pids = {report.pid for report in drawing.pool.reports}
    job = await drawing.service.wait((await drawing.submit(prompt="dead")).id)
    assert (job.status, job.crashes) == (JobStatus.DONE, 1)
    await drawing.ready(2)
    assert len(pids & {report.pid for report in drawing.pool.reports}) == 1


async def test_an_engine_that_hangs_is_killed_and_the_worker_goes_on(drawing: Drawing) -> None:
    pids = {report.pid for report in drawing.pool.reports}
    drawing.hold()
    drawing.worker._step_timeout_s = 0.2
    with drawing.service.events.listen() as events:
        job = await drawing.submit(prompt="silent")
        while True:
            event = await events.get()
            if event.kind is EventKind.QUEUED and event.job.crashes:
                break
        drawing.worker._step_timeout_s = 300
        drawing.release()
        assert (await drawing.service.wait(job.id)).status is JobStatus.DONE
    await drawing.ready(2)
    assert len(pids & {report.pid for report in drawing.pool.reports}) < 2


async def test_a_node_that_dies_gives_its_jobs_back_and_engines_come_up_on_another(
    drawing: Drawing, ray_cluster: Ray
) -> None:
    drawing.hold()
    jobs = [await drawing.submit(), await drawing.submit()]
    for job in jobs:
        await drawing.held(job)
    await asyncio.to_thread(ray_cluster.ask, "kill")
    while drawing.pool.is_ready or await drawing.service.running():  # noqa: ASYNC110 - the listener is the worker's
        await asyncio.sleep(0.01)
    assert drawing.service.is_warming_up
    drawing.release()
    await asyncio.to_thread(ray_cluster.ask, "add")
    ended = [await drawing.service.wait(job.id) for job in jobs]
    assert [(job.status, job.crashes) for job in ended] == [(JobStatus.DONE, 1)] * 2
    assert not drawing.service.is_warming_up


async def test_a_driver_that_ray_ends_is_replaced_and_engines_end_with_it(drawing: Drawing) -> None:
    drawing.hold()
    job = await drawing.submit()
    await drawing.held(job)
    assert drawing.pool.driver_pid is not None
    pids = [report.pid for report in drawing.pool.reports]
    os.kill(drawing.pool.driver_pid, signal.SIGKILL)
    for pid in pids:
        await gone(pid)
    drawing.release()
    done = await drawing.service.wait(job.id)
    assert (done.status, done.crashes) == (JobStatus.DONE, 1)


def children(parent: int) -> list[int]:
    """The processes that this one has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


async def test_a_worker_that_is_killed_leaves_no_process_and_another_draws_its_job(
    ray_cluster: Ray, pool: tuple[ClusterPool, Path], tmp_path: Path
) -> None:
    engines, folder = pool
    await engines.close()  # its engines have the CPUs
    for file in folder.iterdir():
        file.unlink()
    (folder / "hold").touch()
    program = [sys.executable, "-m", "tests.service.cluster.worker_program"]
    victim = subprocess.Popen([*program, str(tmp_path), ray_cluster.address, str(folder)])  # noqa: ASYNC220
    settings = ServerSettings(
        data_dir=tmp_path, pool="ray", ray_address=ray_cluster.address, engine="portrait", _env_file=None
    )
    parts = await compose(settings)
    assert isinstance(parts.pool, ClusterPool) and parts.worker is not None
    loading = asyncio.create_task(parts.pool.load())
    selfie = (Path(__file__).parents[3] / "cli/demo/astronaut.jpg").read_bytes()
    job = await parts.service.submit(Submission("cli", "cli:1", seed=7))
    await parts.service.attach_inputs(job.id, {FACE: [selfie]})
    while not (folder / "at-7").exists():  # noqa: ASYNC110 - another process tells
        await asyncio.sleep(0.01)
    theirs = [*children(victim.pid), int((folder / "pid").read_text())]
    assert len(theirs) == 2  # the driver, and the engine
    victim.kill()
    victim.wait()
    for pid in theirs:
        await gone(pid)

    await loading
    await parts.service.processes.join("worker", engine=parts.pool)
    work = asyncio.create_task(parts.worker.run())
    try:
        job = await parts.service.wait(job.id)
        assert (job.status, job.crashes, job.attempts) == (JobStatus.DONE, 1, 1)
        assert parts.pool.engine_name == "portrait"
        (report,) = parts.pool.reports
        assert b"secret-of-the-bot" not in Path(f"/proc/{parts.pool.driver_pid}/environ").read_bytes()
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await parts.close()
    await gone(report.pid)
