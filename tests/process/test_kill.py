"""kill -9 on the real process, at every kind of moment: no photo is lost, no sticker is twice in a set."""

from __future__ import annotations

import pytest

from emulator.driver import PersonDriver
from tests.process.conftest import ASTRONAUT, Product

PHOTOS = 3
MOMENTS = [
    ("getFile", 1),
    ("sendMessage", 2),
    ("uploadStickerFile", 1),
    ("createNewStickerSet", 1),
    ("getStickerSet", 1),
    ("uploadStickerFile", 2),
    ("addStickerToSet", 1),
    ("addStickerToSet", 2),
    ("sendSticker", 1),
    ("deleteMessage", 1),
]


async def _everything_arrived(people: list[PersonDriver]) -> None:
    for person in people:
        await person.wait_until(lambda person=person: _stickers_in_packs(person) >= PHOTOS, timeout_s=60)
        await person.wait_until(lambda person=person: len(_stickers_in_chat(person)) >= PHOTOS, timeout_s=60)


def _stickers_in_packs(person: PersonDriver) -> int:
    return sum(len(pack["stickers"]) for pack in person.packs)


def _stickers_in_chat(person: PersonDriver) -> list[str]:
    return [seen.json["sticker"]["file_unique_id"] for seen in person.seen if seen.kind == "sticker"]


@pytest.mark.parametrize(("method", "number"), MOMENTS)
async def test_a_kill_at_any_call_loses_no_photo_and_doubles_no_sticker(
    product: Product, method: str, number: int
) -> None:
    if method == "deleteMessage":  # what is drawn soon is told by a draft: only a message is deleted
        product.emulator.faults.add("sendMessageDraft", "error", code=404, description="Not Found", count=10**6)
    await product.started()
    people = [product.emulator.person(7, "Ada"), product.emulator.person(8, "Bob")]
    for _ in range(PHOTOS):
        for person in people:
            await person.send_photo(ASTRONAUT)
    await product.until(lambda: len(product.emulator.calls.of(method)) >= number, 60)
    await product.kill()
    await product.started()
    await _everything_arrived(people)
    code, _ = await product.end()
    assert code == 0
    for person in people:
        assert _stickers_in_packs(person) == PHOTOS
        assert set(_stickers_in_chat(person)) == {
            sticker["sticker"]["file_unique_id"] for pack in person.packs for sticker in pack["stickers"]
        }


@pytest.mark.parametrize("point", ["getFile", "download", "uploadStickerFile", "createNewStickerSet", "sendSticker"])
async def test_a_kill_during_the_retries_of_an_outage_loses_no_photo(product: Product, point: str) -> None:
    ada = product.emulator.person(7, "Ada")
    await product.started()
    outage = product.emulator.faults.add(point, "html", code=502, count=10**6)
    for _ in range(PHOTOS):
        await ada.send_photo(ASTRONAUT)
    for tries in (2, 4):
        await product.until(lambda tries=tries: len(outage.fired) >= tries, 60)
        await product.kill()
        await product.started()
    product.emulator.faults.clear()
    await _everything_arrived([ada])
    await product.end()
    assert _stickers_in_packs(ada) == PHOTOS
    assert "Traceback" not in product.log.read_text()


async def test_a_kill_while_a_photo_is_fetched_slowly_fetches_it_anew(product: Product) -> None:
    ada = product.emulator.person(7, "Ada")
    await product.started()
    slow = product.emulator.faults.add("download", "slow", bytes_per_s=100, count=1)
    await ada.send_photo(ASTRONAUT)
    await product.until(lambda: slow.fired, 60)
    await ada.send_text("/help")
    await ada.wait_for_text("One sticker comes back", timeout_s=3)
    await product.kill()
    await product.started()
    await ada.wait_for_sticker(timeout_s=60)
    assert _stickers_in_packs(ada) == 1


