"""What the bot says of itself: commands, name, descriptions, menu button."""

from __future__ import annotations

import re
from typing import Any

from emulator.bot_profile import in_language
from emulator.errors import bad_request
from emulator.methods.registry import MethodCall, method
from emulator.methods.targets import find_chat
from emulator.state import Json

MAX_COMMANDS = 100
_PLAIN_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
_CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})


def _language(call: MethodCall) -> str:
    code = call.parameters.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2,3}", code):
        raise bad_request("Invalid language code specified")
    return code


def _scope(call: MethodCall) -> str:
    """Return the key commands are kept under: `default`, `chat:7`, `chat_member:-100:7`, ..."""
    value: Any = call.parameters.parsed("scope", "Can't parse BotCommandScope JSON object")
    if value is None:
        return "default"
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise bad_request("can't parse BotCommandScope: Can't find field \"type\"")
    kind = value["type"]
    if kind in _PLAIN_SCOPES:
        return str(kind)
    if kind not in _CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if not value.get("chat_id"):
        raise bad_request("can't parse BotCommandScope: Can't find field \"chat_id\"")
    return ":".join([kind, str(value["chat_id"]), *([str(value["user_id"])] if "user_id" in value else [])])


@method("setMyCommands")
async def set_my_commands(call: MethodCall) -> bool:
    """Set the commands for a scope and language; an empty list removes them."""
    value = call.parameters.parsed("commands", "Can't parse commands JSON object")
    if not isinstance(value, list):
        raise bad_request("expected an Array of BotCommand")
    if len(value) > MAX_COMMANDS:
        raise bad_request("too many commands specified")
    call.bot.profile.commands[_scope(call), _language(call)] = [_checked_command(item) for item in value]
    call.world.notify_profile(call.bot)
    return True


def _checked_command(value: Any) -> dict[str, str]:
    prefix = "can't parse BotCommand: "
    if not isinstance(value, dict):
        raise bad_request(prefix + "expected an Object")
    for name in ("command", "description"):
        if not isinstance(value.get(name), str):
            raise bad_request(f'{prefix}Can\'t find field "{name}"')
    command, description = value["command"].removeprefix("/"), value["description"].strip()
    if not command:
        raise bad_request(prefix + "Command must be non-empty")
    if len(command) > 32:
        raise bad_request(prefix + "Command length must not exceed 32")
    if not re.fullmatch(r"[a-z0-9_]+", command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request(prefix + "Command description must be non-empty")
    if len(description) > 256:
        raise bad_request(prefix + "Command description length must not exceed 256")
    return {"command": command, "description": description}


@method("getMyCommands")
async def get_my_commands(call: MethodCall) -> list[dict[str, str]]:
    """Return exactly what was set for this scope and language."""
    return call.bot.profile.commands.get((_scope(call), _language(call)), [])


@method("deleteMyCommands")
async def delete_my_commands(call: MethodCall) -> bool:
    """Forget the commands of a scope and language."""
    call.bot.profile.commands.pop((_scope(call), _language(call)), None)
    call.world.notify_profile(call.bot)
    return True


def _set_text(call: MethodCall, texts: dict[str, str], field: str, limit: int, error_text: str) -> bool:
    text = call.parameters.text(field).strip()
    if len(text) > limit:
        raise bad_request(error_text)
    texts[_language(call)] = text
    call.world.notify_profile(call.bot)
    return True


@method("setMyName")
async def set_my_name(call: MethodCall) -> bool:
    """Set the name, at most 64 characters."""
    return _set_text(call, call.bot.profile.names, "name", 64, "BOT_TITLE_INVALID")


@method("getMyName")
async def get_my_name(call: MethodCall) -> Json:
    """Return the name for a language."""
    return {"name": in_language(call.bot.profile.names, _language(call)) or call.bot.first_name}


@method("setMyDescription")
async def set_my_description(call: MethodCall) -> bool:
    """Set what the empty chat shows, at most 512 characters."""
    return _set_text(call, call.bot.profile.descriptions, "description", 512, "BOT_DESCRIPTION_TOO_LONG")


@method("getMyDescription")
async def get_my_description(call: MethodCall) -> Json:
    """Return the description for a language."""
    return {"description": in_language(call.bot.profile.descriptions, _language(call))}


@method("setMyShortDescription")
async def set_my_short_description(call: MethodCall) -> bool:
    """Set what the profile shows, at most 120 characters."""
    texts = call.bot.profile.short_descriptions
    return _set_text(call, texts, "short_description", 120, "BOT_SHARE_TEXT_TOO_LONG")


@method("getMyShortDescription")
async def get_my_short_description(call: MethodCall) -> Json:
    """Return the short description for a language."""
    return {"short_description": in_language(call.bot.profile.short_descriptions, _language(call))}


@method("setChatMenuButton")
async def set_chat_menu_button(call: MethodCall) -> bool:
    """Set the menu button of one chat, or everybody's default."""
    value: Any = call.parameters.parsed("menu_button", "Can't parse menu button JSON object")
    button = {"type": "default"} if value is None else value
    if not isinstance(button, dict) or button.get("type") not in {"commands", "default", "web_app"}:
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    if button["type"] == "web_app" and not (button.get("text") and button.get("web_app", {}).get("url")):
        raise bad_request("can't parse menu button: Can't find field \"web_app\"")
    call.bot.profile.menu_buttons[_menu_chat(call)] = button
    call.world.notify_profile(call.bot)
    return True


@method("getChatMenuButton")
async def get_chat_menu_button(call: MethodCall) -> Json:
    """Return the menu button of one chat, or everybody's default."""
    return call.bot.profile.menu_button(_menu_chat(call))


def _menu_chat(call: MethodCall) -> int:
    return find_chat(call).id if call.parameters.text("chat_id") else 0
