"""A pack as a file for other services: WhatsApp's and Signal's forms. Knows no chat, no network.

WhatsApp: https://github.com/WhatsApp/stickers (Android's README and contents.json). Signal: what its desktop app and
signal-cli take, a manifest.json beside the pictures.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps

SIDE_PX = 512
TRAY_PX = 96
WHATSAPP_BYTES, TRAY_BYTES, SIGNAL_BYTES = 100_000, 50_000, 300_000  # at most, of a sticker, the tray's icon, a sticker
WHATSAPP_LEAST, WHATSAPP_MOST = 3, 30  # stickers in a pack
_WHATSAPP_EMOJI = 3  # of a sticker, at most
_WHATSAPP_NAME_CHARS = 128
_QUALITIES = (95, 90, 85, 80, 70, 60, 50, 40, 30, 20, 10)


@dataclass(frozen=True, slots=True)
class ExportedSticker:
    """A sticker of 512 x 512 px as the service takes it, and its emoji, one at least."""

    webp: bytes
    emoji_list: tuple[str, ...]


def pack_sizes(count: int) -> list[int]:
    """Return how many stickers each of WhatsApp's packs gets: as few packs as it takes, of nearly the same size; none
    at all for fewer than `WHATSAPP_LEAST`."""
    if count < WHATSAPP_LEAST:
        return []
    packs = -(-count // WHATSAPP_MOST)
    return [count // packs + (number < count % packs) for number in range(packs)]


def whatsapp_zip(title: str, publisher: str, stickers: Sequence[ExportedSticker]) -> bytes:
    """Return a zip with contents.json and a folder for each pack: `WHATSAPP_LEAST` stickers or more, of at most
    `WHATSAPP_BYTES`."""
    buffer = io.BytesIO()
    packs: list[dict[str, Any]] = []
    sizes, rest = pack_sizes(len(stickers)), list(stickers)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:  # the pictures are compressed
        for number, size in enumerate(sizes, 1):
            own, rest = rest[:size], rest[size:]
            file.writestr(f"{number}/tray.png", tray_icon(own[0].webp))
            for place, each in enumerate(own, 1):
                file.writestr(f"{number}/{place:02}.webp", each.webp)
            packs.append(
                {
                    "identifier": str(number),
                    "name": (f"{title} {number}" if len(sizes) > 1 else title)[:_WHATSAPP_NAME_CHARS],
                    "publisher": publisher[:_WHATSAPP_NAME_CHARS],
                    "tray_image_file": "tray.png",
                    "image_data_version": "1",
                    "avoid_cache": False,
                    "animated_sticker_pack": False,
                    "publisher_email": "",
                    "publisher_website": "",
                    "privacy_policy_website": "",
                    "license_agreement_website": "",
                    "stickers": [
                        {"image_file": f"{place:02}.webp", "emojis": list(each.emoji_list[:_WHATSAPP_EMOJI])}
                        for place, each in enumerate(own, 1)
                    ],
                }
            )
        contents = {"android_play_store_link": "", "ios_app_store_link": "", "sticker_packs": packs}
        file.writestr("contents.json", json.dumps(contents, ensure_ascii=False, indent=2))
    return buffer.getvalue()


def signal_zip(title: str, author: str, stickers: Sequence[ExportedSticker]) -> bytes:
    """Return a zip with manifest.json and one sticker or more beside it, each of at most `SIGNAL_BYTES`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        rows = [
            {"file": f"{place:03}.webp", "contentType": "image/webp", "emoji": each.emoji_list[0]}
            for place, each in enumerate(stickers, 1)
        ]
        for row, each in zip(rows, stickers, strict=True):
            file.writestr(row["file"], each.webp)
        manifest = {"title": title, "author": author, "cover": rows[0], "stickers": rows}
        file.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2))
    return buffer.getvalue()


def square_webp(picture: bytes, most_bytes: int) -> bytes:
    """Return a sticker on a transparent square of 512 x 512 px, as a still WebP of `most_bytes` at most.

    One that fits as it is stays as it is. Raises OSError for bytes that are no picture.
    """
    with Image.open(io.BytesIO(picture)) as sticker:
        is_fit = (sticker.format, sticker.size, len(picture) <= most_bytes) == ("WEBP", (SIDE_PX, SIDE_PX), True)
        if is_fit and not getattr(sticker, "is_animated", False):
            return picture
        whole = _squared(sticker, SIDE_PX)
    data = b""
    for quality in _QUALITIES:
        data = _encoded(whole, "WEBP", quality=quality, method=4, alpha_quality=100 if quality > 50 else quality)
        if len(data) <= most_bytes:
            return data
    for side in (384, 256, 128):  # noise, and nothing that people draw
        coarse = whole.resize((side, side), Image.Resampling.LANCZOS).resize(whole.size, Image.Resampling.BILINEAR)
        data = _encoded(coarse, "WEBP", quality=_QUALITIES[-1], method=4, alpha_quality=_QUALITIES[-1])
        if len(data) <= most_bytes:
            break
    return data


def tray_icon(picture: bytes) -> bytes:
    """Return a sticker as WhatsApp's tray icon: a PNG of 96 x 96 px, at most 50 KB by its size alone."""
    with Image.open(io.BytesIO(picture)) as sticker:
        return _encoded(_squared(sticker, TRAY_PX), "PNG", optimize=True)


def _squared(sticker: Image.Image, side_px: int) -> Image.Image:
    return ImageOps.pad(sticker.convert("RGBA"), (side_px, side_px), Image.Resampling.LANCZOS)


def _encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
