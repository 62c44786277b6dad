"""What is remembered of groups for a minute: how much was asked for there, and photos of albums. Knows no message."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.cache import LruCache

STICKERS_A_MINUTE = 6  # of one group; Telegram takes 20 messages a minute there from a bot
SENTENCES_A_MINUTE = 3
_MINUTE_S = 60.0
_KEPT = 1000  # groups, and albums


@dataclass(slots=True)
class _Minute:
    """When the last stickers and sentences were asked for, seconds of a monotonic clock."""

    stickers: list[float] = field(default_factory=list)
    sentences: list[float] = field(default_factory=list)


class GroupMemory:
    """Count what groups ask for, so that nobody can flood them, and keep the file ids of their newest albums."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._minutes: LruCache[int, _Minute] = LruCache(_KEPT)
        self._albums: LruCache[str, dict[str, str]] = LruCache(_KEPT)

    def takes_sticker(self, chat: int) -> bool:
        """Count another sticker of a group; False, and nothing counted, where there were too many in this minute."""
        return self._count(self._minute(chat).stickers, STICKERS_A_MINUTE)

    def takes_sentence(self, chat: int) -> bool:
        """Count another sentence that is said in a group; False where there were enough in this minute."""
        return self._count(self._minute(chat).sentences, SENTENCES_A_MINUTE)

    def note_photo(self, album: str, message: str, file_id: str) -> None:
        """Keep a photo of an album, by its message: the words that ask for a sticker may come with a later one."""
        self._albums.put(album, {**(self._albums.find(album) or {}), message: file_id})

    def photos(self, album: str) -> Mapping[str, str]:
        """Return the photos of an album that came so far."""
        return self._albums.find(album) or {}

    def _minute(self, chat: int) -> _Minute:
        return self._minutes.get(chat, _Minute)

    def _count(self, times: list[float], most: int) -> bool:
        now = self._clock()
        times[:] = [each for each in times if now - each < _MINUTE_S]
        if len(times) >= most:
            return False
        times.append(now)
        return True