async def test_killed_again_and_again_it_still_ends_right(product: Product) -> None:
    ada = product.emulator.person(7, "Ada")
    await product.started()
    for _ in range(PHOTOS):
        await ada.send_photo(ASTRONAUT)
    for _ in range(4):
        calls = product.emulator.calls.last
        await product.until(lambda calls=calls: product.emulator.calls.last >= calls + 5, 60)
        await product.kill()
        await product.started()
    await _everything_arrived([ada])
    await product.end()
    assert _stickers_in_packs(ada) == PHOTOS


REACTIONS = 16


# Of each life the call at which it is killed. Few enough that Telegram's limit of a minute is met by none of them.
@pytest.mark.parametrize(
    ("has_pack", "lives"),
    [
        (False, [("uploadStickerFile", 9)]),
        (False, [("createNewStickerSet", 2)]),
        (False, [("sendPhoto", 1)]),
        (True, [("addStickerToSet", 3), ("addStickerToSet", 9)]),
    ],
)
async def test_a_kill_at_any_call_leaves_every_reaction_in_the_pack_once(
    product: Product, has_pack: bool, lives: list[tuple[str, int]]
) -> None:
    ada = product.emulator.person(7, "Ada")
    await product.started()
    await ada.send_photo(ASTRONAUT, "🙂")
    sticker = await ada.wait_for_sticker(timeout_s=60)
    if not has_pack:
        await ada.delete_pack(sticker.set_name)
        product.emulator.world.clock.advance(3600)
    await ada.press(sticker, "All reactions")
    for method, number in lives:
        await product.until(lambda method=method, number=number: len(product.emulator.calls.of(method)) >= number, 60)
        await product.kill()
        await product.started()
    sheet = await ada.wait_for_photo(timeout_s=60)
    await product.end()

    (pack,) = ada.packs
    emoji = [each["emoji_list"][0] for each in pack["stickers"]]
    assert len(emoji) == len(set(emoji)) == REACTIONS + has_pack
    assert emoji[has_pack : has_pack + 3] == ["😀", "😂", "😍"]
    assert sheet.text.startswith("All 16 are in your pack")


async def test_a_kill_between_the_photos_of_an_album_leaves_it_one_job(product: Product) -> None:
    ada = product.emulator.person(7, "Ada")
    await product.started()
    await ada.send_photo_of_album("a", ASTRONAUT)
    await product.until(lambda: len(product.emulator.calls.of("sendMessage")) >= 1, 60)
    await product.kill()
    await ada.send_photo_of_album("a", ASTRONAUT)
    await product.started()
    await ada.wait_for_sticker(60)
    await product.end()
    assert _stickers_in_packs(ada) == 1
    assert len(_stickers_in_chat(ada)) == 1


async def test_a_kill_during_a_broadcast_sends_it_to_nobody_twice(product: Product) -> None:
    product.environment["ADMIN_IDS"] = "99"
    admin = product.emulator.person(99, "Root")
    people = [product.emulator.person(1000 + number, f"P{number}") for number in range(19)]
    await product.started()
    for person in [admin, *people]:
        await person.send_text("/style comic")
        await person.wait_for_text("Comic it is", timeout_s=60)
    await admin.send_text("/broadcast Hello")
    question = await admin.wait_for_text("That's how it looks. Send it to 20 people?")

    def copies() -> list[int]:
        return [sum(seen.text == "Hello" for seen in person.seen) for person in people]

    await admin.press(question, "Send it")
    await product.until(lambda: sum(copies()) >= 3, 60)
    await product.kill()
    await product.started()
    report = await admin.wait_for_text("people have it.", timeout_s=60)
    code, _ = await product.end()

    assert code == 0
    assert max(copies()) == 1
    have_it = int(report.text.split()[0])
    unknown = int(report.text.split("With ")[1].split()[0]) if "With" in report.text else 0
    assert have_it + unknown == 20
    assert unknown <= 5
