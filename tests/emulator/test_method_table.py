"""All methods at once: nothing succeeds for want of looking, and no nonsense breaks the server."""

from __future__ import annotations

import contextlib
import json

import pytest

from emulator.bot_api import KNOWN_METHODS
from emulator.call_parameters import CallParameters
from emulator.driver import PersonDriver
from emulator.errors import BotApiError
from emulator.methods import METHODS, MethodCall
from emulator.server import Emulator
from tests.emulator.conftest import Api

# Methods whose required parameter may stand empty or is filled in by the server.
FORGIVING = {("setWebhook", "url"), ("setStickerSetThumbnail", "format"), ("getMyCommands", "scope")}
REQUIRED = [
    (name, parameter)
    for name, _ in METHODS.values()
    for parameter in KNOWN_METHODS[name]
    if (name, parameter) not in FORGIVING
]
JSON_PARAMETERS = [
    *("reply_markup", "reply_parameters", "entities", "caption_entities", "media", "sticker", "stickers"),
    *("emoji_list", "keywords", "commands", "scope", "menu_button", "reaction", "results", "result", "button"),
    *("allowed_updates", "message_ids", "custom_emoji_ids", "mask_position"),
]
NONSENSE = ["", "null", "0", "-1", "true", '"x"', "{", "[]", "{}", "[[]]", "[{}]", "[null]", '{"type":1}', "9" * 400]


def test_every_emulated_method_exists_in_the_bot_api() -> None:
    assert {name for name, _ in METHODS.values()} <= set(KNOWN_METHODS)


@pytest.mark.parametrize(("method", "parameter"), REQUIRED)
async def test_a_required_parameter_is_required(api: Api, ada: PersonDriver, method: str, parameter: str) -> None:
    known = {"chat_id": 7, "from_chat_id": 7, "user_id": 7, "message_id": 1, "text": "x", "name": "x_by_my_bot"}
    given = {name: known.get(name, "x") for name in KNOWN_METHODS[method] if name != parameter}
    assert not (await api(method, **given))["ok"]


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_no_nonsense_breaks_a_method(emulator: Emulator, ada: PersonDriver, nonsense: str) -> None:
    known = {"chat_id": "7", "user_id": "7", "message_id": "1", "text": "x", "offset": "0"}
    for name, handler in METHODS.values():
        for parameter in {*KNOWN_METHODS[name], *JSON_PARAMETERS}:
            parameters = CallParameters({**known, parameter: nonsense})
            with contextlib.suppress(BotApiError):  # anything else would be a 500
                json.dumps(await handler(MethodCall(emulator.world, ada.bot, name, parameters)))
