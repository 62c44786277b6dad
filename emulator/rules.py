"""Every threshold of the emulated Telegram, in one place; what is assumed is listed in ASSUMED.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class FloodRules:
    """Token buckets: so many at once, then one every so many seconds."""

    overall_burst: int = 60
    overall_per_s: float = 30.0
    chat_burst: int = 20
    chat_per_s: float = 1.0
    group_burst: int = 20
    group_per_s: float = 20 / 60
    sticker_burst: int = 20
    sticker_per_s: float = 20 / 60
    silent_wait_s: float = 8.0  # TDLib sleeps so long inside the call before it says 429


@dataclass(frozen=True, slots=True)
class Rules:
    """How strict this Telegram is. The defaults are the strict ones."""

    flood: FloodRules | None = FloodRules()
    strict_webhook: bool = False  # https and Telegram's four ports only; off, as `--local` servers have it
    webhook_timeout_s: float = 60.0
    file_path_life_s: float = 3600.0
    download_limit: int = 20 << 20
    upload_limit: int = 50 << 20
    photo_limit: int = 10 << 20
    sticker_set_cache_s: float = 720.0  # 10 to 15 minutes in TDLib; 0 turns the staleness off
    deleted_name_life_s: float = 86400.0
    deleted_name: Literal["occupied", "created_not_found"] = "occupied"
    identical_sticker: Literal["same_bytes", "same_file"] = "same_bytes"
    callback_life_s: float = 150.0
    inline_life_s: float = 30.0
    delete_within_s: float = 48 * 3600.0
    custom_emoji: bool = True  # bots may write them: their owners have Premium
    guest_life_s: float = 86400.0
