"""Classify Telegram's errors: the only place that reads their text.

python-telegram-bot strips "Bad Request: " and then capitalises the rest, so `STICKERSET_INVALID` arrives as
`Stickerset_invalid`: everything here compares in lower case. `BadRequest` is a subclass of `NetworkError`, so the
classes are asked in `classify`'s order and nowhere else. Source of the texts: tdlib/telegram-bot-api `Client.cpp`.
"""

from __future__ import annotations

from enum import StrEnum

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)


class TelegramErrorKind(StrEnum):
    """What kind of error a call to Telegram met."""

    # the person
    USER_BLOCKED = "user_blocked"  # they blocked the bot, or the group threw it out
    USER_DEACTIVATED = "user_deactivated"  # the account is gone for good
    USER_UNREACHABLE = "user_unreachable"  # never opened the bot, or unknown to it
    USER_IS_BOT = "user_is_bot"
    # the set
    SET_GONE = "set_gone"  # deleted by its owner, or never there
    SET_FULL = "set_full"
    SET_FOREIGN = "set_foreign"  # its owner is somebody else
    NAME_OCCUPIED = "name_occupied"
    NAME_INVALID = "name_invalid"  # of no bot, or of a bot whose username changed
    TITLE_INVALID = "title_invalid"
    SET_HIDDEN = "set_hidden"  # made, but under the name of a deleted one: Telegram itself cannot find it
    # the sticker
    STICKER_GONE = "sticker_gone"
    EMOJI_REFUSED = "emoji_refused"
    PICTURE_REFUSED = "picture_refused"
    FILE_REFUSED = "file_refused"  # an unknown, foreign or expired file id
    FILE_TOO_BIG = "file_too_big"
    # the message
    NOT_MODIFIED = "not_modified"  # it already looks like that: a success
    MESSAGE_GONE = "message_gone"  # deleted, or too old to be changed
    TOPIC_GONE = "topic_gone"  # the topic of a chat was deleted
    HAS_NO_TEXT = "has_no_text"  # it is a picture: its words are a caption
    BUTTON_STYLE_REFUSED = "button_style_refused"  # an older server
    QUERY_EXPIRED = "query_expired"  # the button's spinner has stopped by itself
    # the chat
    CHAT_MIGRATED = "chat_migrated"
    NO_RIGHTS = "no_rights"  # the group does not let the bot send this
    # the connection
    WAIT = "wait"  # flood control: `retry_after_s` says how long
    AMBIGUOUS = "ambiguous"  # no answer, or the server broke: it may have happened or not
    TOKEN_REJECTED = "token_rejected"  # noqa: S105 - a name
    CONFLICT = "conflict"  # another process takes this bot's updates
    ACCOUNT_FROZEN = "account_frozen"
    OTHER = "other"  # a bug of ours, or something new


NOBODY_THERE = (TelegramErrorKind.USER_BLOCKED, TelegramErrorKind.USER_DEACTIVATED)
# What the same call may meet no more in a while. A proxy's 404 page reads like a rejected token.
WILL_PASS = (
    TelegramErrorKind.WAIT,
    TelegramErrorKind.AMBIGUOUS,
    TelegramErrorKind.TOKEN_REJECTED,
    TelegramErrorKind.CONFLICT,
)


