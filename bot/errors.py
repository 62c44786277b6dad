"""What goes wrong in the bot itself. Each class has a `code`, by which the entrance chooses its words.

BotError                code
├── BotTokenRejected    bot_token_rejected    Telegram knows no bot with this token
├── DownloadFailed      download_failed       a file cannot be had from Telegram
├── DownloadInterrupted download_interrupted  Telegram does not give a file now: another try may help
├── DeliverLater        deliver_later         the job cannot be delivered now: again after `seconds` at least
└── PackError           pack_failed           a sticker could not be put into, or taken out of, its owner's pack
    ├── PackWait        wait                  flood control: `retry_after_s` says how long
    ├── TelegramDown    telegram_down         no answer, several times over
    ├── UserUnreachable user_unreachable      the person never opened the bot
    ├── UserBlocked     user_blocked          the person blocked the bot, or closed the account
    ├── PictureRefused  picture_refused       Telegram does not take this picture, as PNG neither
    └── PackFailed      pack_failed           anything else; the log has it
"""

from __future__ import annotations

from typing import ClassVar


class BotError(Exception):
    """Root of the tree."""

    code: ClassVar[str] = "bot_error"


class BotTokenRejected(BotError):
    """Telegram knows no bot with this token. Never carries the token."""

    code = "bot_token_rejected"


class DownloadFailed(BotError):
    """The file cannot be had. Never carries the address: the token is in it."""

    code = "download_failed"


class DownloadInterrupted(BotError):
    """The file cannot be had now. Never carries the address: the token is in it.

    `length` is how many bytes came where that was the only thing wrong.
    """

    code = "download_interrupted"

    def __init__(self, reason: str, *, retry_after_s: float = 0.0, length: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
        self.length = length


class DeliverLater(BotError):
    """The job cannot be delivered now; try again after `seconds` at least."""

    code = "deliver_later"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


class PackError(BotError):
    """The change of a pack failed."""

    code = "pack_failed"


class PackWait(PackError):
    """Telegram asks to wait `retry_after_s` seconds."""

    code = "wait"

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"Telegram asks to wait {retry_after_s:.0f} s")
        self.retry_after_s = retry_after_s


class TelegramDown(PackError):
    """Telegram did not answer. What was begun is finished by the next try."""

    code = "telegram_down"


class UserUnreachable(PackError):
    """Nothing can be made in the name of a person who never opened the bot."""

    code = "user_unreachable"


class UserBlocked(PackError):
    """The person blocked the bot, or the account is gone."""

    code = "user_blocked"


class PictureRefused(PackError):
    """Telegram does not take this picture, not as PNG either."""

    code = "picture_refused"


class PackFailed(PackError):
    """Anything else."""

    code = "pack_failed"
