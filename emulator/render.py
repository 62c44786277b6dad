"""The JSON shapes of the Bot API, as one bot sees them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from emulator.files import FileStore, StoredFile
from emulator.state import Account, Bot, CallbackQuery, Chat, Json, Media, Message, Person
from emulator.sticker_sets import SetSticker, StickerSet, StickerSetStore

# Moving pictures and sound are never decoded here, but these fields are never missing.
_MOVING = {"width": 320, "height": 320, "duration": 3}
_NOMINAL = {
    "animation": _MOVING,
    "video": _MOVING,
    "voice": {"duration": 3},
    "audio": {"duration": 3},
    "video_note": {"length": 240, "duration": 3},
}


def user_json(account: Account) -> Json:
    """Return User, as it stands in a message."""
    user: Json = {"id": account.id, "is_bot": isinstance(account, Bot), "first_name": account.first_name}
    if isinstance(account, Person):
        user |= _filled(
            last_name=account.last_name,
            username=account.username,
            language_code=account.language_code,
            is_premium=account.is_premium,
        )
    else:
        user["username"] = account.username
    return user


def chat_json(chat: Chat) -> Json:
    """Return Chat, as it stands in a message."""
    if chat.person is not None:
        person = chat.person
        names = _filled(first_name=person.first_name, last_name=person.last_name, username=person.username)
        return {"id": chat.id, **names, "type": "private"}
    return {"id": chat.id, "title": chat.title, "type": chat.type, **_filled(is_forum=chat.is_forum)}


ANONYMOUS_ADMIN: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


def member_json(
    account: Account, status: str, all_rights: Iterable[str] = (), rights: Collection[str] = frozenset()
) -> Json:
    """Return ChatMember with the fields its status requires."""
    member: Json = {"user": user_json(account), "status": status}
    if status == "kicked":
        member["until_date"] = 0
    if status in {"creator", "administrator"}:
        member["is_anonymous"] = False
    if status == "administrator":
        member |= {"can_be_edited": False, **{right: right in rights for right in all_rights}}
    return member


def _filled(**fields: Any) -> Json:
    """Keep the fields that say something: Telegram leaves out what is empty or false."""
    return {name: value for name, value in fields.items() if value}


class Renderer:
    """Shapes with file ids in them, for one bot at one time."""

    def __init__(self, files: FileStore, sets: StickerSetStore, bot: Bot, now: float) -> None:
        self._files = files
        self._sets = sets
        self._bot = bot
        self._now = now

    def file_id(self, file: StoredFile) -> str:
        return self._files.file_id(file, self._bot.id, self._now)

    def file(self, file: StoredFile) -> Json:
        """Return the three fields every file object has."""
        return {
            "file_id": self.file_id(file),
            "file_unique_id": file.unique_id,
            "file_size": len(file.data),
        }

    def photo_size(self, file: StoredFile) -> Json:
        return {**self.file(file), "width": file.width, "height": file.height}

    def _thumbnail(self, file: StoredFile) -> Json:
        """Return the thumbnail under both names of the field: the server still sends the old one."""
        if file.thumbnail is None:
            return {}
        size = self.photo_size(file.thumbnail)
        return {"thumbnail": size, "thumb": size}

    def sticker(self, file: StoredFile) -> Json:
        """Return Sticker; set name, emoji and type come from the set it is in, if any."""
        sticker_set = self._sets.set_of(file)
        shape: Json = {"width": file.width, "height": file.height}
        if file.emoji:
            shape["emoji"] = file.emoji
        if sticker_set is not None:
            shape["set_name"] = sticker_set.name
        kind = sticker_set.sticker_type if sticker_set else "regular"
        shape |= {
            "is_animated": file.mime == "application/x-tgsticker",
            "is_video": file.mime == "video/webm",
            "type": kind,
        }
        sticker = self._sets.sticker_of(file)
        if sticker is not None and sticker_set is not None:
            shape |= _filled(
                custom_emoji_id=sticker.custom_emoji_id,
                mask_position=sticker.mask_position,
                needs_repainting=sticker_set.needs_repainting,
            )
        return {**shape, **self._thumbnail(file), **self.file(file)}

    def set_sticker(self, sticker: SetSticker) -> Json:
        """Return Sticker of a set, with its custom_emoji_id even where the set is gone."""
        return {**self.sticker(sticker.file), **_filled(custom_emoji_id=sticker.custom_emoji_id)}

    def sticker_set(self, sticker_set: StickerSet) -> Json:
        """Return StickerSet, as getStickerSet answers."""
        shape: Json = {"name": sticker_set.name, "title": sticker_set.title}
        if sticker_set.thumbnail is not None:
            size = self.photo_size(sticker_set.thumbnail)
            shape |= {"thumbnail": size, "thumb": size}
        shape["sticker_type"] = sticker_set.sticker_type
        shape["contains_masks"] = sticker_set.sticker_type == "mask"
        shape["stickers"] = [self.set_sticker(sticker) for sticker in sticker_set.stickers]
        return shape

    def pack(self, sticker_set: StickerSet) -> Json:
        """Return a set as its owner's app shows it (CLIENT_API.md)."""
        return {
            "name": sticker_set.name,
            "title": sticker_set.title,
            "sticker_type": sticker_set.sticker_type,
            "owner": sticker_set.owner.id,
            "link": f"https://t.me/addstickers/{sticker_set.name}",
            "stickers": [
                {
                    "sticker": self.set_sticker(sticker),
                    "emoji_list": sticker.emoji_list,
                    "keywords": sticker.keywords,
                }
                for sticker in sticker_set.stickers
            ],
        }

    def media(self, media: Media) -> Json:
        """Return the field (or two) of a Message that hold its media."""
        file = media.files[-1]
        if media.kind == "photo":
            sizes = [self.photo_size(size) for size in media.files]
            if media.film is None:
                return {"photo": sizes}
            film = {**_MOVING, "mime_type": media.film.mime, **self.file(media.film)}
            return {"photo": sizes, "live_photo": {"photo": sizes, **film}}
        if media.kind == "sticker":
            return {"sticker": self.sticker(file)}
        named = media.kind not in {"voice", "video_note"}
        shape = {
            **_NOMINAL.get(media.kind, {}),
            **_filled(file_name=file.name if named else "", mime_type=file.mime),
            **self._thumbnail(file),
            **self.file(file),
        }
        if media.kind == "animation":  # kept by Telegram for bots that only know documents
            return {"animation": shape, "document": shape}
        return {media.kind: shape}

    def message(self, message: Message, *, depth: int = 1) -> Json:
        """Return Message; the one it replies to is embedded one level deep."""
        shape: Json = {
            "message_id": message.message_id,
            "from": ANONYMOUS_ADMIN if message.is_anonymous else user_json(message.sender),
            "chat": chat_json(message.chat),
            "date": int(message.date),
        }
        if message.is_anonymous:
            shape["sender_chat"] = chat_json(message.chat)
        if message.edit_date is not None:
            shape["edit_date"] = int(message.edit_date)
        if message.forward_origin is not None:
            user, date = user_json(message.forward_origin.sender), int(message.forward_origin.date)
            shape["forward_origin"] = {"type": "user", "sender_user": user, "date": date}
            shape |= {"forward_from": user, "forward_date": date}
        if depth and message.reply_to is not None and not message.reply_to.is_deleted:
            shape["reply_to_message"] = self.message(message.reply_to, depth=depth - 1)
            shape |= _filled(quote=message.quote)
        if message.via_bot is not None:
            shape["via_bot"] = user_json(message.via_bot)
        if message.guest_caller is not None:
            shape["guest_bot_caller_user"] = user_json(message.guest_caller)
        shape |= _filled(media_group_id=message.media_group_id, message_thread_id=message.topic)
        if message.topic:
            shape["is_topic_message"] = True
        shape |= message.service
        if message.media is None:
            shape |= _filled(text=message.text, entities=message.entities)
        else:
            shape |= self.media(message.media)
            shape |= _filled(caption=message.text, caption_entities=message.entities)
            shape |= _filled(has_media_spoiler=message.media.has_spoiler)
        if message.reply_markup is not None and "inline_keyboard" in message.reply_markup:
            shape["reply_markup"] = message.reply_markup
        return shape

    def shown(self, message: Message) -> Json:
        """Return Message as the person's app has it: with the keyboards the Bot API does not echo."""
        shape = self.message(message)
        return shape if message.reply_markup is None else {**shape, "reply_markup": message.reply_markup}

    def callback_query(self, query: CallbackQuery) -> Json:
        """Return CallbackQuery; a message deleted meanwhile has `date` 0."""
        if query.message.inline_message_id:
            where: Json = {"inline_message_id": query.message.inline_message_id}
        elif query.message.is_deleted:
            gone = {"chat": chat_json(query.message.chat), "message_id": query.message.message_id, "date": 0}
            where = {"message": gone}
        else:
            where = {"message": self.message(query.message)}
        return {
            "id": query.id,
            "from": user_json(query.person),
            **where,
            "chat_instance": str(-(query.message.chat.id * 7919 + query.bot.id)),
            "data": query.data,
        }

    def messages(self, messages: Iterable[Message]) -> list[Json]:
        return [self.message(message) for message in messages]
