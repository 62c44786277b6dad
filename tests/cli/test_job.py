"""`stickerface job`, against a real database."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from service.limits import Limits
from service.stickers import StickerService, Submission
from storage.records import FileFacts, Job, JobResult
from storage.store import Store

PERSON = "765432101"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    return tmp_path / "data"


def run(reference: str) -> Result:
    return CliRunner().invoke(app, ["job", reference])


def submitted(folder: Path, end: str = "") -> Job:
    """A job of a person with a name and a caption: waiting, done, or failed with the code `end`."""

    async def work() -> Job:
        store = await Store.open(folder)
        service = StickerService(store, limits=Limits())
        note = {"chat": int(PERSON), "message": 5, "first_name": "Nobody-Knows-Me"}
        job = await service.submit(
            Submission(f"tg:{PERSON}", f"tg:{PERSON}:5", "a secret caption", style="neon", seed=7, note=note)
        )
        if end == "done":
            await store.database.run("UPDATE jobs SET status = 'running', attempts = 1, claimed_at = created_at + 2")
            files = {"sticker.webp": FileFacts(1000, 512, 512)}
            result = JobResult("comic", "bust", files, 1.25, ("several_faces",), timings={"draw": 1.0})
            await store.jobs.finish(job.id, result)
            await store.jobs.mark_delivered(job.id)
        elif end:
            await service.fail(job.id, end)
        await service.close()
        return job

    return asyncio.run(work())


def facts(output: str) -> dict[str, str]:
    lines = [line.strip() for line in output.splitlines()[1:]]
    return {line[:11].strip(): line[11:].strip() for line in lines}


def test_a_reference_finds_the_life_of_a_job(folder: Path) -> None:
    job = submitted(folder, "done")

    result = run(job.id[:6])
    shown = facts(result.stdout)

    assert result.exit_code == 0
    assert result.stdout.startswith(f"Job {job.id}\n")
    assert shown["status"] == "done"
    assert shown["style"] == "neon, drawn as comic"
    assert shown["shape"] == "auto, drawn as bust"
    assert shown["attempts"] == "1"
    assert shown["notes"] == "several_faces"
    assert shown["drawing"] == "1.25 s (draw 1.00)"
    assert "2.0 s after" in shown["started"]
    assert "UTC" in shown["ended"] and "UTC" in shown["delivered"]
    assert job.id[:8] in shown["in the log"]


def test_why_a_job_failed_is_told(folder: Path) -> None:
    job = submitted(folder, "no_face")

    shown = facts(run(job.id[:6].upper()).stdout)

    assert shown["status"].startswith("failed (no_face: no face found")
    assert "delivered" not in shown


def test_whose_it_is_and_what_they_wrote_is_not_shown(folder: Path) -> None:
    output = run(submitted(folder).id).stdout

    assert "status      queued" in output
    assert [each for each in (PERSON, "Nobody", "secret", "caption") if each in output] == []


@pytest.mark.parametrize(("reference", "code"), [("abcdef", 1), ("xyzzy", 2), ("ab", 2), ("", 2), ("%%%%%%", 2)])
def test_a_reference_that_means_no_job_is_told(folder: Path, reference: str, code: int) -> None:
    result = run(reference)

    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr
