"""The buttons under stickers and under progress messages. What a press does is in `bot/handlers`."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.words.buttons import Press, button, choice, emoji_argument, in_pairs
from bot.words.translations import say
from engine.numbered_faces import MOST_FACES
from engine.types import Outline, OutlineWidth, Shape

# A colour needs no word in any language.
OUTLINE_COLOURS = {
    Outline.WHITE: "⬜",
    Outline.BLACK: "⬛",
    Outline.RED: "🟥",
    Outline.ORANGE: "🟧",
    Outline.YELLOW: "🟨",
    Outline.GREEN: "🟩",
    Outline.BLUE: "🟦",
    Outline.PURPLE: "🟪",
    Outline.PINK: "🌸",
}
_NUMBERS = 4  # in a row
_COLOURS = 5
_EMOJI = 5
_EMOJI_CHARS = 20  # what callback data has room for


def in_pack(
    language: str, job_id: str, pack_url: str, *, has_reactions: bool, is_variation: bool = False
) -> InlineKeyboardMarkup:
    """Return the buttons under a sticker that is in its owner's pack.

    `has_reactions`: its face can be drawn in every mood. `is_variation`: it is another one of the same photo, so its
    seed is of use.
    """
    rows = [
        _another(language, job_id),
        [
            button(language, "button-edit", Press("edit", job_id)),
            button(language, "button-undo", Press("undo", job_id)),
        ],
        [InlineKeyboardButton(say(language, "button-open-pack"), url=pack_url)],
    ]
    if is_variation:
        rows.insert(0, [button(language, "button-keep-variation", Press("keep", job_id))])
    if has_reactions:
        rows.insert(0, [button(language, "button-reactions", Press("reactions", job_id))])
    return InlineKeyboardMarkup(rows)


def edit(language: str, job_id: str, shapes: Sequence[Shape], *, has_text: bool) -> InlineKeyboardMarkup:
    """Return what can be changed of a sticker in its pack; `shapes` are those it could have instead."""
    buttons = [button(language, "button-text", Press("text", job_id))]
    if has_text:
        buttons.append(button(language, "button-no-text", Press("notext", job_id)))
    buttons.append(button(language, "button-outline", Press("outlines", job_id)))
    if len(shapes) == 1:
        (other,) = shapes
        key = "button-badge" if other is Shape.BADGE else "button-cutout"
        buttons.append(button(language, key, Press("shape", job_id, other)))
    elif shapes:
        buttons.append(button(language, "button-shape", Press("shapes", job_id)))
    buttons += [
        button(language, "button-emoji", Press("emojis", job_id)),
        button(language, "button-keywords", Press("keywords", job_id)),
        button(language, "button-png", Press("png", job_id)),
        button(language, "button-back", Press("edit", job_id, "close")),
    ]
    return InlineKeyboardMarkup(in_pairs(buttons))


def first(language: str, job_id: str, *, has_reactions: bool) -> InlineKeyboardMarkup:
    """Return the buttons under a person's first sticker: what to try next, and no more."""
    rows = [
        [
            button(language, "button-style", Press("first", job_id, "styles")),
            button(language, "button-done", Press("first", job_id, "done")),
        ]
    ]
    if has_reactions:
        rows.insert(0, [button(language, "button-reactions", Press("first", job_id, "reactions"))])
    return InlineKeyboardMarkup(rows)


def shapes_of(language: str, job_id: str, shapes: Sequence[Shape]) -> InlineKeyboardMarkup:
    """Return the shapes a sticker could have instead, and the way back."""
    buttons = [button(language, f"button-shape-{shape}", Press("shape", job_id, shape)) for shape in shapes]
    return InlineKeyboardMarkup(in_pairs([*buttons, _back(language, job_id)]))


def outlines(language: str, job_id: str, outline: Outline, width: OutlineWidth) -> InlineKeyboardMarkup:
    """Return the colours and widths an outline can have, those of the sticker marked, and the way back."""
    words = [
        choice(say(language, f"button-outline-{each}"), Press("outline", job_id, each), is_current=each is outline)
        for each in (Outline.AUTO, Outline.NONE)
    ]
    colours = [
        choice(colour, Press("outline", job_id, each), is_current=each is outline)
        for each, colour in OUTLINE_COLOURS.items()
    ]
    widths = [
        choice(say(language, f"button-outline-{each}"), Press("width", job_id, each), is_current=each is width)
        for each in OutlineWidth
    ]
    rows = [words, colours[:_COLOURS], colours[_COLOURS:]]
    if outline is not Outline.NONE:
        rows.append(widths)
    return InlineKeyboardMarkup([*rows, [_back(language, job_id)]])


