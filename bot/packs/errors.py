"""Why a sticker could not be put into, or taken out of, its owner's pack.

PackTrouble             code              retryable
├── PackWait            wait              yes   flood control: `retry_after_s` says how long
├── TelegramDown        telegram_down     yes   no answer, several times over
├── UserUnreachable     user_unreachable  no    the person never opened the bot
├── UserBlocked         user_blocked      no    the person blocked the bot, or closed the account
├── PictureRefused      picture_refused   no    Telegram does not take this picture, as PNG neither
└── PackFailed          pack_failed       no    anything else; the log has it
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from telegram.error import TelegramError

from bot.transport.telegram_errors import Refusal, classify, retry_after_s


class PackTrouble(Exception):
    """Root of the tree; `code` is what a sentence is chosen by."""

    code: ClassVar[str] = "pack_failed"
    retryable: ClassVar[bool] = False


class PackWait(PackTrouble):
    """Telegram asks to wait `retry_after_s` seconds."""

    code = "wait"
    retryable = True

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"Telegram asks to wait {retry_after_s:.0f} s")
        self.retry_after_s = retry_after_s


class TelegramDown(PackTrouble):
    """Telegram did not answer, several times over. What was begun is finished by the next try."""

    code = "telegram_down"
    retryable = True


class UserUnreachable(PackTrouble):
    """The person never opened the bot, so that nothing can be made in their name."""

    code = "user_unreachable"


class UserBlocked(PackTrouble):
    """The person blocked the bot, or the account is gone."""

    code = "user_blocked"


class PictureRefused(PackTrouble):
    """Telegram does not take this picture, not as PNG either."""

    code = "picture_refused"


class PackFailed(PackTrouble):
    """Anything else."""

    code = "pack_failed"


_TROUBLES: dict[Refusal, type[PackTrouble]] = {
    Refusal.AMBIGUOUS: TelegramDown,
    Refusal.USER_UNREACHABLE: UserUnreachable,
    Refusal.USER_IS_BOT: UserUnreachable,
    Refusal.USER_BLOCKED: UserBlocked,
    Refusal.USER_DEACTIVATED: UserBlocked,
    Refusal.PICTURE_REFUSED: PictureRefused,
    Refusal.FILE_TOO_BIG: PictureRefused,
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn python-telegram-bot's errors into ours, where they leave the sticker sets."""
    try:
        yield
    except TelegramError as error:
        refusal = classify(error)
        if refusal is Refusal.WAIT:
            raise PackWait(retry_after_s(error)) from error
        raise _TROUBLES.get(refusal, PackFailed)(error.message) from error
