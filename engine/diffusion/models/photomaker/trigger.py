"""The trigger word: which word of a prompt stands for the person. Knows no tokenizer."""

from __future__ import annotations

import re

TRIGGER = "img"
DEFAULT_PROMPT = "a person"
LATEST_CHARS = 120  # about 30 of 77 tokens: the person's word is repeated for each photo
_WORD = re.compile(rf"\b{TRIGGER}\b")
_CLASS_WORDS = re.compile(
    r"(?i)\b(man|woman|boy|girl|person|child|kid|baby|lady|gentleman|guy|people|human|male|female|face)\b"
)


class TriggerProblem(ValueError):
    """A prompt in which no single word stands for the person; the text says why."""


def check_trigger(prompt: str, negative_prompt: str = "") -> None:
    """Raise `TriggerProblem` unless `prompt` holds the trigger word once, after a word, and the other does not.

    The tokenizers know it wherever it stands, within a word such as "imgur" too, and in small letters alone.
    """
    found = prompt.count(TRIGGER)
    if not _WORD.search(prompt):
        raise TriggerProblem(f"none: the prompt must hold the trigger word {TRIGGER}, as in 'a man {TRIGGER}'")
    if found > 1:
        raise TriggerProblem(f"several: the prompt holds the trigger word {TRIGGER} {found} times instead of once")
    if not prompt.partition(TRIGGER)[0].strip():
        raise TriggerProblem(f"the trigger word {TRIGGER} must follow the word for the person, as in 'a man {TRIGGER}'")
    if TRIGGER in negative_prompt:
        raise TriggerProblem(f"the trigger word {TRIGGER} belongs into the prompt only")


def as_spoken(prompt: str) -> str:
    """Return the words of somebody who knows of no trigger word: one that stands there by chance is taken apart."""
    try:
        check_trigger(prompt)
    except TriggerProblem:
        return _WORD.sub("image", prompt).replace(TRIGGER, f"{TRIGGER[:2]} {TRIGGER[2:]}")  # "imgur"
    return prompt


def with_trigger(prompt: str) -> str:
    """Return `prompt` with the trigger word after its first word for a person, or after one put before it.

    A word that stands so late that the text encoders might not read it does not count.
    """
    words = prompt.strip()
    if TRIGGER in words:
        return words
    found = _CLASS_WORDS.search(words)
    if found and found.end() <= LATEST_CHARS:
        return f"{words[: found.end()]} {TRIGGER}{words[found.end() :]}"
    return f"{DEFAULT_PROMPT} {TRIGGER}, {words}" if words else f"{DEFAULT_PROMPT} {TRIGGER}"
