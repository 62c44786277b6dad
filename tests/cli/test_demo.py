from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from cli.demo.play import play
from emulator.server import Emulator, make_bot


def _size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


async def test_the_conversation_plays_to_its_end_and_leaves_stickers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await play(tmp_path / "demo", port=0, once=True) == 0
    printed = capsys.readouterr().out
    for line in ("/start", "ready for launch", "presses “Comic”", "has 4 stickers", "Chat page"):
        assert (line in printed) is (line != "Chat page"), printed
    stickers = sorted((tmp_path / "demo").glob("*.webp"))
    assert [max(_size(path)) for path in stickers] == [512] * 4
    assert len({path.read_bytes() for path in stickers}) == 4
    assert _size(tmp_path / "demo" / "contact_sheet.png")[0] > 1000


async def test_a_port_that_is_taken_is_told_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Emulator([make_bot("1:a", "other_bot")])
    port = int((await other.start()).rsplit(":", 1)[1])
    assert await play(tmp_path, port=port, once=True) == 1
    await other.stop()
    assert "--port" in capsys.readouterr().out
