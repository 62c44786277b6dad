"""Sticker sets: their names, their stickers in order, what was deleted, and what the server still remembers."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from emulator.errors import BotApiError, bad_request
from emulator.files import StoredFile
from emulator.rules import Rules
from emulator.state import Bot, Json, Person

LIMITS = {"regular": 120, "mask": 120, "custom_emoji": 200}


@dataclass(slots=True, eq=False)
class SetSticker:
    """One sticker in a set; `source` is the file it was made from."""

    file: StoredFile
    source: StoredFile
    emoji_list: list[str]
    keywords: list[str] = field(default_factory=list)
    custom_emoji_id: str = ""
    mask_position: Json | None = None


@dataclass(slots=True, eq=False)
class StickerSet:
    """A pack: made by `bot` for `owner`; both may change it."""

    name: str
    title: str
    sticker_type: str
    owner: Person
    bot: Bot
    stickers: list[SetSticker] = field(default_factory=list)
    thumbnail: StoredFile | None = None
    needs_repainting: bool = False


class StickerSetStore:
    """All sets by name (any case), tombstones of deleted names, and the cache behind getStickerSet."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._sets: dict[str, StickerSet] = {}
        self._tombstones: dict[str, float] = {}
        self._by_owner: dict[int, list[StickerSet]] = {}
        self._by_file: dict[int, StickerSet] = {}
        self._custom_emoji: dict[str, SetSticker] = {}
        self._stale: dict[str, tuple[StickerSet, float]] = {}
        self._loaded: dict[str, float] = {}

    def get(self, name: str) -> StickerSet | None:
        """Return the set as it is, None where there is none."""
        return self._sets.get(clean_name(name))

    def require(self, name: str) -> StickerSet:
        """Return the set as it is. Raises `BotApiError` STICKERSET_INVALID."""
        found = self.get(name)
        if found is None:
            raise bad_request("STICKERSET_INVALID")
        return found

    def cached(self, name: str, now: float) -> StickerSet:
        """Return the set as getStickerSet answers it: for minutes after its owner deleted it in the app, it is there.

        Raises `BotApiError` STICKERSET_INVALID.
        """
        key = clean_name(name)
        stale, until = self._stale.get(key, (None, 0.0))
        if stale is not None and now < until:
            return stale
        found = self.require(name)
        if now >= self._loaded.get(key, 0.0):
            self._loaded[key] = now + self._rules.sticker_set_cache_s
        return found

    def was_deleted(self, name: str, now: float) -> bool:
        """Return whether a set of this name was deleted not long ago."""
        return now < self._tombstones.get(clean_name(name), 0.0)

    def custom_emoji(self, custom_emoji_id: str) -> SetSticker | None:
        """Return the sticker of an emoji set by its id, None where there is none."""
        return self._custom_emoji.get(custom_emoji_id)

    def add(self, sticker_set: StickerSet) -> None:
        """Keep a new set."""
        key = clean_name(sticker_set.name)
        self._sets[key] = sticker_set
        self._by_owner.setdefault(sticker_set.owner.id, []).append(sticker_set)
        self._stale.pop(key, None)
        for sticker in sticker_set.stickers:
            self._index(sticker_set, sticker)

    def _index(self, sticker_set: StickerSet, sticker: SetSticker) -> None:
        self._by_file[sticker.file.number] = sticker_set
        if sticker.custom_emoji_id:
            self._custom_emoji[sticker.custom_emoji_id] = sticker

    def append(self, sticker_set: StickerSet, sticker: SetSticker) -> None:
        """Add a sticker at the end. Raises `BotApiError` STICKERS_TOO_MUCH."""
        if len(sticker_set.stickers) >= LIMITS[sticker_set.sticker_type]:
            raise bad_request("STICKERS_TOO_MUCH")
        sticker_set.stickers.append(sticker)
        self._index(sticker_set, sticker)
        self.refresh(sticker_set)

    def replace(self, sticker_set: StickerSet, position: int, sticker: SetSticker) -> None:
        """Put a sticker in another's place."""
        self._by_file.pop(sticker_set.stickers[position].file.number, None)
        sticker_set.stickers[position] = sticker
        self._index(sticker_set, sticker)
        self.refresh(sticker_set)

    def locate(self, file: StoredFile) -> tuple[StickerSet, int]:
        """Return the set a sticker's file is in, and its place there.

        Raises `BotApiError` STICKER_INVALID, where it is in no set (any more).
        """
        sticker_set = self._by_file.get(file.number)
        if sticker_set is not None:
            for position, sticker in enumerate(sticker_set.stickers):
                if sticker.file.number == file.number:
                    return sticker_set, position
        raise bad_request("STICKER_INVALID")

    def set_of(self, file: StoredFile) -> StickerSet | None:
        """Return the living set a file is in, None where there is none."""
        return self._by_file.get(file.number)

    def sticker_of(self, file: StoredFile) -> SetSticker | None:
        """Return the sticker of a living set that a file is, None where it is in none."""
        sticker_set = self._by_file.get(file.number)
        found = sticker_set.stickers if sticker_set is not None else []
        return next((sticker for sticker in found if sticker.file.number == file.number), None)

    def remove_sticker(self, file: StoredFile) -> StickerSet:
        """Remove a sticker; the set stays, even empty. Raises `BotApiError` STICKER_INVALID."""
        sticker_set, position = self.locate(file)
        del sticker_set.stickers[position]
        del self._by_file[file.number]
        return sticker_set

    def delete(self, sticker_set: StickerSet, now: float) -> None:
        """Remove a set; its name stays taken for a while."""
        key = clean_name(sticker_set.name)
        del self._sets[key]
        self._by_owner[sticker_set.owner.id].remove(sticker_set)
        self._stale.pop(key, None)
        self._tombstones[key] = now + self._rules.deleted_name_life_s
        for sticker in sticker_set.stickers:
            self._by_file.pop(sticker.file.number, None)

    def refresh(self, sticker_set: StickerSet) -> None:
        """Drop the server's cached copy: the bot changed the set itself."""
        self._stale.pop(clean_name(sticker_set.name), None)

    def delete_in_app(self, sticker_set: StickerSet, now: float) -> None:
        """Delete a set as its owner does in the app; the server's cached copy outlives it."""
        stale = self._warm_copy(sticker_set)
        self.delete(sticker_set, now)
        self._stale[clean_name(sticker_set.name)] = stale

    def remove_in_app(self, sticker_set: StickerSet, file: StoredFile) -> None:
        """Remove a sticker as the owner does in the app; the server's cached copy still has it."""
        stale = self._warm_copy(sticker_set)
        self.remove_sticker(file)
        self._stale[clean_name(sticker_set.name)] = stale

    def _warm_copy(self, sticker_set: StickerSet) -> tuple[StickerSet, float]:
        """Return what getStickerSet goes on answering, and until when; in the past where it was not asked lately."""
        key = clean_name(sticker_set.name)
        copy = dataclasses.replace(sticker_set, stickers=list(sticker_set.stickers))
        return self._stale.get(key, (copy, self._loaded.get(key, 0.0)))

    def owned_by(self, user_id: int) -> list[StickerSet]:
        """Return a person's sets, oldest first."""
        return list(self._by_owner.get(user_id, []))


def clean_name(name: str) -> str:
    """Return the key a name is looked up by: lower case, without dots."""
    return name.lower().replace(".", "")


def check_rights(sticker_set: StickerSet, bot: Bot, owner: Person | None) -> None:
    """Refuse to change a set of another bot, or for another owner.

    Raises `BotApiError`: STICKERSET_INVALID or STICKERSET_OWNER_ANOTHER.
    """
    if sticker_set.bot is not bot:
        raise BotApiError(400, "STICKERSET_INVALID")
    if owner is not None and sticker_set.owner is not owner:
        raise BotApiError(400, "STICKERSET_OWNER_ANOTHER")
