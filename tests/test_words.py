"""The house's words: one name for one idea, modules that say what they are, functions that say what they do.

A package joins `CLEAN` once it keeps the rules; `python -m tests.test_words` prints what stands in the others' way.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.tree import PACKAGES, ROOT, first_sentence, modules

CLEAN = ("api", "bot", "cli", "service", "storage", "emulator", "engine")

# Two classes of one name are the same idea, or one of them is renamed.
SAME_IDEA = {
    "Bucket": "a token bucket, of calls to Telegram or of a key's submissions",
    "DownloadFailed": "a photo that could not be fetched, from Telegram or from a caller's address",
    "Inbox": "the service's is the door to the storage's",
    "Uploads": "the service's is the door to the storage's",
}
# As a word of a class name: they had three or four meanings each, or none that can be searched for.
BANNED = {"Wish", "Wishes", "Lane", "Lanes", "Told", "Turn", "Turns", "Hear", "Heard", "Patience"}
_NO_VERBS = """
A An The This That It One Another Some All Every Everything Everybody Each Own Other More Most Half Only Exactly
What Whatever Whether Who Whom Whose Which Where When How Why As So If No None Not Nothing Nobody Neither True False
Up At For In Of On After Before Behind Over From With Without Also Is Are Has Can Done Gone Dealt Ended Waiting
"""
# A function's docstring begins with a verb in the imperative ("Return ...", "Parse ...").
NO_VERBS = frozenset(_NO_VERBS.split())

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _classes() -> Iterator[tuple[str, str]]:
    for package in CLEAN:
        for module in modules(package):
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    yield node.name, f"{module.relative_to(ROOT)}:{node.lineno}"


def test_a_class_name_is_one_idea() -> None:
    places = defaultdict(list)
    for name, place in _classes():
        places[name].append(place)
    twice = {name: found for name, found in places.items() if len(found) > 1}
    assert {name: found for name, found in twice.items() if name not in SAME_IDEA} == {}
    assert set(SAME_IDEA) <= set(twice), "no longer needed"


def test_no_class_is_named_by_a_banned_word() -> None:
    found = [(name, place) for name, place in _classes() if BANNED & set(re.findall(r"[A-Z][a-z]+", name))]
    assert found == []


@pytest.mark.parametrize("package", CLEAN)
def test_a_module_says_what_it_is_in_a_sentence(package: str) -> None:
    assert [str(path.relative_to(ROOT)) for path in modules(package) if not first_sentence(path).endswith(".")] == []


def _public(body: list[ast.stmt]) -> Iterator[Function]:
    """Public functions and methods, but no properties: those are read like fields, and a noun names them."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _public(node.body)
        elif isinstance(node, Function):
            is_property = any("property" in ast.unparse(decorator) for decorator in node.decorator_list)
            if not is_property and not node.name.startswith("_"):
                yield node


def offences(module: Path) -> Iterator[str]:
    """Public functions whose docstring does not begin with an imperative."""
    for function in _public(ast.parse(module.read_text(encoding="utf-8")).body):
        docstring = ast.get_docstring(function)
        if docstring is None:
            continue
        word = docstring.split()[0].rstrip(".,:;")
        is_third_person_or_plural = word.endswith("s") and not word.endswith("ss")
        if word in NO_VERBS or is_third_person_or_plural or not re.fullmatch("[A-Z][a-z-]+", word):
            line = docstring.split("\n")[0]
            yield f"{module.relative_to(ROOT)}:{function.lineno} {function.name}: {line}"


@pytest.mark.parametrize("package", CLEAN)
def test_a_function_says_what_it_does_in_the_imperative(package: str) -> None:
    assert [offence for module in modules(package) for offence in offences(module)] == []


if __name__ == "__main__":
    for every in PACKAGES:
        print(*(offence for module in modules(every) for offence in offences(module)), sep="\n")
