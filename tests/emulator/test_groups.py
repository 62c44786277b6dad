"""Groups: who is in them, what bots see there, what rights they need."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.driver import PersonDriver
from emulator.errors import Refusal
from emulator.server import Emulator
from tests.emulator.conftest import TOKEN, Api, picture


@pytest.fixture
async def group(ada: PersonDriver, emulator: Emulator, api: Api) -> PersonDriver:
    """Ada in her group with Boris and the bot; nothing waits for the bot."""
    made = await ada.create_group("Friends", [emulator.person(8, "Boris")])
    await _updates(api)
    return made


async def _updates(api: Api, token: str = TOKEN) -> list[Any]:
    """Take all that waits for a bot."""
    found: list[Any] = (await api("getUpdates", token))["result"]
    if found:
        await api("getUpdates", token, offset=found[-1]["update_id"] + 1)
    return found


async def test_a_bot_that_is_added_and_removed_is_told(api: Api, ada: PersonDriver) -> None:
    group = await ada.create_group("Friends", with_bot=False)
    await _updates(api)
    assert (await api("getChat", chat_id=group.chat.id))["description"] == "Bad Request: chat not found"
    await group.add_bot()
    joined, service = await _updates(api)
    assert joined["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert service["message"]["new_chat_members"][0]["username"] == "my_bot"
    await group.remove_bot()
    (left,) = await _updates(api)
    assert left["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    refused = await api("sendMessage", chat_id=group.chat.id, text="x")
    assert refused["description"] == "Forbidden: bot was kicked from the supergroup chat"


async def test_in_privacy_mode_a_bot_gets_what_is_meant_for_it(api: Api, group: PersonDriver) -> None:
    await group.send_text("nothing for bots")
    await group.send_text("/sticker@other_bot")
    await group.send_text("/sticker@my_bot now")
    photo = await group.send_photo(picture(encoding="JPEG"), "look")
    await group.send_text("/sticker", reply_to=photo)
    seen = [update["message"] for update in await _updates(api)]
    assert [message["text"] for message in seen] == ["/sticker@my_bot now", "/sticker"]
    assert seen[1]["reply_to_message"]["photo"]


async def test_a_plain_command_goes_to_the_bot_that_wrote_last(
    emulator: Emulator, api: Api, group: PersonDriver
) -> None:
    other = emulator.world.bot_named("other_bot")
    await PersonDriver(emulator.world, group.person, other, group.chat).add_bot()
    await api("sendMessage", "43:def", chat_id=group.chat.id, text="here I am")
    await _updates(api)
    await group.send_text("/help")
    assert await _updates(api) == []
    assert (await _updates(api, "43:def"))[-1]["message"]["text"] == "/help"


async def test_an_administrator_bot_sees_everything_and_reactions(api: Api, group: PersonDriver) -> None:
    await api("getUpdates", allowed_updates=["message", "message_reaction", "chat_member", "my_chat_member"])
    said = await group.send_text("hello")
    await group.react(said, "👍")
    assert await _updates(api) == []
    await group.promote("can_pin_messages")
    await group.send_text("again")
    await group.react(said, "🔥")
    await group.within(group).send_text("and again")
    kinds = [next(iter(set(update) - {"update_id"})) for update in await _updates(api)]
    assert kinds == ["my_chat_member", "message", "message_reaction", "message"]


async def test_rights_are_shown_and_needed(api: Api, group: PersonDriver) -> None:
    chat_id = group.chat.id
    sent = (await api("sendMessage", chat_id=chat_id, text="x"))["result"]["message_id"]
    refused = await api("pinChatMessage", chat_id=chat_id, message_id=sent)
    assert refused["description"] == "Bad Request: not enough rights to manage pinned messages in the chat"
    theirs = await group.send_text("of Ada")
    refused = await api("deleteMessage", chat_id=chat_id, message_id=theirs.id)
    assert refused["description"] == "Bad Request: message can't be deleted"

    await group.promote("can_pin_messages", "can_delete_messages")

    assert (await api("pinChatMessage", chat_id=chat_id, message_id=sent))["ok"]
    assert (await api("getChat", chat_id=chat_id))["result"]["pinned_message"]["message_id"] == sent
    assert (await api("deleteMessage", chat_id=chat_id, message_id=theirs.id))["ok"]
    member = (await api("getChatMember", chat_id=chat_id, user_id=42))["result"]
    assert member["status"] == "administrator"
    assert (member["can_pin_messages"], member["can_promote_members"]) == (True, False)
    admins = (await api("getChatAdministrators", chat_id=chat_id))["result"]
    assert [(admin["user"]["id"], admin["status"]) for admin in admins] == [(7, "creator"), (42, "administrator")]
    assert (await api("unpinChatMessage", chat_id=chat_id))["ok"]


async def test_what_a_group_forbids_ordinary_bots_cannot_send(api: Api, group: PersonDriver) -> None:
    await group.forbid({"sticker", "text"})
    refused = await api("sendSticker", chat_id=group.chat.id, sticker=picture())
    assert refused["description"] == "Bad Request: not enough rights to send stickers to the chat"
    refused = await api("sendMessage", chat_id=group.chat.id, text="x")
    assert refused["description"] == "Bad Request: not enough rights to send text messages to the chat"
    await group.promote("can_manage_chat")
    assert (await api("sendSticker", chat_id=group.chat.id, sticker=picture()))["ok"]


async def test_only_who_may_promotes_and_removes(emulator: Emulator, group: PersonDriver) -> None:
    boris = emulator.person(8, "Boris").within(group)
    with pytest.raises(Refusal):
        await boris.promote("can_pin_messages")
    with pytest.raises(Refusal):
        await boris.remove_bot()
    await group.promote("can_promote_members", member=boris)
    await boris.promote("can_pin_messages")
    await boris.leave()
    with pytest.raises(Refusal):
        await boris.send_text("still here?")


async def test_an_anonymous_administrator_is_the_group(api: Api, group: PersonDriver) -> None:
    group.be_anonymous()
    await group.send_text("/sticker@my_bot")
    (update,) = await _updates(api)
    message = update["message"]
    assert message["from"]["username"] == "GroupAnonymousBot"
    assert message["sender_chat"]["id"] == group.chat.id


async def test_a_group_has_commands_of_its_own(api: Api, emulator: Emulator, group: PersonDriver) -> None:
    sticker = [{"command": "sticker", "description": "Make one"}]
    admin = [{"command": "off", "description": "Stop it"}]
    await api("setMyCommands", commands=sticker, scope={"type": "all_group_chats"})
    await api("setMyCommands", commands=admin, scope={"type": "all_chat_administrators"})
    world, boris = emulator.world, emulator.world.people[8]
    assert world.bot_profile(group.bot, group.person, group.chat)["commands"] == admin
    assert world.bot_profile(group.bot, boris, group.chat)["commands"] == sticker
    assert world.bot_profile(group.bot, boris)["commands"] == []


async def test_who_left_sees_and_deletes_nothing_more(emulator: Emulator, api: Api, group: PersonDriver) -> None:
    boris = emulator.person(8, "Boris").within(group)
    said = await group.send_text("of Ada")
    with pytest.raises(Refusal):
        await boris.delete_message(said)
    await group.delete_message(await boris.send_text("of Boris"))
    await boris.leave()
    last = emulator.world.events.last_id
    await group.send_text("without Boris")
    assert emulator.world.events.since(last, 8) == ([], False)
    await api("leaveChat", chat_id=group.chat.id)
    refused = await api("getChat", chat_id=group.chat.id)
    assert refused["description"] == "Forbidden: bot is not a member of the supergroup chat"


async def test_a_quote_must_stand_in_the_message(api: Api, ada: PersonDriver) -> None:
    said = await ada.send_text("make it neon, please")
    reply = {"message_id": said.id, "quote": "neon"}
    answer = (await api("sendMessage", chat_id=7, text="x", reply_parameters=reply))["result"]
    assert answer["quote"] == {"text": "neon", "position": 8, "is_manual": True}
    refused = await api("sendMessage", chat_id=7, text="x", reply_parameters={**reply, "quote": "blue"})
    assert refused["description"] == "Bad Request: QUOTE_TEXT_INVALID"


async def test_an_album_may_arrive_shuffled_and_with_gaps(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    await _updates(api)
    photos = [picture(colour, encoding="JPEG") for colour in ("red", "green", "blue")]
    sent = await ada.send_album(photos, "three", order=[2, 0, 1], gap_s=2)
    ids = [message.id for message in sent]
    assert [update["message"]["message_id"] for update in await _updates(api)] == [ids[2]]
    emulator.clock.advance(5)
    found = await api("getUpdates", timeout=1)
    assert [update["message"]["message_id"] for update in found["result"]] == [ids[0], ids[1]]


async def test_profile_photos_newest_first(api: Api, ada: PersonDriver) -> None:
    assert (await api("getUserProfilePhotos", user_id=7))["result"] == {"total_count": 0, "photos": []}
    await ada.set_profile_photo(picture("red", (900, 900), "JPEG"))
    await ada.set_profile_photo(picture("blue", (400, 400), "JPEG"))
    found = (await api("getUserProfilePhotos", user_id=7, limit=1))["result"]
    assert found["total_count"] == 2
    assert [size["width"] for size in found["photos"][0]][-1] == 400
    older = (await api("getUserProfilePhotos", user_id=7, offset=1))["result"]["photos"]
    path = (await api("getFile", file_id=older[0][-1]["file_id"]))["result"]["file_path"]
    assert path.startswith("photos/")
    assert (await api("getChat", chat_id=7))["result"]["photo"]["big_file_id"] == found["photos"][0][-1]["file_id"]


async def test_topics_of_a_forum(api: Api, ada: PersonDriver) -> None:
    plain = await ada.create_group("Plain")
    refused = await api("createForumTopic", chat_id=plain.chat.id, name="x")
    assert refused["description"] == "Bad Request: the chat is not a forum"
    forum = await ada.create_group("Forum", is_forum=True)
    chat_id = forum.chat.id
    refused = await api("createForumTopic", chat_id=chat_id, name="x")
    assert refused["description"] == "Bad Request: not enough rights to create a topic"
    await forum.promote("can_manage_topics")
    topic = (await api("createForumTopic", chat_id=chat_id, name="Stickers"))["result"]["message_thread_id"]
    sent = (await api("sendMessage", chat_id=chat_id, text="x", message_thread_id=topic))["result"]
    assert (sent["message_thread_id"], sent["is_topic_message"], sent["chat"]["is_forum"]) == (topic, True, True)
    answer = await api("sendMessage", chat_id=chat_id, text="y", reply_parameters={"message_id": sent["message_id"]})
    assert answer["result"]["message_thread_id"] == topic
    assert (await api("closeForumTopic", chat_id=chat_id, message_thread_id=topic))["ok"]
    await forum.promote()
    refused = await api("sendMessage", chat_id=chat_id, text="x", message_thread_id=topic)
    assert refused["description"] == "Bad Request: TOPIC_CLOSED"
    refused = await api("sendMessage", chat_id=chat_id, text="x", message_thread_id=999)
    assert refused["description"] == "Bad Request: message thread not found"


async def test_albums_stay_albums_when_copied(api: Api, ada: PersonDriver) -> None:
    sent = await ada.send_album([picture(encoding="JPEG"), picture("blue", encoding="JPEG")], "two")
    ids = [message.id for message in sent]
    copies = await api("copyMessages", chat_id=7, from_chat_id=7, message_ids=[*ids, 999])
    assert len(copies["result"]) == 2
    groups = {seen.message.media_group_id for seen in ada.seen}
    assert len(groups) == 1
    assert groups.isdisjoint({message.message.media_group_id for message in sent})
    refused = await api("copyMessages", chat_id=7, from_chat_id=7, message_ids=ids[::-1])
    assert refused["description"] == "Bad Request: message identifiers must be in a strictly increasing order"


async def test_a_draft_is_shown_and_is_no_message(emulator: Emulator, api: Api, group: PersonDriver) -> None:
    assert (await api("sendMessageDraft", chat_id=7, draft_id=1, text="<b>so</b>", parse_mode="HTML"))["ok"]
    events, _ = emulator.world.events.since(0, 7)
    assert (events[-1].kind, events[-1].data["text"]) == ("draft", "so")
    refused = await api("sendMessageDraft", chat_id=7, draft_id=0, text="x")
    assert refused["description"] == "Bad Request: RANDOM_ID_INVALID"
    refused = await api("sendMessageDraft", chat_id=group.chat.id, draft_id=1, text="x")
    assert refused["description"] == "Bad Request: TEXTDRAFT_PEER_INVALID"


async def test_buttons_have_four_looks(api: Api, ada: PersonDriver) -> None:
    def button(style: str) -> dict[str, object]:
        return {"inline_keyboard": [[{"text": "x", "callback_data": "x", "style": style}]]}

    sent = await api("sendMessage", chat_id=7, text="x", reply_markup=button("danger"))
    assert sent["result"]["reply_markup"] == button("danger")
    refused = await api("sendMessage", chat_id=7, text="x", reply_markup=button("warning"))
    assert refused["description"] == "Bad Request: can't parse inline keyboard button: Invalid button style specified"
