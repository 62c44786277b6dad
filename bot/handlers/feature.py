"""What a feature file exports: its commands, callbacks, message filters and place in the menu, as one value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import dataclass, field

from telegram.ext.filters import BaseFilter, ChatType, UpdateType

from bot.handlers.context import UpdateContext
from bot.words.buttons import Press

Handler = Callable[[UpdateContext], Awaitable[None]]
AnswerHandler = Callable[
    [UpdateContext, str, str], Awaitable[bool]
]  # what it is about, the words; whether they will do
CallbackHandler = Callable[[UpdateContext, Press], Awaitable[str]]  # returns what the press is answered with

NEW_MESSAGE = UpdateType.MESSAGE  # edits of old messages ask for nothing new
PRIVATE = ChatType.PRIVATE & NEW_MESSAGE
EDITED_PRIVATE = ChatType.PRIVATE & UpdateType.EDITED_MESSAGE
GROUPS = ChatType.GROUPS & NEW_MESSAGE
GUESTS = UpdateType.GUEST_MESSAGE  # who calls the bot into a chat that it is not in


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
    is not ours, and nothing comes of it. `in_groups`: it may be pressed there, by the job's owner; with `is_for_all`
    by others too, and `handle` judges who may.
    """

    handle: CallbackHandler
    has_job: bool = True
    arguments: Container[str] | None = ("",)
    in_groups: bool = False
    is_for_all: bool = False

    def takes(self, press: Press) -> bool:
        """Return whether the data has the form of this button's."""
        is_argument = bool(press.argument) if self.arguments is None else press.argument in self.arguments
        return bool(press.job_id) is self.has_job and is_argument


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that the bot can do.

    `callbacks` are by the operation in their buttons' callback data; `messages` are tried in order, after every
    command and the messages of the features before; `answers` are those to what the feature asks in words, by subject;
    `inline` answers `@bot words`; `membership` handles being blocked and unblocked.
    """

    commands: tuple[Command, ...] = ()
    callbacks: Mapping[str, Callback] = field(default_factory=dict)
    messages: tuple[tuple[BaseFilter, Handler], ...] = ()
    answers: Mapping[str, AnswerHandler] = field(default_factory=dict)
    inline: Handler | None = None
    membership: Handler | None = None
