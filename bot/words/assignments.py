"""`key=value` in a caption: parameters of one sticker, read against a model's table. Knows no Telegram object."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.words.translations import say
from engine.errors import ParameterRefused, UnknownStyle
from engine.models import MODELS
from engine.parameters import Parameter, Value
from engine.styles import all_styles, style
from engine.types import Outline, OutlineWidth, Shape
from service.limits import MAX_SEED

# A name of one letter is none of ours, and "E=mc2" is what somebody wants to read on a sticker.
_ASSIGNMENT = re.compile(r"(?<!\S)([A-Za-z][A-Za-z0-9_-]{1,31})=(\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|[^\s\"“„]\S*)")
_QUOTES = '"“”„'
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
# What only the API may ask for: what a bot sends is looked at.
_HIDDEN = frozenset(("enable_safety_checker",))
_NEAREST = 3
UNKNOWN = ("parameter-unknown", "parameter-useless")  # sentences about names, not values


@dataclass(frozen=True, slots=True)
class Options:
    """What assignments ask for; None leaves it to the person's own choice."""

    style: str | None = None
    seed: int | None = None
    shape: str | None = None
    outline: str | None = None
    outline_width: str | None = None
    model: str | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self != Options()

    @property
    def request(self) -> dict[str, str]:
        """What they ask for among the fields of a request that hold a word; style and model are others' to choose."""
        words = {"shape": self.shape, "outline": self.outline, "outline_width": self.outline_width}
        return {name: word for name, word in words.items() if word is not None}


@dataclass(frozen=True, slots=True)
class WrongAssignment:
    """What is wrong with one assignment: the sentence `key` with its variables."""

    name: str
    key: str
    variables: Mapping[str, str]


def take_assignments(text: str) -> tuple[str, Mapping[str, str]]:
    """Return `text` without its assignments, and those by name; of two for one name the last counts."""
    found = {match[1].casefold().replace("-", "_"): match[2].strip(_QUOTES) for match in _ASSIGNMENT.finditer(text)}
    return (" ".join(_ASSIGNMENT.sub("", text).split()), found) if found else (text, {})


def join_assignments(assignments: Mapping[str, str]) -> str:
    """Return assignments as text that `take_assignments` takes."""
    return " ".join(f"{name}={_quoted(value)}" for name, value in assignments.items())


def _quoted(value: str) -> str:
    """Return a value as it can be read: in quotes where it must be, in curved ones where it has straight ones in it."""
    if value and not re.search(r"\s", value):
        return value
    return f'"{value}"' if '"' not in value else f"“{value}”"


def read_options(
    assignments: Mapping[str, str], model: str, models: Sequence[str], effective: Collection[str]
) -> tuple[Options, list[WrongAssignment]]:
    """Read assignments for `model`, or the one of `models` that they name.

    `effective` are the parameters that change anything with the engine that runs. What is wrong is left out.
    """
    fields: dict[str, str | int] = {}
    values: dict[str, Value] = {}
    problems: list[WrongAssignment] = []
    choices = {
        "style": [each.name for each in all_styles()],
        "shape": [each.value for each in Shape],
        "outline": [each.value for each in Outline],
        "outline_width": [each.value for each in OutlineWidth],
    }
    if len(models) > 1:
        choices["model"] = list(models)
        if (wanted := assignments.get("model", "").casefold()) in models:
            model = wanted
    table = MODELS[model].parameters
    own = {name: each for name, each in table.items() if name in effective and name not in _HIDDEN | choices.keys()}
    seed = Parameter("seed", int, 0, "", 0, MAX_SEED)
    for name, text in assignments.items():
        try:
            if name in choices:
                fields[name] = _choice(name, text, choices[name])
            elif name == "seed":
                fields[name] = int(_read(seed, text))
            elif name in own:
                values[name] = _read(own[name], text)
            else:
                known = [*choices, "seed", *own]
                nearest = get_close_matches(name, known, _NEAREST, 0.5) or known
                key = "parameter-useless" if name in table and name not in _HIDDEN else "parameter-unknown"
                problems.append(WrongAssignment(name, key, {"name": name, "nearest": ", ".join(nearest)}))
        except ParameterRefused:
            problems.append(_problem(name, text, {**own, "seed": seed}.get(name), choices.get(name, ())))
    options = Options(
        style=_word(fields, "style"),
        seed=int(fields["seed"]) if "seed" in fields else None,
        shape=_word(fields, "shape"),
        outline=_word(fields, "outline"),
        outline_width=_word(fields, "outline_width"),
        model=_word(fields, "model"),
        parameters=values,
    )
    return options, problems


def explain_problems(language: str, problems: Sequence[WrongAssignment], *, is_kept: bool = True) -> str:
    """Return what is wrong, a line for each, and where the photo `is_kept` that a corrected reply is enough."""
    lines = [say(language, problem.key, **problem.variables) for problem in problems]
    return "\n".join([*lines, *([say(language, "parameter-kept")] if is_kept else [])])


def _word(fields: Mapping[str, str | int], name: str) -> str | None:
    return str(fields[name]) if name in fields else None


def _choice(name: str, text: str, choices: Sequence[str]) -> str:
    """Return which of `choices` is meant. Raises `ParameterRefused`."""
    word = text.casefold()
    if name == "style":
        try:
            return style(word).name
        except UnknownStyle:
            pass
    if name == "shape" and word == "cutout":
        return Shape.BUST
    if word not in choices:
        raise ParameterRefused(name, "is no choice")
    return word


def _read(known: Parameter, text: str) -> Value:
    """Return the value that a person has written. Raises `ParameterRefused`."""
    if known.kind is str:
        return known.read(text if not known.choices else _spelled(known, text))
    if known.kind is bool:
        word = text.casefold()
        return known.read(True if word in _YES else False if word in _NO else word)
    try:
        number = float(text.replace(",", "."))  # a decimal comma
    except ValueError:
        raise ParameterRefused(known.name, f"{text!r} is no number") from None
    return known.read(int(number) if number.is_integer() and known.kind is int else number)


def _spelled(known: Parameter, text: str) -> str:
    return next((each for each in known.choices if each.casefold() == text.casefold()), text)


def _problem(name: str, text: str, known: Parameter | None, choices: Sequence[str]) -> WrongAssignment:
    variables = {"name": name, "value": text[:40]}
    if known is not None and known.kind is bool:
        choices = ("yes", "no")
    elif known is not None and known.choices:
        choices = known.choices
    if choices:
        return WrongAssignment(name, "parameter-choice", {**variables, "choices": ", ".join(choices)})
    assert known is not None  # noqa: S101 - what is no choice is in a table
    limits = {"least": f"{known.minimum or 0:.10g}", "most": f"{known.maximum or 0:.10g}"}
    return WrongAssignment(name, "parameter-whole" if known.kind is int else "parameter-range", {**variables, **limits})
