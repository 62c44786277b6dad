"""How much one owner, one photo and the whole queue may take."""

from __future__ import annotations

from dataclasses import dataclass

MAX_SEED = 2**32 - 1  # the hosted services' seeds have 32 bits

MAX_PHOTO_BYTES = 20 * 1024 * 1024  # what the Bot API lets a bot download
MAX_PHOTO_PIXELS = 64_000_000  # a 48-megapixel phone passes; 64 MP of RGB are 192 MB while decoding
MAX_JPEG_PIXELS = 256_000_000  # of a JPEG, which is decoded at a fraction of its size: a 200-megapixel phone passes
MAX_DECODING_BYTES = 400_000_000  # of a decoder, beside the pixels
MIN_PHOTO_SIDE_PX = 40
WORKING_SIDE_PX = 2048  # photos are kept no larger: enough for every engine, and quick to read again

KEY_PER_MINUTE = 120  # submissions of an API key, unless the operator says otherwise
KEY_JOBS_WAITING = 100  # of an API key: a program that subscribes to as many at once works with a fresh one


@dataclass(frozen=True, slots=True)
class Limits:
    """What the operator may set."""

    jobs_per_owner: int = 10
    jobs_per_day: int = 0  # 0: no limit
    queue_length: int = 1000
    exempt: frozenset[str] = frozenset()  # owners for whom a day has no limit


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long files stay, in seconds."""

    photos_s: float = 24 * 3600.0
    results_s: float = 30 * 86_400.0
