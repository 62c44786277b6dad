"""`stickerface download` from the command line to the files, against real servers and as a real process."""

from __future__ import annotations

import asyncio
import io
import json
import os
import random
import signal
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from cli.download.command import Request, download, download_sources, list_weights
from cli.download.remote import Hosts
from cli.main import app
from cli.settings import WeightsSettings
from engine.weights import Commercial, Source, WeightFile, roles_of, weights_report
from engine.weights_lock import LOCK_NAME, FileState
from tests.cli.download.hub import Hub

ROOT = Path(__file__).parents[3]
BIG = random.Random(3).randbytes(500_000)


@pytest.fixture(autouse=True)
def empty_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in WeightsSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def photomaker(hub: Hub, tmp_path: Path) -> Request:
    """A request for a model whose files the hub serves; the two roles with known hashes are the operator's own."""
    own = {name: str(tmp_path / f"{name}.own") for name in ("safety", "matte")}
    for role in roles_of("photomaker"):
        if role.name in own:
            Path(own[role.name]).write_bytes(b"my own")
            continue
        for source in role.sources[:1]:
            for file in source.files:
                hub.files[f"{source.repo}/{file.path}"] = BIG if file.size > 9_000_000 else file.path.encode()
    return Request(models=("photomaker",), folder=tmp_path / "weights", overrides=own, hosts=hub.hosts)


def _console() -> Console:
    return Console(file=io.StringIO(), width=300)


def _said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _source(*names: str, **changes: object) -> Source:
    source = Source(
        host="hub",
        repo="owner/repo",
        revision="main",
        opens=names[0],
        kind="safetensors",
        licence="MIT",
        commercial=Commercial.YES,
        reason="permissive",
        evidence="read",
        files=tuple(WeightFile(name, name, 1) for name in names),
    )
    return replace(source, **changes)  # type: ignore[arg-type]


async def test_a_model_arrives_with_records_and_a_second_run_does_nothing(hub: Hub, photomaker: Request) -> None:
    assert await download(photomaker, _console()) == 0
    report = weights_report(photomaker.folder, "photomaker", photomaker.overrides, reread=True)
    assert report.is_complete
    assert {each.state for each in report.roles if each.source} == {FileState.READY}
    assert (photomaker.folder / "TencentARC--PhotoMaker" / "photomaker-v1.bin").read_bytes() == BIG
    record = json.loads((photomaker.folder / LOCK_NAME).read_text())["files"][
        "TencentARC--PhotoMaker/photomaker-v1.bin"
    ]
    assert (record["size"], record["commit"], record["revision"]) == (len(BIG), "c0ffee", "main")
    hub.seen.clear()
    console = _console()
    assert await download(photomaker, console) == 0
    assert (hub.seen, _said(console)) == ([], "All weights are here; nothing to download.\n")


async def test_what_is_lost_comes_again_from_the_same_commit_with_the_same_hash(hub: Hub, photomaker: Request) -> None:
    await download(photomaker, _console())
    lost = photomaker.folder / "TencentARC--PhotoMaker" / "photomaker-v1.bin"
    lost.unlink()
    hub.seen.clear()
    assert await download(photomaker, _console()) == 0
    assert {seen.path for seen in hub.seen if seen.host == "hub"} == {
        "/TencentARC/PhotoMaker/resolve/c0ffee/photomaker-v1.bin"
    }
    lost.unlink()
    hub.files["TencentARC/PhotoMaker/photomaker-v1.bin"] = BIG[::-1]
    console = _console()
    assert await download(photomaker, console) == 1
    assert "another file" in _said(console) and not lost.exists()


async def test_a_damaged_file_is_found_and_mended(photomaker: Request) -> None:
    await download(photomaker, _console())
    damaged = photomaker.folder / "TencentARC--PhotoMaker" / "photomaker-v1.bin"
    damaged.write_bytes(BIG[:-1] + b"?")
    report = weights_report(photomaker.folder, "photomaker", photomaker.overrides)
    assert [(each.role.name, each.state) for each in report.unusable] == [("photomaker_adapter", FileState.DAMAGED)]
    assert await download(photomaker, _console()) == 0
    assert damaged.read_bytes() == BIG


