"""What a bot says of itself: name, descriptions, commands and menu button, per language and scope."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Commands = list[dict[str, str]]


@dataclass(slots=True)
class BotProfile:
    """Texts by language code ("" is everybody's); commands by scope key and language; menu buttons by chat (0: all)."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], Commands] = field(default_factory=dict)
    menu_buttons: dict[int, dict[str, Any]] = field(default_factory=dict)

    def commands_for(self, scopes: list[str], language: str) -> Commands:
        """Return the first list set for one of `scopes` (narrowest first), in the language before everybody's."""
        for scope in scopes:
            for code in (language, ""):
                if found := self.commands.get((scope, code)):
                    return found
        return []

    def menu_button(self, chat_id: int) -> dict[str, Any]:
        """Return the button beside the text field; Telegram's default opens the commands."""
        for key in (chat_id, 0):
            if self.menu_buttons.get(key, {"type": "default"})["type"] != "default":
                return self.menu_buttons[key]
        return {"type": "commands"}


def in_language(texts: dict[str, str], language: str) -> str:
    """Return the text of a language, else everybody's."""
    return texts.get(language) or texts.get("", "")
