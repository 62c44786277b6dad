"""/settings: one message whose buttons say what is set for every sticker to come, and change it."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from bot.delivery.keyboards import news
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.words.buttons import Press, button, choice, in_pairs
from bot.words.translations import LANGUAGES, say, style_title
from engine.styles import DEFAULT_STYLE, all_styles, style
from service.person_settings import CHOICES, HOUR_S, PersonSettings

_TOP = "top"  # back to all settings
_LEVELS = ("speed", "likeness", "strength")


async def on_settings(context: UpdateContext) -> None:
    """Send the settings as they are."""
    await context.answer(context.say("settings"), _overview(context))


async def change(context: UpdateContext, press: Press) -> str:
    """Open one setting, set it, or go back to all of them."""
    name, _, word = press.argument.partition("-")
    if press.argument == _TOP:
        context.edit(_overview(context), context.say("settings"))
        return ""
    offered = _offered(context)
    if name not in offered or (word and word not in offered[name]):
        return context.say("press-stale")  # another engine runs than when the button was sent
    if not word:
        about = context.say(f"setting-{name}-about", hours=_hours(context))
        context.edit(keyboard(context.language, name, offered[name], _current(context, name), _hours(context)), about)
        return ""
    if name in CHOICES:
        user = await context.service.choose(context.owner, **{name: word})
    else:
        user = await context.service.set_preference(context.owner, **{name: word})
    changed = context.with_user(user)
    changed.edit(_overview(changed), changed.say("settings"))
    return changed.say("setting-saved")


async def stop_news(context: UpdateContext, press: Press) -> str:
    """Send this person no more of what is written to everybody, or again."""
    await context.service.choose(context.owner, news=press.argument)
    context.edit(news(context.language, is_on=press.argument == "on"))
    return context.say(f"news-{press.argument}")


def keyboard(language: str, name: str, words: Sequence[str], current: str, hours: int) -> InlineKeyboardMarkup:
    """Return the words of one setting, the current one marked, and the way back."""
    buttons = [
        choice(_label(language, name, word, hours), Press("set", "", f"{name}-{word}"), is_current=word == current)
        for word in words
    ]
    return InlineKeyboardMarkup([*in_pairs(buttons), [button(language, "button-back", Press("set", "", _TOP))]])


def overview(language: str, current: dict[str, str], hours: int) -> InlineKeyboardMarkup:
    """Return a button for each setting, with what it is set to."""
    rows = []
    for name, word in current.items():
        label = f"{say(language, f'setting-{name}')}: {_label(language, name, word, hours)}"
        rows.append([choice(label, Press("set", "", name), is_current=False)])
    return InlineKeyboardMarkup(rows)


def _overview(context: UpdateContext) -> InlineKeyboardMarkup:
    current = {name: _current(context, name) for name in _offered(context)}
    return overview(context.language, current, _hours(context))


def _offered(context: UpdateContext) -> dict[str, Sequence[str]]:
    """Return the words of every setting that changes anything here."""
    offers, photo = context.parts.offers, list(CHOICES["photo"])
    if context.service.lifetimes.photos_s <= HOUR_S:
        photo.remove("hour")
    offered: dict[str, Sequence[str]] = {"style": [each.name for each in all_styles()]}
    if offers.shapes:
        offered["shape"] = [word for word in CHOICES["shape"] if word == "auto" or word in offers.shapes]
    offered["outline"] = CHOICES["outline"]
    if len(offers.choices) > 1:
        offered["model"] = offers.choices
    levels = offers.levels(offers.model_for(context.user.model))
    offered |= {name: CHOICES[name] for name in _LEVELS if name in levels}
    return offered | {"pack": CHOICES["pack"], "photo": photo, "language": list(LANGUAGES), "news": CHOICES["news"]}


def _current(context: UpdateContext, name: str) -> str:
    match name:
        case "style":
            return context.user.style or DEFAULT_STYLE
        case "model":
            return context.parts.offers.model_for(context.user.model)
        case "language":
            return context.language
    return str(getattr(PersonSettings.of(context.user), name))


def _hours(context: UpdateContext) -> int:
    return max(1, round(context.service.lifetimes.photos_s / 3600))


def _label(language: str, name: str, word: str, hours: int) -> str:
    match name:
        case "style":
            return f"{style(word).emoji} {style_title(language, style(word))}"
        case "model":
            return say(language, f"model-{word}")
        case "language":
            return LANGUAGES[word]
        case "shape" if word != "auto":
            return say(language, f"button-shape-{word}")
    return say(language, f"setting-{name}-{word}", hours=hours)


FEATURE = Feature(
    commands=(Command("settings", on_settings),),
    callbacks={
        "set": Callback(change, has_job=False, arguments=None),
        "news": Callback(stop_news, has_job=False, arguments=("on", "off")),
    },
)
