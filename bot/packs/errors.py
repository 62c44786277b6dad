"""From python-telegram-bot's errors to `PackError`, where they leave the sticker sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from telegram.error import TelegramError

from bot.errors import PackError, PackFailed, PackWait, PictureRefused, TelegramDown, UserBlocked, UserUnreachable
from bot.transport.telegram_errors import TelegramErrorKind, classify, retry_after_s

_PACK_ERRORS: dict[TelegramErrorKind, type[PackError]] = {
    TelegramErrorKind.AMBIGUOUS: TelegramDown,
    TelegramErrorKind.USER_UNREACHABLE: UserUnreachable,
    TelegramErrorKind.USER_IS_BOT: UserUnreachable,
    TelegramErrorKind.USER_BLOCKED: UserBlocked,
    TelegramErrorKind.USER_DEACTIVATED: UserBlocked,
    TelegramErrorKind.PICTURE_REFUSED: PictureRefused,
    TelegramErrorKind.FILE_TOO_BIG: PictureRefused,
}


@contextmanager
def as_pack_errors() -> Iterator[None]:
    """Raise a `PackError` for every `TelegramError` of the block."""
    try:
        yield
    except TelegramError as error:
        kind = classify(error)
        if kind is TelegramErrorKind.WAIT:
            raise PackWait(retry_after_s(error)) from error
        raise _PACK_ERRORS.get(kind, PackFailed)(error.message) from error
