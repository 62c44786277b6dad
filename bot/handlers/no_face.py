"""The button under the news that a photo has no face: make a sticker of whatever it shows."""

from __future__ import annotations

from bot.delivery.offers import ALLOW_NO_FACE
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.handlers.sticker import draw_again
from bot.words.buttons import Press


async def make_anyway(context: UpdateContext, press: Press) -> str:
    """Draw the same photo, a face or not. Raises `NoSuchJob`, and what `submit` raises."""
    if not context.parts.offers.no_face:  # another engine runs than when the button was sent
        return context.say("press-stale")
    answer = await draw_again(context, press, parameters={ALLOW_NO_FACE: True})
    context.edit(None)
    return answer


FEATURE = Feature(callbacks={"anyway": Callback(make_anyway)})
