"""What a feature file exports: its commands, callbacks, message filters and place in the menu, as one value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import dataclass, field

from telegram.ext.filters import BaseFilter, ChatType, UpdateType

from bot.handlers.context import UpdateContext
from bot.words.buttons import Press

Handler = Callable[[UpdateContext], Awaitable[None]]
CallbackHandler = Callable[[UpdateContext, Press], Awaitable[str]]  # returns what the press is answered with

NEW_MESSAGE = UpdateType.MESSAGE  # edits of old messages ask for nothing new
PRIVATE = ChatType.PRIVATE & NEW_MESSAGE
EDITED_PRIVATE = ChatType.PRIVATE & UpdateType.EDITED_MESSAGE
GROUPS = ChatType.GROUPS & NEW_MESSAGE


@dataclass(frozen=True, slots=True)
class Command:
    """A command, with its other spellings. One in the menu needs the sentence `command-<name>`.

    One for operators stands in their menu alone, and is an unknown one to everybody else.
    """

    name: str
    handle: Handler
    aliases: tuple[str, ...] = ()
    in_menu: bool = True
    filters: BaseFilter = PRIVATE
    is_for_operators: bool = False


@dataclass(frozen=True, slots=True)
class Callback:
    """What a button does, and exactly what its callback data holds beside the operation.

    `arguments` are the words it may end in, "" for none; None is any word, which `handle` judges. Data of another form
    is not ours, and nothing comes of it.
    """

    handle: CallbackHandler
    has_job: bool = True
    arguments: Container[str] | None = ("",)

    def takes(self, press: Press) -> bool:
        """Return whether the data has the form of this button's."""
        is_argument = bool(press.argument) if self.arguments is None else press.argument in self.arguments
        return bool(press.job_id) is self.has_job and is_argument


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that the bot can do.

    `callbacks` are by the operation in their buttons' callback data; `messages` are tried in order, after every
    command and the messages of the features before; `membership` handles being blocked and unblocked.
    """

    commands: tuple[Command, ...] = ()
    callbacks: Mapping[str, Callback] = field(default_factory=dict)
    messages: tuple[tuple[BaseFilter, Handler], ...] = ()
    membership: Handler | None = None
