"""A stranger's road: from a clone to a bot that runs, backed up, upgraded, restored, and removed again.

    python -m tests.acceptance.strangers_road --root /srv/bookworm

walks it in the root file system of an empty Debian 12 (`mmdebstrap --variant=minbase bookworm /srv/bookworm`), as root,
with the commands that README.md and docs/ tell a stranger, and prints what each took. Only Telegram is not the real
one.
`test_strangers_road.py` walks it on this machine, without downloading what is installed here already.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emulator.driver import PersonDriver
from emulator.rules import Rules
from emulator.server import Emulator, make_bot

ROOT = Path(__file__).parents[2]
PHOTO = (ROOT / "cli/demo/astronaut.jpg").read_bytes()
TOKEN = "123456789:AAF3strangers-road-token"
APT = "apt-get update -qq && apt-get install -y -qq --no-install-recommends git make python3-venv ca-certificates"
PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Machine:
    """The stranger's machine: `root` is its root file system, "/" for this one; `home` a folder in it."""

    root: Path
    home: Path
    environment: Mapping[str, str]
    took: list[tuple[str, float]] = field(default_factory=list)

    def path(self, name: str) -> Path:
        """Return where a file of the stranger's home is, seen from here."""
        return self.root / self.home.relative_to("/") / name

    def arguments(self, command: str) -> list[str]:
        """Return how to run a command line as the stranger's shell does, in their home."""
        shell = ["/bin/sh", "-c", f'cd "$HOME" && {command}']
        return shell if self.root == Path("/") else ["chroot", str(self.root), *shell]

    def run(self, command: str, expected: int = 0) -> str:
        """Run a command line; return what it printed. Raises `AssertionError` for another exit code."""
        began = time.monotonic()
        done = subprocess.run(
            self.arguments(command),
            env={**self.environment, "HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.took.append((command, time.monotonic() - began))
        assert done.returncode == expected, f"{command}: exit code {done.returncode}\n{done.stdout}"
        return done.stdout


class Running:
    """`stickerface run` on the stranger's machine, from the start until SIGTERM has ended it."""

    def __init__(self, machine: Machine, emulator: Emulator) -> None:
        self._machine = machine
        self._emulator = emulator

    async def __aenter__(self) -> None:
        before = self._emulator.calls.last
        # exec: SIGTERM is for the program, not for the shell that started it.
        self._process = await asyncio.create_subprocess_exec(
            *self._machine.arguments("exec stickerface run"),
            env={**self._machine.environment, "HOME": str(self._machine.home)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._log = asyncio.create_task(self._read())
        async with asyncio.timeout(PATIENCE_S):
            while not any(call.number > before for call in self._emulator.calls.of("getUpdates")):
                assert self._process.returncode is None, await self._log
                await asyncio.sleep(0.02)

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        code = await asyncio.wait_for(self._process.wait(), 20)
        assert code == 0, await self._log

    async def _read(self) -> str:
        assert self._process.stdout is not None
        return (await self._process.stdout.read()).decode(errors="replace")


async def walk(machine: Machine, install: str = "make install", service: Sequence[str] = ()) -> None:
    """Walk the whole road with the clone in `stickerface/` of the stranger's home. Raises `AssertionError`.

    `install` is the command that installs; `service` are commands to try at the end.
    """
    emulator = Emulator([make_bot(TOKEN, "strangers_bot")], rules=Rules(flood=None, identical_sticker="same_file"))
    url = await emulator.start()
    ada = emulator.person(7, "Ada")
    try:
        # Installed, and the settings as README says: what is missing is told first.
        said = await asyncio.to_thread(machine.run, f"cd stickerface && {install}")
        assert "is installed as" in said, said
        first = (await asyncio.to_thread(machine.run, "stickerface --version")).split()[-1]
        assert "@BotFather" in await asyncio.to_thread(machine.run, "stickerface doctor", 2)
        settings = machine.path("stickerface/.env.example").read_text()
        settings = re.sub(r"^#?TELEGRAM_BOT_TOKEN=.*$", f"TELEGRAM_BOT_TOKEN={TOKEN}", settings, flags=re.MULTILINE)
        settings = re.sub(r"^#?TELEGRAM_API_URL=.*$", f"TELEGRAM_API_URL={url}", settings, flags=re.MULTILINE)
        settings = re.sub(r"^#?PORT=.*$", "PORT=0", settings, flags=re.MULTILINE)
        machine.path(".env").write_text(settings)
        machine.path(".env").chmod(0o600)
        assert "Start: stickerface run" in await asyncio.to_thread(machine.run, "stickerface doctor")

        # A first sticker, a backup while it runs, and a sticker that the backup does not know.
        async with Running(machine, emulator):
            await sticker(ada)
            await asyncio.to_thread(machine.run, "stickerface backup before.tar")
            await sticker(ada)

        # Upgraded: a version that says another number, over the same data.
        project = machine.path("stickerface/pyproject.toml")
        newer = f"{first}.post1"
        project.write_text(project.read_text().replace(f'version = "{first}"', f'version = "{newer}"', 1))
        await asyncio.to_thread(machine.run, f"cd stickerface && {install}")
        assert newer in await asyncio.to_thread(machine.run, "stickerface --version")
        async with Running(machine, emulator):
            await sticker(ada)
        assert in_packs(ada) == 3

        # Restored to the backup: it goes on in the pack that Telegram has.
        assert "already has data" in await asyncio.to_thread(machine.run, "stickerface restore before.tar", 1)
        await asyncio.to_thread(machine.run, "stickerface restore before.tar --force")
        async with Running(machine, emulator):
            await sticker(ada)
        assert in_packs(ada) == 4
        assert len(ada.packs) == 1

        for command in service:
            await asyncio.to_thread(machine.run, command)
        await asyncio.to_thread(machine.run, "cd stickerface && make uninstall")
        await asyncio.to_thread(machine.run, "stickerface --version", 127)
        assert machine.path("data").exists()
    finally:
        await emulator.stop()


def in_packs(person: PersonDriver) -> int:
    return sum(len(pack["stickers"]) for pack in person.packs)


async def sticker(person: PersonDriver) -> None:
    """Send a photo, and wait for its sticker in chat and pack."""
    await person.send_photo(PHOTO)
    await person.wait_for_sticker(PATIENCE_S)


def main() -> int:
    """Run it as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True)
    root: Path = parser.parse_args().root
    shutil.copyfile("/etc/resolv.conf", root / "etc/resolv.conf")
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
    with tempfile.TemporaryDirectory(dir=root / "root") as home:
        machine = Machine(root, Path("/root") / Path(home).name, environment)
        machine.run(APT)
        subprocess.run(["git", "clone", "-q", str(ROOT), str(machine.path("stickerface"))], check=True)
        service = ("cd stickerface && make install-service", "grep -q stickerface /etc/passwd")
        asyncio.run(walk(machine, service=service))
    for command, seconds in machine.took:
        print(f"{seconds:7.1f} s  {command}")
    print(f"{sum(seconds for _, seconds in machine.took):7.1f} s in all commands")
    return 0


if __name__ == "__main__":
    sys.exit(main())
