"""The stranger's road on this machine; `strangers_road.py` tells how it is walked on an empty Debian 12."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.acceptance.strangers_road import Machine, walk
from tests.install.conftest import ROOT, offline, tracked


async def test_a_stranger_installs_runs_backs_up_upgrades_restores_and_removes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in tracked():
        if not name.startswith("tests/"):
            (home / "stickerface" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, home / "stickerface" / name)
    prefix = home / ".local"
    environment = {"PATH": f"{prefix}/bin:{os.environ['PATH']}", **offline()}
    await walk(Machine(Path("/"), home, environment), install=f"make install PREFIX={prefix}")
