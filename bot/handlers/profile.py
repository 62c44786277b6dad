"""What a person sees before the first message: commands, description, in every language."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.handlers import GROUP_MENU, MENU, OPERATORS_MENU
from bot.transport.rate_limits import BACKGROUND, Urgency
from bot.transport.telegram_errors import TelegramErrorKind, classify
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
        commands, in_groups = _commands(code, MENU), _commands(code, GROUP_MENU)
        yield Profile(code, commands, in_groups, say(language, "about"), say(language, "about-short"))


def _commands(language_code: str, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, say(language_code or DEFAULT_LANGUAGE, f"command-{name}")) for name in names)


async def register_profile(bot: ExtBot[Urgency], service: StickerService, admin_ids: frozenset[int]) -> None:
    """Tell Telegram what changed since the last time. Raises `TelegramError`: what was done is not repeated."""
    await _register_for_all(bot, service)
    await _register_for_operators(bot, service, admin_ids)


async def _register_for_operators(bot: ExtBot[Urgency], service: StickerService, admin_ids: frozenset[int]) -> None:
    """Put the operators' commands into their menus, and take them out of those of former operators.

    Who never opened the bot has no menu yet: the next start tries again.
    """
    name = f"operators {bot.id}"
    menus = {
        profile.language_code: [*profile.commands, *_commands(profile.language_code, OPERATORS_MENU)]
        for profile in profiles()
    }
    digest = hashlib.sha256(json.dumps(menus).encode()).hexdigest()
    known: dict[str, str] = json.loads(await service.fact(name) or "{}")
    wanted = {str(each): digest for each in admin_ids}
    for each in sorted(known.keys() | wanted.keys()):
        if known.get(each) == wanted.get(each):
            continue
        scope = BotCommandScopeChat(int(each))
        try:
            for code, commands in menus.items():
                if each in wanted:
                    menu = [BotCommand(*command) for command in commands]
                    await bot.set_my_commands(menu, scope, code or None, rate_limit_args=BACKGROUND)
                else:
                    await bot.delete_my_commands(scope, code or None, rate_limit_args=BACKGROUND)
        except TelegramError as error:
            if classify(error) is not TelegramErrorKind.USER_UNREACHABLE:
                raise
            logger.info("an operator has not opened the bot yet: without the operators' menu until the next start")
            continue
        known = {**known, each: digest} if each in wanted else {key: known[key] for key in known if key != each}
        await service.set_fact(name, json.dumps(known))


async def _register_for_all(bot: ExtBot[Urgency], service: StickerService) -> None:
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
            await bot.set_my_commands([BotCommand(*each) for each in listed], scope, code, rate_limit_args=BACKGROUND)
        await bot.set_my_description(profile.description, code, rate_limit_args=BACKGROUND)
        await bot.set_my_short_description(profile.short_description, code, rate_limit_args=BACKGROUND)
        await service.set_fact(name, digest)
        logger.info("commands and descriptions registered: %s", profile.language_code or "every language")
