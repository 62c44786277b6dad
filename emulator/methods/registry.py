"""A bot's call and the table of methods that answer it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from emulator.call_parameters import CallParameters
from emulator.render import Renderer
from emulator.state import Bot
from emulator.world import World


@dataclass(slots=True)
class MethodCall:
    """One request of a bot. `description` goes into a success answer, as the webhook methods have it."""

    world: World
    bot: Bot
    method: str
    parameters: CallParameters
    description: str = ""

    @property
    def render(self) -> Renderer:
        return self.world.render(self.bot)


Handler = Callable[[MethodCall], Awaitable[Any]]
SomeHandler = TypeVar("SomeHandler", bound=Handler)
METHODS: dict[str, tuple[str, Handler]] = {}


def method(name: str) -> Callable[[SomeHandler], SomeHandler]:
    """Register the handler of a Bot API method; names are matched in any case."""

    def register(handler: SomeHandler) -> SomeHandler:
        METHODS[name.lower()] = (name, handler)
        return handler

    return register
