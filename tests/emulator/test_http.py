"""Paths, tokens and the four encodings."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from emulator.driver import PersonDriver
from emulator.server import Emulator
from tests.emulator.conftest import Api

UNAUTHORIZED = {"ok": False, "error_code": 401, "description": "Unauthorized"}
NOT_A_TOKEN = {"ok": False, "error_code": 401, "description": "Unauthorized: invalid token specified"}


async def fetch(http: aiohttp.ClientSession, url: str, method: str = "GET", **arguments: Any) -> Any:
    async with http.request(method, url, **arguments) as response:
        return await response.json()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/bot99:unknown/getMe", UNAUTHORIZED),
        ("/botnonsense/getMe", NOT_A_TOKEN),
        ("/bot042:abc/getMe", NOT_A_TOKEN),
        ("/bot42:" + "a" * 80 + "/getMe", NOT_A_TOKEN),
        ("/bot42:abc/getMee", {"ok": False, "error_code": 404, "description": "Not Found: method not found"}),
        (
            "/bot42:abc/sendDice",
            {"ok": False, "error_code": 400, "description": "Bad Request: emulator: method sendDice is not emulated"},
        ),
        ("/nowhere", {"ok": False, "error_code": 404, "description": "Not Found"}),
        ("/file/bot42:abc/photos/file_1.jpg", {"ok": False, "error_code": 404, "description": "Not Found"}),
        (
            "/bot42:abc/sendMessage?chat_id=7",
            {"ok": False, "error_code": 400, "description": "Bad Request: message text is empty"},
        ),
    ],
)
async def test_a_refused_request_has_the_servers_words_and_its_code_as_status(
    emulator: Emulator, http: aiohttp.ClientSession, path: str, expected: dict[str, Any]
) -> None:
    async with http.get(emulator.url + path) as response:
        assert (response.status, await response.json()) == (expected["error_code"], expected)


async def test_get_me_is_answered_in_full_and_in_any_case(emulator: Emulator, http: aiohttp.ClientSession) -> None:
    answer = await fetch(http, f"{emulator.url}/bot42:abc/GETme", "POST")
    assert answer == {
        "ok": True,
        "result": {
            "id": 42,
            "is_bot": True,
            "first_name": "My bot",
            "username": "my_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "supports_guest_queries": False,
            "has_topics_enabled": False,
            "allows_users_to_create_topics": False,
        },
    }


@pytest.mark.parametrize(
    "arguments",
    [
        {"params": {"chat_id": "7", "text": "hello", "reply_markup": '{"force_reply":true}'}},
        {"method": "POST", "data": {"chat_id": "7", "text": "hello"}},
        {"method": "POST", "json": {"chat_id": 7, "text": "hello", "reply_markup": {"force_reply": True}}},
        {"method": "POST", "params": {"chat_id": "7"}, "data": {"text": "hello"}},
    ],
    ids=["query", "urlencoded", "json", "query and body"],
)
async def test_parameters_may_come_in_any_encoding(
    emulator: Emulator, http: aiohttp.ClientSession, ada: PersonDriver, arguments: dict[str, Any]
) -> None:
    method = arguments.pop("method", "GET")
    answer = await fetch(http, f"{emulator.url}/bot42:abc/sendMessage", method, **arguments)
    assert answer["result"]["text"] == "hello"


async def test_an_integer_is_read_up_to_its_first_foreign_character(api: Api, ada: PersonDriver) -> None:
    answer = await api("sendMessage", chat_id="7abc", text="hello")
    assert answer["result"]["chat"]["id"] == 7


async def test_a_broken_json_body_is_refused(emulator: Emulator, http: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await fetch(http, f"{emulator.url}/bot42:abc/getMe", "POST", data=b"{", headers=headers)
    assert answer["description"] == "Bad Request: can't parse JSON object"


async def test_more_than_fifty_files_are_too_many(api: Api) -> None:
    answer = await api("getMe", **{f"file{number}": b"x" for number in range(51)})
    assert answer["error_code"] == 413


async def test_calls_are_logged_without_the_token(emulator: Emulator, api: Api) -> None:
    await api("getMe")
    await api("getMe", token="42:wrong")
    assert [(record.method, record.status) for record in emulator.calls.records] == [("getMe", 200), ("getMe", 401)]
    assert "abc" not in json.dumps([repr(record) for record in emulator.calls.records])