async def test_bytes_that_rot_under_the_same_size_and_time_are_found_by_check(photomaker: Request) -> None:
    await download(photomaker, _console())
    rotten = photomaker.folder / "TencentARC--PhotoMaker" / "photomaker-v1.bin"
    times = rotten.stat()
    rotten.write_bytes(BIG[:-1] + b"?")
    os.utime(rotten, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert await download(photomaker, _console()) == 0
    assert rotten.read_bytes() != BIG
    assert await download(replace(photomaker, reread=True), _console()) == 0
    assert rotten.read_bytes() == BIG


async def test_a_check_of_an_empty_folder_downloads_nothing_and_says_what_is_not_here(
    hub: Hub, photomaker: Request
) -> None:
    console = _console()
    assert await download(replace(photomaker, reread=True), console) == 1
    assert hub.seen == []
    assert "photomaker-v1.bin" in _said(console)
    assert not list(photomaker.folder.rglob("*.bin*"))


async def test_one_missing_file_does_not_hold_up_the_others(hub: Hub, photomaker: Request) -> None:
    del hub.files["TencentARC/PhotoMaker/photomaker-v1.bin"]
    console = _console()
    assert await download(photomaker, console) == 1
    assert "TencentARC/PhotoMaker: photomaker-v1.bin: the host has no such file (404)" in _said(console)
    report = weights_report(photomaker.folder, "photomaker", photomaker.overrides)
    assert [each.role.name for each in report.unusable] == ["photomaker_adapter"]


async def test_too_small_a_disk_is_told_before_a_byte(hub: Hub, tmp_path: Path) -> None:
    hub.files["owner/repo/a.bin"] = BIG
    console = _console()
    request = Request(models=(), folder=tmp_path / "weights", hosts=hub.hosts)
    assert await download_sources([_source("a.bin")], request, console, room=lambda _folder: 500_400_000) == 1
    assert "Not enough room: 0 MB to download (and 500 MB to spare), 500 MB free" in _said(console)
    assert hub.ranges() == []
    assert await download_sources([_source("a.bin")], request, console, room=lambda _folder: 500_600_000) == 0


async def test_a_file_put_there_by_hand_counts_where_it_is_the_published_one(hub: Hub, tmp_path: Path) -> None:
    hub.files["owner/repo/a.bin"] = hub.files["owner/repo/b.bin"] = BIG
    request = Request(models=(), folder=tmp_path / "weights", hosts=hub.hosts)
    place = request.folder / "owner--repo"
    place.mkdir(parents=True)
    (place / "a.bin").write_bytes(BIG)
    (place / "b.bin").write_bytes(b"my own model")
    console = _console()
    assert await download_sources([_source("a.bin"), _source("b.bin")], request, console) == 1
    assert "b.bin is not the file that owner/repo: b.bin is: move it away" in _said(console)
    assert (place / "b.bin").read_bytes() == b"my own model"
    assert list(json.loads((request.folder / LOCK_NAME).read_text())["files"]) == ["owner--repo/a.bin"]
    assert hub.ranges() == []


async def test_a_zip_becomes_a_flat_folder_that_is_watched_file_by_file(hub: Hub, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("pack/pack/det.onnx", b"finds")
        archive.writestr("pack/rec.onnx", b"tells apart")
        archive.writestr("pack/../../../evil.txt", b"climbs out")
    hub.files["owner/repo/releases/download/v1/pack.zip"] = packed.getvalue()
    source = _source("pack.zip", host="github", kind="zip", revision="v1", opens="pack")
    request = Request(models=(), folder=tmp_path / "weights", hosts=hub.hosts)
    assert await download_sources([source], request, _console()) == 0
    folder = request.folder / "owner--repo"
    assert {path.name: path.read_bytes() for path in (folder / "pack").iterdir()} == {
        "det.onnx": b"finds",
        "rec.onnx": b"tells apart",
    }
    assert [path.name for path in folder.iterdir()] == ["pack"]
    assert not list(tmp_path.rglob("evil.txt"))
    console = _console()
    assert await download_sources([source], request, console) == 0
    assert "nothing to download" in _said(console)
    (folder / "pack" / "det.onnx").unlink()
    assert await download_sources([source], request, _console()) == 0
    assert (folder / "pack" / "det.onnx").read_bytes() == b"finds"


async def test_a_zip_that_is_none_is_told(hub: Hub, tmp_path: Path) -> None:
    hub.files["owner/repo/releases/download/v1/pack.zip"] = b"not a zip at all"
    source = _source("pack.zip", host="github", kind="zip", revision="v1", opens="pack")
    console = _console()
    assert await download_sources([source], Request(models=(), folder=tmp_path / "w", hosts=hub.hosts), console) == 1
    assert "pack.zip cannot be unpacked: it is broken or no zip" in _said(console)


async def test_only_weights_that_may_earn_money(tmp_path: Path, hub: Hub) -> None:
    console = _console()
    request = Request(("face-to-sticker",), tmp_path / "weights", commercial_only=True, hosts=hub.hosts)
    assert await download(request, console) == 1
    refused = {line.split(":")[0].removeprefix("✗ ") for line in _said(console).splitlines() if line.startswith("✗")}
    assert refused == {"instantid_adapter", "identity_net", "faces"}
    assert "lora: left out" in _said(console)
    assert (hub.seen, request.folder.exists()) == ([], False)


async def test_without_network_one_line_per_host_is_enough(photomaker: Request, unused_tcp_port: int) -> None:
    console, pauses = _console(), []
    sources = [source for role in roles_of("photomaker") for source in role.sources[:1] if source.host == "hub"]
    request = replace(photomaker, hosts=Hosts(hub=f"http://127.0.0.1:{unused_tcp_port}"))

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    assert await download_sources(sources, request, console, pause=pause) == 1
    assert len([line for line in _said(console).splitlines() if line.startswith("✗")]) == 1
    assert sum(pauses) <= 2 * 15.5  # two files are asked for at once


async def test_a_proxy_is_honoured(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.files["owner/repo/a.json"] = b"{}"
    monkeypatch.setenv("http_proxy", hub.urls["hub"])
    hosts = Hosts(hub="http://models.example")  # a name that leads nowhere
    console = _console()
    assert await download_sources([_source("a.json")], Request((), tmp_path / "weights", hosts=hosts), console) == 0, (
        _said(console)
    )
    assert {seen.path for seen in hub.seen} == {"/owner/repo/resolve/main/a.json"}


async def test_a_terminal_sees_a_bar_per_file(hub: Hub, tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True, highlight=False)
    source = _source("a.bin", repo="owner/repo")
    hub.files["owner/repo/a.bin"] = BIG
    assert await download_sources([source], Request((), tmp_path / "[my] weights", hosts=hub.hosts), console) == 0
    assert "owner/repo: a.bin" in _said(console) and "[my] weights" in _said(console)


async def test_a_lock_file_that_is_none_is_told(photomaker: Request) -> None:
    photomaker.folder.mkdir()
    (photomaker.folder / LOCK_NAME).write_text('{"version": 1, "files": [')
    console = _console()
    assert await download(photomaker, console) == 1
    assert list_weights(photomaker, console) == 1
    assert _said(console).count("cannot be read as a lock file") == 2


async def test_a_folder_that_cannot_be_made_is_told(photomaker: Request, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    console = _console()
    assert await download(replace(photomaker, folder=tmp_path / "file" / "weights"), console) == 1
    assert "cannot be written: Not a directory" in _said(console)


def test_the_list_names_every_source_and_needs_no_network(tmp_path: Path) -> None:
    console = _console()
    assert list_weights(Request(("face-to-sticker", "matte"), tmp_path), console) == 0
    said = _said(console)
    assert all(source.label in said for role in roles_of("face-to-sticker") for source in role.sources)
    assert said.count("isnet-general-use.onnx") == 1
    assert "matte: matte (not here); stickerface download --model matte brings them (about 179 MB)" in said
    assert list(tmp_path.iterdir()) == []


def _invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["download", *arguments])


def test_the_command_needs_no_bot_token_and_refuses_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _invoke("--list").exit_code == 0
    assert (_invoke("--model", "dall-e").exit_code, "expected one of" in _invoke("--model", "dall-e").output) == (
        2,
        True,
    )
    monkeypatch.setenv("WEIGHTS_OVERRIDES", "nose=/x")
    monkeypatch.setenv("HF_ENDPOINT", "somewhere")
    result = _invoke("--list")
    assert result.exit_code == 2
    assert "WEIGHTS_OVERRIDES: 'nose' is no role" in result.output and "HF_ENDPOINT: is no web address" in result.output


async def _start(hub: Hub, request: Request) -> asyncio.subprocess.Process:
    places = ",".join(f"{role}={place}" for role, place in request.overrides.items())
    environment = {
        **os.environ,
        "HF_ENDPOINT": hub.urls["hub"],
        "WEIGHTS_DIR": str(request.folder),
        "WEIGHTS_OVERRIDES": places,
        "PYTHONPATH": str(ROOT),
    }
    command = (sys.executable, "-m", "cli.main", "download", "--model", "photomaker")
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )


async def test_two_processes_at_once_bring_every_file_once(hub: Hub, photomaker: Request) -> None:
    processes = [await _start(hub, photomaker) for _ in range(2)]
    said = [(await process.communicate())[0].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert len(hub.ranges()) == 2  # two large files, each once
    assert sum("nothing to download" in each for each in said) == 1


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
async def test_a_stopped_process_leaves_what_the_next_one_goes_on_with(
    hub: Hub, photomaker: Request, end: signal.Signals
) -> None:
    until = asyncio.Event()
    hub.answers = [hub.hang_after(200_000, until)] * 2
    process = await _start(hub, photomaker)
    await _parts_have(photomaker.folder, 200_000, count=2)
    process.send_signal(end)
    said = (await process.communicate())[0].decode()
    until.set()
    assert process.returncode == (130 if end is signal.SIGINT else -signal.SIGKILL)
    assert ("the same command goes on" in said, "Traceback" in said) == (end is signal.SIGINT, False)
    assert await download(photomaker, _console()) == 0
    assert hub.ranges() == ["", "", "bytes=200000-", "bytes=200000-"]


async def _parts_have(folder: Path, size: int, *, count: int) -> None:
    # Another process writes them: there is nothing to await but the files themselves.
    while [path.stat().st_size for path in folder.rglob("*.part")] != [size] * count:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
