"""Two copies on one DATA_DIR: the second is refused with a sentence, and a killed one leaves no lock behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.lock import FolderInUse, FolderLock
from cli.run import EXIT_FAILED, run
from cli.settings import ServerSettings

HOLD = """
import sys, time
from pathlib import Path
from cli.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
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

    lock = FolderLock(tmp_path)
    with pytest.raises(FolderInUse, match=f"process {os.getpid()}"):
        FolderLock(tmp_path)
    lock.release()
    FolderLock(tmp_path).release()