# The first text found in the message decides. Longer texts stand before the ones they contain.
_TEXTS: tuple[tuple[str, TelegramErrorKind], ...] = (
    ("bot was blocked by the user", TelegramErrorKind.USER_BLOCKED),
    ("user_is_blocked", TelegramErrorKind.USER_BLOCKED),
    ("bot was kicked", TelegramErrorKind.USER_BLOCKED),
    ("bot is not a member", TelegramErrorKind.USER_BLOCKED),
    ("user is deactivated", TelegramErrorKind.USER_DEACTIVATED),
    ("input_user_deactivated", TelegramErrorKind.USER_DEACTIVATED),
    ("can't initiate conversation", TelegramErrorKind.USER_UNREACHABLE),
    ("peer_id_invalid", TelegramErrorKind.USER_UNREACHABLE),
    ("user not found", TelegramErrorKind.USER_UNREACHABLE),
    ("have no access to the user", TelegramErrorKind.USER_UNREACHABLE),
    ("user_id_invalid", TelegramErrorKind.USER_UNREACHABLE),
    ("chat not found", TelegramErrorKind.USER_UNREACHABLE),
    ("user_is_bot", TelegramErrorKind.USER_IS_BOT),
    ("stickerset_not_modified", TelegramErrorKind.NOT_MODIFIED),
    ("stickerset_owner_another", TelegramErrorKind.SET_FOREIGN),
    ("created sticker set not found", TelegramErrorKind.SET_HIDDEN),
    ("stickerset_invalid", TelegramErrorKind.SET_GONE),
    ("sticker set not found", TelegramErrorKind.SET_GONE),
    ("stickers_too_much", TelegramErrorKind.SET_FULL),
    ("sticker set name is already occupied", TelegramErrorKind.NAME_OCCUPIED),
    ("short_name_occupied", TelegramErrorKind.NAME_OCCUPIED),
    ("shortname_occupy_failed", TelegramErrorKind.NAME_OCCUPIED),
    ("invalid sticker set name", TelegramErrorKind.NAME_INVALID),
    ("short_name_invalid", TelegramErrorKind.NAME_INVALID),
    ("pack_title_invalid", TelegramErrorKind.TITLE_INVALID),
    ("sticker set title must be non-empty", TelegramErrorKind.TITLE_INVALID),
    ("invalid sticker emojis", TelegramErrorKind.EMOJI_REFUSED),
    ("sticker_emoji_invalid", TelegramErrorKind.EMOJI_REFUSED),
    ("expected a unicode emoji", TelegramErrorKind.EMOJI_REFUSED),
    ("invalid emoji", TelegramErrorKind.EMOJI_REFUSED),
    ("emoji_invalid", TelegramErrorKind.EMOJI_REFUSED),
    ("sticker_invalid", TelegramErrorKind.STICKER_GONE),
    ("sticker_png_", TelegramErrorKind.PICTURE_REFUSED),
    ("sticker_file_invalid", TelegramErrorKind.PICTURE_REFUSED),
    ("sticker_document_invalid", TelegramErrorKind.PICTURE_REFUSED),
    ("sticker_mime_invalid", TelegramErrorKind.PICTURE_REFUSED),
    ("sticker_gif_dimensions", TelegramErrorKind.PICTURE_REFUSED),
    ("wrong file type", TelegramErrorKind.PICTURE_REFUSED),
    ("wrong remote file identifier", TelegramErrorKind.FILE_REFUSED),
    ("wrong file identifier", TelegramErrorKind.FILE_REFUSED),
    ("wrong file_id", TelegramErrorKind.FILE_REFUSED),
    ("wrong sticker_file_id", TelegramErrorKind.FILE_REFUSED),
    ("invalid file_id", TelegramErrorKind.FILE_REFUSED),
    ("file reference expired", TelegramErrorKind.FILE_REFUSED),
    ("file_reference_", TelegramErrorKind.FILE_REFUSED),
    ("can't use file of type", TelegramErrorKind.FILE_REFUSED),
    ("file is too big", TelegramErrorKind.FILE_TOO_BIG),
    ("message thread not found", TelegramErrorKind.TOPIC_GONE),
    ("topic_deleted", TelegramErrorKind.TOPIC_GONE),
    ("topic_closed", TelegramErrorKind.NO_RIGHTS),
    ("not enough rights", TelegramErrorKind.NO_RIGHTS),
    ("have no rights to send", TelegramErrorKind.NO_RIGHTS),
    ("chat_write_forbidden", TelegramErrorKind.NO_RIGHTS),
    ("chat_restricted", TelegramErrorKind.NO_RIGHTS),
    ("chat_send_", TelegramErrorKind.NO_RIGHTS),
    ("message is not modified", TelegramErrorKind.NOT_MODIFIED),
    ("no text in the message to edit", TelegramErrorKind.HAS_NO_TEXT),
    ("message to edit not found", TelegramErrorKind.MESSAGE_GONE),
    ("message to delete not found", TelegramErrorKind.MESSAGE_GONE),
    ("message to be replied not found", TelegramErrorKind.MESSAGE_GONE),
    ("message can't be edited", TelegramErrorKind.MESSAGE_GONE),
    ("message can't be deleted", TelegramErrorKind.MESSAGE_GONE),
    ("message_id_invalid", TelegramErrorKind.MESSAGE_GONE),
    ("button style", TelegramErrorKind.BUTTON_STYLE_REFUSED),
    ('field "style"', TelegramErrorKind.BUTTON_STYLE_REFUSED),
    ("query is too old", TelegramErrorKind.QUERY_EXPIRED),
    ("query_id_invalid", TelegramErrorKind.QUERY_EXPIRED),
    ("frozen_method_invalid", TelegramErrorKind.ACCOUNT_FROZEN),
)


def classify(error: TelegramError) -> TelegramErrorKind:
    """Return the kind of `error`. Total: what nobody has seen before is OTHER."""
    match error:
        case RetryAfter():
            return TelegramErrorKind.WAIT
        case ChatMigrated():
            return TelegramErrorKind.CHAT_MIGRATED
        case InvalidToken():
            return TelegramErrorKind.TOKEN_REJECTED
        case Conflict():
            return TelegramErrorKind.CONFLICT
    text = error.message.lower()
    for part, kind in _TEXTS:
        if part in text:
            return kind
    return _without_known_text(error)


def _without_known_text(error: TelegramError) -> TelegramErrorKind:
    match error:
        case BadRequest():  # before NetworkError, its parent: a 400 is an answer, not a lost one
            return TelegramErrorKind.OTHER
        case Forbidden():
            return TelegramErrorKind.USER_BLOCKED
        case _:  # TimedOut, NetworkError, and the plain TelegramError of an answer that cannot be read
            return TelegramErrorKind.AMBIGUOUS


def retry_after_s(error: TelegramError) -> float:
    """Return the seconds Telegram asks to wait; 0 where it asks for nothing."""
    if not isinstance(error, RetryAfter):
        return 0.0
    return error._retry_after.total_seconds()  # the public property warns that its type will change to this one
