"""A small bot over the Bot API, so that the page meets real answers of the emulator and nothing is pretended."""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp
from PIL import Image, ImageDraw

Json = dict[str, Any]


class ScriptedBot:
    """Calls Bot API methods; a test decides when, so there is nothing to wait for."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self._base = f"{url}/bot{token}"
        self._offset = 0

    async def call(self, method: str, **parameters: Any) -> Any:
        """Call `method`; bytes become uploads. Returns `result`. Raises `AssertionError` with the refusal."""
        form = aiohttp.FormData()
        for name, value in parameters.items():
            if isinstance(value, bytes):
                form.add_field(name, value, filename=f"{name}.webp")
            else:
                form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        async with self._session.post(f"{self._base}/{method}", data=form) as response:
            body: Json = await response.json()
        assert body["ok"], f"{method}: {body}"
        return body["result"]

    async def next_update(self) -> Json:
        """The next update of any kind, waited for as a real bot does: with a long poll."""
        updates: list[Json] = []
        while not updates:
            updates = await self.call("getUpdates", offset=self._offset, timeout=10, limit=1)
        self._offset = updates[0]["update_id"] + 1
        return updates[0]

    async def make_pack(self, user: int, name: str, title: str, stickers: list[bytes]) -> None:
        """A static sticker set that `user` owns."""
        await self.call(
            "createNewStickerSet",
            user_id=user,
            name=name,
            title=title,
            stickers=[
                {"sticker": f"attach://s{i}", "format": "static", "emoji_list": ["🙂"]} for i in range(len(stickers))
            ],
            **{f"s{i}": data for i, data in enumerate(stickers)},
        )


def face_sticker(colour: str = "#ffcc4d", *, width: int = 512) -> bytes:
    """A drawn face with a white outline on transparency, 512 px high, cut off at `width`; as WebP."""
    side = 512
    canvas = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(canvas)
    for inset, fill in ((0.03, "white"), (0.08, colour)):
        draw.ellipse((side * inset, side * inset, side * (1 - inset), side * (1 - inset)), fill=fill)
    for x in (0.36, 0.64):
        draw.ellipse((side * (x - 0.05), side * 0.36, side * (x + 0.05), side * 0.5), fill="#3b2a14")
    draw.arc((side * 0.3, side * 0.4, side * 0.7, side * 0.76), 20, 160, fill="#3b2a14", width=side // 28)
    return _encoded(canvas.crop((0, 0, width, side)), "WEBP")


def photo(colour: str = "#7aa7d9", size: tuple[int, int] = (900, 1200)) -> bytes:
    """A picture in one colour with a circle on it, as JPEG."""
    canvas = Image.new("RGB", size, colour)
    width, height = size
    ImageDraw.Draw(canvas).ellipse((width * 0.25, height * 0.2, width * 0.75, height * 0.6), fill="#f2c9a5")
    return _encoded(canvas, "JPEG")


def _encoded(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()
