"""A backup while the bot works, a disaster, and the bot on what was restored."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from emulator.driver import PersonDriver
from emulator.seen import SeenMessage
from storage.backup import restore, save
from tests.acceptance.stage import Stage, picture

ASTRONAUT = (Path(__file__).parents[2] / "cli/demo/astronaut.jpg").read_bytes()


def answers(person: PersonDriver, photo: SeenMessage) -> int:
    """How many stickers answer this photo."""
    replies = [seen.json["reply_to_message"]["message_id"] for seen in person.transcript if seen.kind == "sticker"]
    return replies.count(photo.id)


async def test_after_a_restore_what_waited_comes_and_nothing_that_had_come_comes_again(
    stage: Stage, tmp_path: Path
) -> None:
    ada = stage.person()
    before = await ada.send_photo(picture((200, 0, 0)))
    await ada.wait_for_sticker()
    await stage.wait_until_delivered()
    stage.plain.hold()
    meanwhile = await ada.send_photo(picture((0, 200, 0)))
    await stage.wait_until_drawing()
    await asyncio.to_thread(save, tmp_path, tmp_path / "backup.tar", "1")
    await stage.stop()  # and it may be delivered in these seconds

    for path in tmp_path.glob("stickerface.sqlite3*"):
        path.unlink()
    shutil.rmtree(stage.files)
    with (tmp_path / "backup.tar").open("rb") as stream:
        await asyncio.to_thread(restore, tmp_path, stream)
    await stage.start()
    after = await ada.send_photo(picture((0, 0, 200)))
    await ada.wait_until(lambda: answers(ada, after) == 1)
    await stage.wait_until_none_goes_on("tg:7")
    await stage.wait_until_delivered()

    assert (answers(ada, before), answers(ada, meanwhile) in (1, 2), answers(ada, after)) == (1, True, 1)
    assert [len(pack["stickers"]) for pack in ada.packs] == [3]


async def test_packs_keep_what_was_made_after_the_backup_and_take_the_next_sticker(
    stage: Stage, tmp_path: Path
) -> None:
    """Telegram has the set; the restored rows do not know of it yet."""
    ada = stage.person()
    await ada.start()
    await stage.wait_until_registered()
    await asyncio.to_thread(save, tmp_path, tmp_path / "backup.tar", "1")
    await ada.send_photo(picture((200, 0, 0)))
    await ada.wait_for_sticker()
    await stage.wait_until_delivered()
    await stage.stop()
    with (tmp_path / "backup.tar").open("rb") as stream:
        await asyncio.to_thread(restore, tmp_path, stream, replaces=True)

    await stage.start()
    photo = await ada.send_photo(ASTRONAUT)
    await ada.wait_until(lambda: answers(ada, photo) == 1)

    assert [len(pack["stickers"]) for pack in ada.packs] == [2]
