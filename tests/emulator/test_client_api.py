"""The chat page's side, as CLIENT_API.md has it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import emulator as package
from emulator.client.actions import ACTIONS
from emulator.client.views import VIEWS
from emulator.driver import PersonDriver
from emulator.server import Emulator
from tests.emulator.conftest import PACK, Api, picture

CLIENT_API = (Path(package.__file__).parent / "CLIENT_API.md").read_text()
Client = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
def client(emulator: Emulator, http: aiohttp.ClientSession) -> Client:
    async def call(verb: str, path: str, body: Any = None, **arguments: Any) -> tuple[int, Any]:
        url = f"{emulator.url}/emulator/{path}"
        async with http.request(verb, url, json=body, **arguments) as response:
            return response.status, await response.json()

    return call


@pytest.mark.parametrize("name", [*ACTIONS, *VIEWS])
def test_every_route_is_documented(name: str) -> None:
    assert f"/emulator/{name.replace('{name}', '<name>')}" in CLIENT_API


def test_every_documented_route_exists() -> None:
    documented = set(re.findall(r"(?:GET|POST|DELETE) /emulator/(\w+)", CLIENT_API))
    assert documented <= {*ACTIONS, *VIEWS, "events", "file", "custom_emoji", "calls", "faults"}


async def test_the_first_paint_has_everything(api: Api, client: Client, ada: PersonDriver) -> None:
    await api("setMyCommands", commands=[{"command": "start", "description": "Begin"}])
    await api("setMyDescription", description="Makes stickers")
    await api("sendMessage", chat_id=7, text="pick", reply_markup={"keyboard": [["a"]]})
    status, chat = await client("GET", "chat", params={"user": 7})
    assert status == 200
    assert [(entry["message"]["text"], entry["deleted"]) for entry in chat["entries"]] == [
        ("/start", False),
        ("pick", False),
    ]
    assert chat["entries"][1]["message"]["reply_markup"] == {"keyboard": [[{"text": "a"}]]}
    assert chat["bot"] == {
        "id": 42,
        "username": "my_bot",
        "name": "My bot",
        "description": "Makes stickers",
        "short_description": "",
        "commands": [{"command": "start", "description": "Begin"}],
        "menu_button": {"type": "commands"},
        "supports_inline_queries": True,
        "has_topics": False,
    }
    assert (chat["started"], chat["blocked"], chat["person"]["first_name"]) == (True, False, "Ada")


async def test_a_stranger_is_made_when_first_named(client: Client) -> None:
    _, chat = await client("GET", "chat", params={"user": 5})
    assert (chat["person"]["first_name"], chat["started"], chat["entries"]) == ("User 5", False, [])
    _, introduced = await client("POST", "users", {"id": 5, "first_name": "Eve", "language_code": "de"})
    assert introduced["person"] == {"id": 5, "is_bot": False, "first_name": "Eve", "language_code": "de"}


async def test_text_photo_and_sticker_are_sent(
    api: Api, client: Client, http: aiohttp.ClientSession, emulator: Emulator
) -> None:
    _, text = await client("POST", "send_text", {"user": 7, "text": "/start"})
    form = aiohttp.FormData({"user": "7", "kind": "photo", "caption": "me"})
    form.add_field("file", picture(encoding="PNG"), filename="me.png", content_type="image/png")
    async with http.post(f"{emulator.url}/emulator/send_media", data=form) as response:
        photo = (await response.json())["message"]
    updates = (await api("getUpdates"))["result"]
    assert [update["message"] for update in updates] == [text["message"], photo]
    async with http.get(f"{emulator.url}/emulator/file/{photo['photo'][-1]['file_id']}") as response:
        assert (response.content_type, response.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")


async def test_a_file_that_is_no_picture_is_refused(http: aiohttp.ClientSession, emulator: Emulator) -> None:
    form = aiohttp.FormData({"user": "7", "kind": "photo"})
    form.add_field("file", b"text", filename="me.jpg")
    async with http.post(f"{emulator.url}/emulator/send_media", data=form) as response:
        assert (response.status, (await response.json())["error"]) == (415, "not_a_picture")


async def test_a_press_brings_the_bots_answer(emulator: Emulator, api: Api, client: Client, ada: PersonDriver) -> None:
    buttons = [{"text": "Go", "callback_data": "g"}, {"text": "Look", "url": "https://a.b"}]
    await api("sendMessage", chat_id=7, text="?", reply_markup={"inline_keyboard": [buttons]})
    arrived = emulator.world.bots[0].updates.arrived
    press = {"user": 7, "message_id": 2, "row": 0, "column": 0}
    pressing = asyncio.create_task(client("POST", "press", press))
    await arrived.wait()
    query_id = (await api("getUpdates"))["result"][-1]["callback_query"]["id"]
    await api("answerCallbackQuery", callback_query_id=query_id, text="ok")
    expected = {"kind": "callback", "callback_query_id": query_id, "text": "ok", "show_alert": False, "url": None}
    assert await pressing == (200, expected)
    assert await client("POST", "press", {**press, "column": 1}) == (200, {"kind": "url", "url": "https://a.b"})
    status, refusal = await client("POST", "press", {**press, "column": 0, "timeout_s": 0})
    assert (status, refusal["error"]) == (504, "spinner_timeout")


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("send_text", {"user": 7, "text": ""}, (400, "bad_request")),
        ("send_text", {"user": 0, "text": "x"}, (400, "bad_request")),
        ("send_text", {"text": "x"}, (400, "bad_request")),
        ("send_text", {"user": 7, "text": 5}, (400, "bad_request")),
        ("send_text", {"user": 7, "text": "x", "bot": "nobody"}, (404, "no_such_bot")),
        ("send_text", {"user": 7, "text": "x", "chat_id": -5}, (404, "no_such_chat")),
        ("press", {"user": 7, "message_id": 99}, (404, "no_such_message")),
        ("press", {"user": 7, "message_id": 1, "row": 0, "column": 0}, (404, "no_such_button")),
        ("edit", {"user": 7, "message_id": 99, "text": "x"}, (404, "no_such_message")),
        ("delete_pack", {"user": 8, "name": PACK}, (403, "not_yours")),
        ("delete_pack", {"user": 7, "name": "none"}, (404, "no_such_pack")),
        ("delete_sticker", {"user": 7, "file_id": "none"}, (404, "no_such_sticker")),
        ("faults", {"method": "*", "action": "explode"}, (400, "bad_request")),
        ("faults", {"method": "*", "action": "run"}, (400, "bad_request")),
    ],
)
async def test_a_refusal_has_its_code(
    client: Client, pack: str, path: str, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    status, refusal = await client("POST", path, body)
    assert (status, refusal["error"]) == expected


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}],
)
async def test_other_sites_are_refused(client: Client, headers: dict[str, str]) -> None:
    status, refusal = await client("POST", "send_text", {"user": 7, "text": "x"}, headers=headers)
    assert (status, refusal["error"]) == (403, "forbidden")


async def test_a_form_posted_by_another_page_is_no_json(http: aiohttp.ClientSession, emulator: Emulator) -> None:
    async with http.post(f"{emulator.url}/emulator/send_text", data={"user": "7", "text": "x"}) as response:
        assert response.status == 400


async def test_the_owner_sees_packs_and_deletes_from_them(emulator: Emulator, client: Client, pack: str) -> None:
    _, listed = await client("GET", "packs", params={"user": 7})
    sticker = listed["packs"][0]["stickers"][0]
    assert (sticker["emoji_list"], listed["packs"][0]["link"]) == (["😀"], f"https://t.me/addstickers/{PACK}")
    assert await client("GET", f"packs/{PACK.upper()}") == (200, listed["packs"][0])
    gone = {"user": 7, "file_id": sticker["sticker"]["file_id"]}
    assert await client("POST", "delete_sticker", gone) == (200, {})
    assert emulator.stickers(PACK) == []
    assert await client("POST", "delete_pack", {"user": 7, "name": PACK}) == (200, {})
    assert await client("GET", "packs", params={"user": 7}) == (200, {"packs": []})


async def read_events(response: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, Any]]:
    kind = ""
    async for line in response.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)


async def test_events_tell_what_happens_on_the_screen(
    emulator: Emulator, api: Api, http: aiohttp.ClientSession, ada: PersonDriver
) -> None:
    async with http.get(f"{emulator.url}/emulator/events", params={"user": 7}) as response:
        events = read_events(response)
        await api("sendChatAction", chat_id=7, action="choose_sticker")
        await api("sendMessage", chat_id=7, text="one")
        await api("editMessageText", chat_id=7, message_id=2, text="two")
        await api("deleteMessage", chat_id=7, message_id=2)
        await ada.block()
        seen = [await anext(events) for _ in range(5)]
    assert [kind for kind, _ in seen] == ["chat_action", "message", "edited", "deleted", "blocked"]
    assert seen[0][1] == {"bot": "my_bot", "chat_id": 7, "action": "choose_sticker", "expires_in_s": 5}
    assert (seen[2][1]["message"]["text"], seen[3][1]["message_ids"]) == ("two", [2])


async def test_missed_events_are_replayed(
    emulator: Emulator, api: Api, http: aiohttp.ClientSession, ada: PersonDriver
) -> None:
    last = emulator.world.events.last_id
    await api("sendMessage", chat_id=7, text="one")
    await emulator.person(8, "Bob").start()
    headers = {"Last-Event-ID": str(last)}
    async with http.get(f"{emulator.url}/emulator/events", params={"user": 7}, headers=headers) as response:
        kind, data = await anext(read_events(response))
    assert (kind, data["message"]["text"]) == ("message", "one")


async def test_calls_clock_and_faults_are_at_hand(emulator: Emulator, api: Api, client: Client) -> None:
    _, fault = await client("POST", "faults", {"method": "getMe", "action": "error", "code": 500})
    assert (fault["action"], fault["fired"]) == ("error", [])
    await api("getMe")
    _, calls = await client("GET", "calls", params={"after": 0})
    assert [(call["method"], call["status"], call["fault"]) for call in calls["calls"]] == [("getMe", 500, "error")]
    _, before = await client("GET", "clock")
    _, after = await client("POST", "clock", {"advance_s": 60})
    assert after["now"] - before["now"] == 60
    assert await client("DELETE", "faults") == (200, {})


async def test_a_group_is_made_and_left(client: Client, ada: PersonDriver) -> None:
    _, made = await client("POST", "groups", {"user": 7, "title": "Friends", "members": [8]})
    group = made["chat"]["id"]
    _, sent = await client("POST", "send_text", {"user": 8, "chat_id": group, "text": "hi"})
    assert sent["message"]["chat"] == {"id": group, "title": "Friends", "type": "supergroup"}
    assert await client("POST", "remove_member", {"user": 7, "chat_id": group}) == (200, {})
    status, _ = await client("POST", "remove_member", {"user": 7, "chat_id": group})
    assert status == 404


async def test_chats_members_and_topics_are_read(client: Client, api: Api, ada: PersonDriver) -> None:
    _, made = await client("POST", "groups", {"user": 7, "title": "Forum", "with_bot": False, "is_forum": True})
    group = made["chat"]["id"]
    _, listed = await client("GET", "chats", params={"user": 7})
    assert [(line["chat"]["id"], line["has_bot"]) for line in listed["chats"]] == [(7, True), (group, False)]
    assert listed["chats"][0]["last_message"]["text"] == "/start"
    here = {"user": 7, "chat_id": group}
    assert await client("POST", "add_member", here) == (200, {})
    assert await client("POST", "add_member", {**here, "member": 8}) == (200, {})
    assert await client("POST", "promote", {**here, "rights": ["can_pin_messages"]}) == (200, {})
    assert await client("POST", "forbid", {**here, "kinds": ["sticker"]}) == (200, {})
    _, topic = await client("POST", "topics", {**here, "name": "Cats"})
    _, chat = await client("GET", "chat", params=here)
    ranks = {member["user"]["id"]: member["status"] for member in chat["members"]}
    assert ranks == {7: "creator", 8: "member", 42: "administrator"}
    assert (chat["forbidden"], chat["topics"][0]["name"]) == (["sticker"], "Cats")
    _, sent = await client("POST", "send_text", {**here, "text": "meow", **topic})
    assert sent["message"]["message_thread_id"] == topic["message_thread_id"]
    status, refused = await client("POST", "promote", {"user": 8, "chat_id": group, "rights": ["can_pin_messages"]})
    assert (status, refused["error"]) == (403, "not_allowed")


async def test_a_profile_photo_is_set_and_an_album_shuffled(client: Client, api: Api, ada: PersonDriver) -> None:
    def form(*files: bytes, **fields: str) -> aiohttp.FormData:
        body = aiohttp.FormData({"user": "7", **fields})
        for data in files:
            body.add_field("file", data, filename="photo.jpg", content_type="image/jpeg")
        return body

    photo = picture(encoding="JPEG")
    assert await client("POST", "profile_photo", data=form(photo)) == (200, {})
    assert list((await client("GET", "users"))[1]["photos"]) == ["7"]
    assert await client("POST", "profile_photo", {"user": 7}) == (200, {})
    assert (await client("GET", "users"))[1]["photos"] == {}

    await client("POST", "send_media", data=form(photo, photo, photo, kind="photo", order="2,0,1"))
    updates = (await api("getUpdates"))["result"][-3:]
    assert [update["message"]["message_id"] for update in updates] == [4, 2, 3]
    status, _ = await client("POST", "send_media", data=form(photo, photo, kind="photo", order="0,0"))
    assert status == 400


async def test_faults_are_removed_by_method_and_action(client: Client) -> None:
    for method in ("getMe", "sendMessage"):
        await client("POST", "faults", {"method": method, "action": "error"})
    await client("DELETE", "faults", params={"method": "getMe", "action": "error"})
    assert [rule["method"] for rule in (await client("GET", "faults"))[1]["faults"]] == ["sendMessage"]
