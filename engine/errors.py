"""What can go wrong while drawing.

EngineError                 code               retryable
├── PhotoUnusable           photo_unusable     no    the bytes are no photo this engine can open
├── NoFace                  no_face            no    no face found: the person can send another photo
├── UnknownStyle            unknown_style      no    no look of that name
├── ParameterRefused        parameter_refused  no    a parameter is unknown, of a wrong type or out of its limits
├── TextUnwritable          text_unwritable    no    no font here has those characters
├── UnsupportedModel        unsupported_model  no    this engine does not run that model
├── Cancelled               cancelled          no    on_step asked to stop
├── DrawingFailed           drawing_failed     yes   anything else in one job
├── EngineUnavailable       engine_unavailable no    load() found something missing
├── EngineLost              engine_lost        yes   the engine is gone, another takes its place
└── EngineDead              engine_dead        no    the process must be restarted
"""

from __future__ import annotations

from typing import ClassVar


class EngineError(Exception):
    """Root of the tree; `code` is what the entrances translate into a sentence."""

    code: ClassVar[str] = "engine_error"
    retryable: ClassVar[bool] = False


class PhotoUnusable(EngineError):
    """The bytes are no photo this engine can open."""

    code = "photo_unusable"


class NoFace(EngineError):
    """No face was found in the photo."""

    code = "no_face"


class UnknownStyle(EngineError):
    """No look of that name."""

    code = "unknown_style"


class ParameterRefused(EngineError):
    """A parameter is unknown, of a wrong type or out of its limits: `name` says which, the message why."""

    code = "parameter_refused"

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self._problem = problem

    def __reduce__(self) -> tuple[type[ParameterRefused], tuple[str, str]]:
        """Let it cross to another process."""
        return type(self), (self.name, self._problem)


class TextUnwritable(EngineError):
    """No font here has these characters: the message."""

    code = "text_unwritable"


class UnsupportedModel(EngineError):
    """This engine does not run that model."""

    code = "unsupported_model"


class Cancelled(EngineError):
    """`on_step` asked to stop."""

    code = "cancelled"


class DrawingFailed(EngineError):
    """One job failed for a reason of ours; the cause is chained."""

    code = "drawing_failed"
    retryable = True


class EngineUnavailable(EngineError):
    """The engine cannot be loaded: something it needs is missing."""

    code = "engine_unavailable"


class EngineLost(EngineError):
    """The engine is gone with all that it drew, in a process of its own; another takes its place."""

    code = "engine_lost"
    retryable = True


class EngineDead(EngineError):
    """No further call can succeed; the process must be restarted."""

    code = "engine_dead"