def emojis(language: str, job_id: str, offered: Sequence[str], current: Sequence[str]) -> InlineKeyboardMarkup:
    """Return emoji to give a sticker, those that it has marked, and the way back; long ones do not fit a button."""
    buttons = [
        choice(
            each,
            Press("noemoji" if each in current else "emoji", job_id, emoji_argument(each)),
            is_current=each in current,
        )
        for each in offered
        if len(emoji_argument(each)) <= _EMOJI_CHARS
    ]
    rows = [buttons[at : at + _EMOJI] for at in range(0, len(buttons), _EMOJI)]
    return InlineKeyboardMarkup([*rows, [_back(language, job_id)]])


def faces(job_id: str, count: int) -> InlineKeyboardMarkup:
    """Return a number for each face of a photo, at most `MOST_FACES`."""
    buttons = [
        InlineKeyboardButton(str(number), callback_data=Press("face", job_id, str(number)).data())
        for number in range(1, min(count, MOST_FACES) + 1)
    ]
    return InlineKeyboardMarkup([buttons[at : at + _NUMBERS] for at in range(0, len(buttons), _NUMBERS)])


def no_face(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Return the button under the news that a photo has no face."""
    return InlineKeyboardMarkup([[button(language, "button-anyway", Press("anyway", job_id))]])


def without(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Return the button under the news that a caption's parameters are wrong."""
    return InlineKeyboardMarkup([[button(language, "button-without", Press("without", job_id))]])


def all_in_pack(language: str, job_id: str, pack_url: str, *, has_another: bool) -> InlineKeyboardMarkup:
    """Return the buttons under the picture of many stickers that are in their owner's pack.

    `has_another`: the photo can be drawn so once more.
    """
    undo = button(language, "button-undo-all", Press("undoall", job_id))
    rows = [[undo], [InlineKeyboardButton(say(language, "button-open-pack"), url=pack_url)]]
    return InlineKeyboardMarkup([_another(language, job_id), *rows] if has_another else rows)


def all_removed(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Return the button under the picture of many stickers that their owner took out of the pack."""
    return InlineKeyboardMarkup([[button(language, "button-put-all-back", Press("backall", job_id))]])


def loose(language: str, job_id: str, *, is_wanted: bool = True) -> InlineKeyboardMarkup:
    """Return the buttons under a sticker that is not in the pack: it did not make it, or was not `is_wanted` there."""
    add = button(language, "button-add" if is_wanted else "button-add-to-pack", Press("add", job_id))
    return InlineKeyboardMarkup([[add], _another(language, job_id)])


def removed(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Return the buttons under a sticker that its owner took out of the pack."""
    put_back = button(language, "button-put-back", Press("back", job_id))
    return InlineKeyboardMarkup([[put_back], _another(language, job_id)])


def replaced(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Return the buttons under a sticker whose place in the pack another one has taken."""
    restore = button(language, "button-restore", Press("back", job_id))
    return InlineKeyboardMarkup([[restore], _another(language, job_id)])


def keywords(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Return the button under the keywords of a sticker."""
    return InlineKeyboardMarkup([[button(language, "button-no-keywords", Press("nokeywords", job_id))]])


def news(language: str, *, is_on: bool) -> InlineKeyboardMarkup:
    """Return the button under what is written to everybody: no more of it, or again."""
    key, word = ("button-news-off", "off") if is_on else ("button-news-on", "on")
    return InlineKeyboardMarkup([[button(language, key, Press("news", "", word))]])


def progress(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Return the button under a progress message."""
    return InlineKeyboardMarkup([[button(language, "button-cancel", Press("cancel", job_id))]])


def _back(language: str, job_id: str) -> InlineKeyboardButton:
    return button(language, "button-back", Press("edit", job_id))


def _another(language: str, job_id: str) -> list[InlineKeyboardButton]:
    return [
        button(language, "button-another", Press("again", job_id)),
        button(language, "button-style", Press("styles", job_id)),
    ]
