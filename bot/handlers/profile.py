"""What a person sees before the first message: commands, description, in every language."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats

from bot.handlers import GROUP_MENU, MENU
from bot.words.translations import DEFAULT_LANGUAGE, LANGUAGES, say
from service.stickers import StickerService

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Profile:
    """How the bot presents itself to apps of one language; "" stands for all others."""

    language_code: str
    commands: tuple[tuple[str, str], ...]
    group_commands: tuple[tuple[str, str], ...]
    description: str
    short_description: str


def profiles() -> Iterator[Profile]:
    """Yield the profile of every language."""
    for code in ("", *(each for each in LANGUAGES if each != DEFAULT_LANGUAGE)):
        language = code or DEFAULT_LANGUAGE
        commands = tuple((name, say(language, f"command-{name}")) for name in MENU)
        in_groups = tuple((name, say(language, f"command-{name}")) for name in GROUP_MENU)
        yield Profile(code, commands, in_groups, say(language, "about"), say(language, "about-short"))


async def register_profile(bot: Bot, service: StickerService) -> None:
    """Tell Telegram what changed since the last time. Raises `TelegramError`: what was done is not repeated."""
    for profile in profiles():
        name = f"profile {bot.id} {profile.language_code}"
        facts = [profile.commands, profile.group_commands, profile.description, profile.short_description]
        text = json.dumps(facts, ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if await service.fact(name) == digest:
            continue
        code = profile.language_code or None
        for scope, listed in (
            (BotCommandScopeAllPrivateChats(), profile.commands),
            (BotCommandScopeAllGroupChats(), profile.group_commands),
        ):
            await bot.set_my_commands([BotCommand(*each) for each in listed], scope, code)
        await bot.set_my_description(profile.description, code)
        await bot.set_my_short_description(profile.short_description, code)
        await service.set_fact(name, digest)
        logger.info("commands and descriptions registered: %s", profile.language_code or "every language")
