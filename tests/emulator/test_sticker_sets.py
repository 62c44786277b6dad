"""Sticker sets: every refusal in Telegram's words, and what changes when nothing is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.driver import PersonDriver
from emulator.server import Emulator
from tests.emulator.conftest import PACK, Api, input_sticker, picture


async def first_id(api: Api, name: str = PACK, position: int = 0) -> str:
    answer = await api("getStickerSet", name=name)
    return str(answer["result"]["stickers"][position]["file_id"])


async def add(api: Api, file: bytes, **parameters: Any) -> Any:
    defaults = {"user_id": 7, "name": PACK, "sticker": input_sticker(), "file": file}
    return await api("addStickerToSet", **defaults | parameters)


@pytest.mark.parametrize(
    ("sticker", "words"),
    [
        ("{", "Can't parse sticker JSON object"),
        ("[]", "can't parse sticker: InputSticker must be an Object"),
        (input_sticker(sticker=""), "can't parse sticker: sticker not found"),
        (input_sticker(sticker="attach://nothing"), "can't parse sticker: sticker not found"),
        (input_sticker(format="jpeg"), "can't parse sticker: Invalid sticker format specified"),
        ({"sticker": "attach://file", "format": "static"}, "can't parse sticker: Can't find field \"emoji_list\""),
        (input_sticker(emoji_list="😀"), "can't parse sticker: expected an Array of string"),
        (input_sticker(emoji_list=[]), "can't parse sticker: emoji list must be non-empty"),
        (input_sticker(emoji_list=["😀"] * 21), "can't parse sticker: too many emoji specified"),
        (input_sticker(emoji_list=[1]), "can't parse sticker: emoji must be a string"),
        (input_sticker(emoji_list=["😀😀"]), "can't parse sticker: expected a Unicode emoji"),
        (input_sticker(emoji_list=[":)"]), "can't parse sticker: expected a Unicode emoji"),
        (input_sticker(keywords="cat"), 'can\'t parse sticker: Field "keywords" must be an Array'),
        (input_sticker(keywords=[1]), "can't parse sticker: keyword must be a string"),
    ],
)
async def test_a_bad_input_sticker_is_refused_before_the_set_is_looked_up(
    api: Api, sticker: object, words: str
) -> None:
    answer = await api("addStickerToSet", user_id=7, name="no_such_set", sticker=sticker, file=picture())
    expected = words if words[1] == "_" else words[0].lower() + words[1:]
    assert answer["description"] == f"Bad Request: {expected}"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"no picture at all", "STICKER_PNG_NOPNG"),
        (picture()[:200], "STICKER_PNG_NOPNG"),
        (picture(encoding="JPEG"), "STICKER_PNG_NOPNG"),
        (picture(size=(511, 511)), "STICKER_PNG_DIMENSIONS"),
        (picture(size=(513, 400)), "STICKER_PNG_DIMENSIONS"),
        (picture(size=(512, 513)), "STICKER_PNG_DIMENSIONS"),
        (b"x" * (512 * 1024 + 1), "file is too big"),
        (b"", "file must be non-empty"),
    ],
    ids=["no picture", "truncated", "JPEG", "511", "513", "other side 513", "over 512 KB", "empty"],
)
async def test_a_file_that_is_no_sticker_is_refused(api: Api, pack: str, file: bytes, words: str) -> None:
    assert (await add(api, file))["description"] == f"Bad Request: {words}"


@pytest.mark.parametrize("file", [picture("blue"), picture("blue", (300, 512)), picture("blue", encoding="PNG")])
async def test_a_sound_sticker_is_appended(emulator: Emulator, api: Api, pack: str, file: bytes) -> None:
    assert await add(api, file) == {"ok": True, "result": True}
    pictures = emulator.stickers(PACK)
    assert (len(pictures), pictures[1].format, max(pictures[1].size)) == (2, "WEBP", 512)


async def test_a_set_is_shown_as_the_server_shows_it(api: Api, pack: str) -> None:
    shown = (await api("getStickerSet", name=PACK.upper()))["result"]
    sticker = shown["stickers"][0]
    thumbnail = sticker["thumbnail"]
    assert shown == {
        "name": PACK,
        "title": "Ada's",
        "sticker_type": "regular",
        "contains_masks": False,
        "stickers": [
            {
                "width": 512,
                "height": 400,
                "emoji": "😀",
                "set_name": PACK,
                "is_animated": False,
                "is_video": False,
                "type": "regular",
                "thumbnail": thumbnail,
                "thumb": thumbnail,
                "file_id": sticker["file_id"],
                "file_unique_id": sticker["file_unique_id"],
                "file_size": len(picture("red")),
            }
        ],
    }


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"stickers": "{"}, "can't parse stickers JSON object"),
        ({"stickers": "{}"}, "expected an Array of InputSticker"),
        (
            {"stickers": [{"sticker": "attach://file", "emoji_list": ["😀"]}]},
            "can't parse InputSticker: Can't find field \"format\"",
        ),
        ({"stickers": [input_sticker()] * 51}, "too many stickers specified"),
        ({"stickers": []}, "at least 1 sticker must be specified"),
        ({"sticker_type": "emoji"}, "unsupported sticker type specified"),
        ({"needs_repainting": True}, "only custom emoji stickers support repainting"),
        ({"user_id": 0}, "invalid user_id specified"),
        ({"user_id": 999}, "user not found"),
        ({"user_id": 42}, "USER_IS_BOT"),
        ({"title": "  "}, "sticker set title must be non-empty"),
        ({"name": ""}, "sticker set name must be non-empty"),
        ({"name": "new_by_other_bot"}, "invalid sticker set name is specified"),
        ({"name": "1new_by_my_bot"}, "invalid sticker set name is specified"),
        ({"name": "new__1_by_my_bot"}, "invalid sticker set name is specified"),
        ({"name": "n" * 60 + "_by_my_bot"}, "invalid sticker set name is specified"),
        ({"name": PACK.upper()}, "sticker set name is already occupied"),
    ],
)
async def test_a_bad_new_set_is_refused(api: Api, pack: str, parameters: dict[str, Any], words: str) -> None:
    sound = {"user_id": 7, "name": "new_by_my_bot", "title": "New", "stickers": [input_sticker()]}
    answer = await api("createNewStickerSet", **sound | parameters, file=picture())
    assert answer["description"] == f"Bad Request: {words}"


async def test_the_title_is_cut_to_64_without_a_word(api: Api, pack: str) -> None:
    await api("setStickerSetTitle", name=PACK, title="t" * 70)
    assert (await api("getStickerSet", name=PACK))["result"]["title"] == "t" * 64


async def test_an_identical_sticker_changes_nothing(emulator: Emulator, api: Api, pack: str) -> None:
    assert await add(api, picture("red")) == {"ok": True, "result": True}
    assert len(emulator.stickers(PACK)) == 1


async def test_the_121st_sticker_is_too_much(emulator: Emulator, api: Api, pack: str, ada: PersonDriver) -> None:
    full = emulator.world.sets.require(PACK)
    full.stickers = full.stickers * 120
    assert (await add(api, picture("blue")))["description"] == "Bad Request: STICKERS_TOO_MUCH"


async def test_an_uploaded_file_and_the_sticker_made_of_it_have_different_ids(api: Api, pack: str) -> None:
    uploaded = await api("uploadStickerFile", user_id=7, sticker_format="static", sticker=picture("green"))
    source = uploaded["result"]
    assert await add(api, b"-", sticker=input_sticker(sticker=source["file_id"])) == {"ok": True, "result": True}
    sticker = (await api("getStickerSet", name=PACK))["result"]["stickers"][1]
    assert sticker["file_unique_id"] != source["file_unique_id"]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"sticker": "CAACsomething"}, "inputFile is not specified"),
        ({"sticker": picture(), "sticker_format": "auto"}, "invalid sticker format specified"),
        ({"sticker": b""}, "can't upload sticker file: empty file"),
        ({"sticker": picture(), "user_id": 5}, "user not found"),
    ],
)
async def test_an_upload_needs_a_file_a_format_and_a_user(
    api: Api, ada: PersonDriver, parameters: dict[str, Any], words: str
) -> None:
    answer = await api("uploadStickerFile", **{"user_id": 7, "sticker_format": "static"} | parameters)
    assert answer["description"] == f"Bad Request: {words}"


async def test_another_bots_file_id_is_refused(api: Api, pack: str, emulator: Emulator) -> None:
    await emulator.person(7, "Ada", bot="other_bot").start()
    uploaded = await api(
        "uploadStickerFile", token="43:def", user_id=7, sticker_format="static", sticker=picture("green")
    )
    answer = await add(api, b"-", sticker=input_sticker(sticker=uploaded["result"]["file_id"]))
    assert "wrong remote file identifier specified" in answer["description"]


async def test_another_bots_set_is_out_of_reach(api: Api, pack: str, emulator: Emulator) -> None:
    await emulator.person(7, "Ada", bot="other_bot").start()
    assert (await add(api, picture("blue"), token="43:def"))["description"] == "Bad Request: STICKERSET_INVALID"


async def test_another_persons_set_is_out_of_reach(api: Api, pack: str, emulator: Emulator) -> None:
    await emulator.person(8, "Bob").start()
    answer = await add(api, picture("blue"), user_id=8)
    assert answer["description"] == "Bad Request: STICKERSET_OWNER_ANOTHER"


async def test_replacing_keeps_the_place_and_changes_the_id(api: Api, pack: str) -> None:
    await add(api, picture("blue"))
    old = await first_id(api)
    replaced = await api(
        "replaceStickerInSet", user_id=7, name=PACK, old_sticker=old, sticker=input_sticker(), file=picture("lime")
    )
    assert replaced == {"ok": True, "result": True}
    assert await first_id(api) != old
    again = await api("deleteStickerFromSet", sticker=old)
    assert again["description"] == "Bad Request: STICKER_INVALID"


async def test_the_last_sticker_leaves_an_empty_living_set(api: Api, pack: str) -> None:
    assert (await api("deleteStickerFromSet", sticker=await first_id(api)))["ok"]
    assert (await api("getStickerSet", name=PACK))["result"]["stickers"] == []


@pytest.mark.parametrize(
    ("position", "words"),
    [(-1, "wrong sticker position specified"), (0, "STICKERSET_NOT_MODIFIED")],
)
async def test_a_useless_move_is_refused(api: Api, pack: str, position: int, words: str) -> None:
    answer = await api("setStickerPositionInSet", sticker=await first_id(api), position=position)
    assert answer["description"] == f"Bad Request: {words}"


async def test_a_sticker_moves(api: Api, pack: str) -> None:
    await add(api, picture("blue"))
    red = await first_id(api)
    assert (await api("setStickerPositionInSet", sticker=red, position=1))["ok"]
    assert await first_id(api, position=1) == red


async def test_emoji_and_keywords_of_a_sticker_change(emulator: Emulator, api: Api, pack: str) -> None:
    sticker = await first_id(api)
    assert (await api("setStickerEmojiList", sticker=sticker, emoji_list=["🎉", "😎"]))["ok"]
    assert (await api("setStickerKeywords", sticker=sticker, keywords=["red, round"]))["ok"]
    shown = emulator.packs_of(emulator.person(7, "Ada"))[0]["stickers"][0]
    assert (shown["sticker"]["emoji"], shown["emoji_list"], shown["keywords"]) == ("🎉", ["🎉", "😎"], ["red  round"])


async def test_a_bad_emoji_list_is_refused_with_its_own_prefix(api: Api, pack: str) -> None:
    answer = await api("setStickerEmojiList", sticker=await first_id(api), emoji_list=["x"])
    assert answer["description"] == "Bad Request: can't parse emoji list: expected a Unicode emoji"


async def test_a_thumbnail_has_100_pixels(api: Api, pack: str) -> None:
    thumbnail = {"name": PACK, "user_id": 7, "format": "static"}
    wrong = await api("setStickerSetThumbnail", **thumbnail, thumbnail=picture())
    assert wrong["description"] == "Bad Request: STICKER_THUMB_PNG_NOPNG"
    assert (await api("setStickerSetThumbnail", **thumbnail, thumbnail=picture(size=(100, 100))))["ok"]
    assert (await api("getStickerSet", name=PACK))["result"]["thumbnail"]["width"] == 100


async def test_a_set_deleted_in_the_app_seems_alive_for_minutes_but_takes_nothing(
    emulator: Emulator, api: Api, pack: str, ada: PersonDriver
) -> None:
    await api("getStickerSet", name=PACK)
    await ada.delete_pack(PACK)
    assert (await api("getStickerSet", name=PACK))["ok"]
    assert (await add(api, picture("blue")))["description"] == "Bad Request: STICKERSET_INVALID"
    emulator.clock.advance(15 * 60)
    assert (await api("getStickerSet", name=PACK))["description"] == "Bad Request: STICKERSET_INVALID"


async def test_a_deleted_name_stays_taken(emulator: Emulator, api: Api, pack: str) -> None:
    new_set = {"user_id": 7, "name": PACK, "title": "Again", "stickers": json.dumps([input_sticker()])}
    assert (await api("deleteStickerSet", name=PACK))["ok"]
    answer = await api("createNewStickerSet", **new_set, file=picture())
    assert answer["description"] == "Bad Request: sticker set name is already occupied"
    emulator.clock.advance(2 * 86400)
    assert (await api("createNewStickerSet", **new_set, file=picture()))["ok"]


async def test_a_sticker_deleted_in_the_app_is_invalid_for_the_bot(api: Api, pack: str, ada: PersonDriver) -> None:
    sticker = await first_id(api)
    await api("sendSticker", chat_id=7, sticker=sticker)
    await ada.delete_sticker(await ada.wait_for_sticker())
    answer = await api("setStickerEmojiList", sticker=sticker, emoji_list=["😀"])
    assert answer["description"] == "Bad Request: STICKER_INVALID"


async def test_a_blocked_bot_can_make_no_set(api: Api, ada: PersonDriver) -> None:
    await ada.block()
    answer = await api(
        "createNewStickerSet", user_id=7, name=PACK, title="t", stickers=[input_sticker()], file=picture()
    )
    assert answer == {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}


async def test_an_emoji_set_has_100_pixels_and_ids_to_find_its_stickers_by(api: Api, ada: PersonDriver) -> None:
    emoji_set = {"user_id": 7, "name": "e_by_my_bot", "title": "e", "sticker_type": "custom_emoji"}
    new = {**emoji_set, "stickers": [input_sticker()]}
    wrong = await api("createNewStickerSet", **new, file=picture())
    assert wrong["description"] == "Bad Request: STICKER_PNG_DIMENSIONS"
    assert (await api("createNewStickerSet", **new, file=picture(size=(100, 100))))["ok"]
    sticker = (await api("getStickerSet", name="e_by_my_bot"))["result"]["stickers"][0]
    found = await api("getCustomEmojiStickers", custom_emoji_ids=[sticker["custom_emoji_id"], "1"])
    assert found["result"] == [sticker]


async def test_an_emoji_set_holds_pictures_of_100_px_with_ids_of_their_own(api: Api, ada: PersonDriver) -> None:
    name = "e7_1_by_my_bot"
    made = {"user_id": 7, "name": name, "title": "Emoji", "sticker_type": "custom_emoji", "needs_repainting": True}
    refused = await api("createNewStickerSet", **made, stickers=[input_sticker()], file=picture())
    assert refused["description"] == "Bad Request: STICKER_PNG_DIMENSIONS"
    assert (await api("createNewStickerSet", **made, stickers=[input_sticker()], file=picture(size=(100, 100))))["ok"]
    found = (await api("getStickerSet", name=name))["result"]
    (sticker,) = found["stickers"]
    assert (found["sticker_type"], sticker["type"], sticker["needs_repainting"]) == ("custom_emoji",) * 2 + (True,)
    ids = [sticker["custom_emoji_id"]]
    assert (await api("getCustomEmojiStickers", custom_emoji_ids=ids))["result"] == [sticker]
    assert (await api("setCustomEmojiStickerSetThumbnail", name=name, custom_emoji_id=ids[0]))["ok"]
    thumbnail = (await api("getStickerSet", name=name))["result"]["thumbnail"]
    assert thumbnail["file_unique_id"] == sticker["file_unique_id"]
    text = f'<tg-emoji emoji-id="{ids[0]}">😀</tg-emoji>'
    sent = await api("sendMessage", chat_id=7, text=text, parse_mode="HTML")
    assert sent["result"]["entities"][0]["custom_emoji_id"] == ids[0]


async def test_masks_have_a_place_on_the_face(api: Api, ada: PersonDriver) -> None:
    name, place = "m7_1_by_my_bot", {"point": "eyes", "x_shift": 0.0, "y_shift": -0.5, "scale": 2.0}
    sticker = input_sticker(mask_position=place)
    made = {"user_id": 7, "name": name, "title": "Masks", "sticker_type": "mask"}
    assert (await api("createNewStickerSet", **made, stickers=[sticker], file=picture()))["ok"]
    (kept,) = (await api("getStickerSet", name=name))["result"]["stickers"]
    assert kept["mask_position"] == place
    wrong = await api("setStickerMaskPosition", sticker=kept["file_id"], mask_position={**place, "point": "nose"})
    assert wrong["description"] == "Bad Request: can't parse mask position: Wrong point specified"
    assert (await api("setStickerMaskPosition", sticker=kept["file_id"]))["ok"]
    assert "mask_position" not in (await api("getStickerSet", name=name))["result"]["stickers"][0]
