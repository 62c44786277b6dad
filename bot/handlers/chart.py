"""Draw the figures of the last days as a small picture. Numbers and colours alone: the words are its caption's.

Knows no chat.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from PIL import Image, ImageDraw, ImageFont

from storage.records import DayFigures

BLUE, RED, GREEN, AMBER = "#3b82c4", "#d64545", "#3d9a5f", "#d9a013"
_WIDTH_PX, _PANEL_PX, _MARGIN_PX, _FOOT_PX = 720, 140, 72, 36
_INK, _PAPER, _LINE = "#333333", "#ffffff", "#dddddd"


def draw_chart(days: Sequence[DayFigures]) -> bytes:
    """Return a PNG: a bar a day of jobs with the failed ones in red, of people, and of the median of seconds."""
    font = ImageFont.load_default(20)
    image = Image.new("RGB", (_WIDTH_PX, 3 * _PANEL_PX + _FOOT_PX), _PAPER)
    draw = ImageDraw.Draw(image)
    panels: tuple[tuple[str, Callable[[DayFigures], float]], ...] = (
        (BLUE, lambda day: day.jobs),
        (GREEN, lambda day: day.people),
        (AMBER, lambda day: day.median_s or 0.0),
    )
    step = (_WIDTH_PX - _MARGIN_PX - 10) / len(days)
    for number, (colour, value) in enumerate(panels):
        foot, height = (number + 1) * _PANEL_PX, _PANEL_PX - 24
        most = max(value(day) for day in days)
        draw.line((_MARGIN_PX, foot, _WIDTH_PX - 10, foot), _LINE)
        draw.line((_MARGIN_PX, foot - height, _WIDTH_PX - 10, foot - height), _LINE)
        draw.text((_MARGIN_PX - 8, foot - height), f"{most:.3g}", colour, font, anchor="rm")
        for index, day in enumerate(days):
            left = _MARGIN_PX + index * step + step * 0.15
            right = left + step * 0.7
            for bar, shade in ((value(day), colour), (day.failed if number == 0 else 0, RED)):
                if bar:
                    draw.rectangle((left, foot - max(1.0, height * bar / most), right, foot - 1), shade)
    for index, day in enumerate(days):
        if (len(days) - 1 - index) % max(1, round(len(days) / 7)) == 0:
            label = datetime.fromtimestamp(day.day * 86_400, UTC).strftime("%d.%m.")
            middle = _MARGIN_PX + (index + 0.5) * step
            draw.text((middle, 3 * _PANEL_PX + _FOOT_PX / 2), label, _INK, font, anchor="mm")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
