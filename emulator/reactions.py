"""Which emoji a bot may react with."""

from __future__ import annotations

from emulator.call_parameters import CallParameters
from emulator.errors import bad_request
from emulator.state import Json

# ReactionTypeEmoji of the Bot API's reference; compared without variation selectors.
_EMOJI = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾
💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
ALLOWED = frozenset(_EMOJI.split())


def is_reaction(emoji: str) -> bool:
    """Return whether Telegram has this reaction."""
    return emoji.replace("\ufe0f", "") in ALLOWED


def parse_reactions(parameters: CallParameters) -> list[Json]:
    """Parse the `reaction` of a call: a list of ReactionType, a bot's has one element or none.

    Raises `BotApiError`: not a list, unknown type, REACTION_INVALID, REACTIONS_TOO_MANY.
    """
    value = parameters.parsed("reaction", "Can't parse reaction types JSON object")
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad_request("expected an Array of ReactionType")
    if len(value) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    for reaction in value:
        if not isinstance(reaction, dict) or "type" not in reaction:
            raise bad_request("can't parse reaction type: Can't find field \"type\"")
        if reaction["type"] != "emoji" or not is_reaction(str(reaction.get("emoji", ""))):
            raise bad_request("REACTION_INVALID")
    return [{"type": "emoji", "emoji": str(reaction["emoji"])} for reaction in value]
