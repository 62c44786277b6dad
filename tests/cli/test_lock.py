"""Two copies on one DATA_DIR or one bot token: the second is refused, and a killed one leaves no lock behind."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.lock import AlreadyRunning, join_folder, lock_folder, lock_token, lock_whole_folder
from cli.run import EXIT_FAILED, EXIT_OK, run
from cli.settings import ServerSettings, Settings
from service.stickers import StickerService

DATA_DIR = Path("/srv/first")
TOKEN = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
HOLD = """
import sys, time
from pathlib import Path
from cli.lock import lock_folder
lock = lock_folder(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


async def test_a_second_copy_is_refused_with_the_pid_of_the_first_until_that_is_gone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with subprocess.Popen(  # noqa: ASYNC220 - it answers at once
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as first:
        assert first.stdout is not None and first.stdout.readline() == b"held\n"

        code = await run(ServerSettings(data_dir=tmp_path, port=0, _env_file=None))

        assert code == EXIT_FAILED
        assert f"in use by process {first.pid}" in caplog.text
        first.send_signal(signal.SIGKILL)
        first.wait()

    lock = lock_folder(tmp_path)
    with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
        lock_folder(tmp_path)
    lock.release()
    lock_folder(tmp_path).release()


def test_a_token_is_locked_whatever_the_folder_and_named_in_no_file(tmp_path: Path) -> None:
    lock = lock_token("https://api.telegram.org", TOKEN, DATA_DIR, tmp_path)
    assert lock is not None

    with pytest.raises(AlreadyRunning, match=f"token is in use by process {os.getpid()} with DATA_DIR /srv/first:"):
        lock_token("https://api.telegram.org", TOKEN, DATA_DIR, tmp_path)
    other_bot = lock_token("https://api.telegram.org", "8:another", DATA_DIR, tmp_path)
    other_telegram = lock_token("http://localhost:8081", TOKEN, DATA_DIR, tmp_path)

    assert other_bot is not None and other_telegram is not None
    assert not any(TOKEN[:6] in file.name + file.read_text() for file in tmp_path.iterdir())
    for each in (lock, other_bot, other_telegram):
        each.release()
    again = lock_token("https://api.telegram.org", TOKEN, DATA_DIR, tmp_path)
    assert again is not None
    again.release()


def test_where_no_file_can_be_written_the_bot_starts_without_a_lock(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert lock_token("https://api.telegram.org", TOKEN, DATA_DIR, tmp_path / "file") is None


async def test_a_second_copy_on_the_token_with_its_own_folder_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = "http://127.0.0.1:1"  # nobody there: it is refused before it asks
    lock = lock_token(url, TOKEN, DATA_DIR)
    assert lock is not None

    settings = Settings(
        data_dir=tmp_path / "second", telegram_bot_token=TOKEN, telegram_api_url=url, port=0, _env_file=None
    )
    code = await run(settings)

    lock.release()
    assert code == EXIT_FAILED
    assert f"token is in use by process {os.getpid()}" in caplog.text
    assert TOKEN not in caplog.text


async def test_workers_join_a_bot_and_nobody_a_restore_or_an_older_version(tmp_path: Path) -> None:
    lock = lock_folder(tmp_path)
    join_folder(tmp_path)
    lock.release()
    join_folder(tmp_path)

    async with await StickerService.open(tmp_path) as service:
        await service.processes.join("worker")
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}: stop everything"):
            lock_whole_folder(tmp_path)
        lock_folder(tmp_path).release()  # a bot comes and goes

    whole = lock_whole_folder(tmp_path)
    with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
        join_folder(tmp_path)
    whole.release()
    file = os.open(tmp_path / "running.pid", os.O_RDWR)
    os.truncate(file, 0)
    os.write(file, b"4711\n/srv/first\n")  # as versions wrote that knew of no others
    fcntl.flock(file, fcntl.LOCK_EX)
    with pytest.raises(AlreadyRunning, match="process 4711"):
        join_folder(tmp_path)
    os.close(file)


async def test_a_front_end_that_draws_nothing_may_be_one_of_several_and_one_that_draws_may_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lock = lock_folder(tmp_path)
    assert await run(ServerSettings(data_dir=tmp_path, port=0, _env_file=None)) == EXIT_FAILED
    assert "`stickerface serve` with POOL=none" in caplog.text
    front = asyncio.create_task(run(ServerSettings(data_dir=tmp_path, port=0, pool="none", _env_file=None)))
    async with asyncio.timeout(20):
        while not StickerService.pids_at_work(tmp_path):
            assert not front.done()
            await asyncio.sleep(0.01)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await front == EXIT_OK
    lock.release()
