"""The trees of errors that the docstrings draw are the trees of the classes."""

from __future__ import annotations

import importlib
import re

import pytest

_LINE = re.compile(r"^(?P<bars>[│ ├└]*)── (?P<name>\w+)\s+(?P<code>\w+|\(its subclasses\))", re.MULTILINE)


def drawn(docstring: str) -> dict[str, str]:
    """Class names with the name of the class they hang on."""
    root = re.search(r"^(\w+)\s+code", docstring, re.MULTILINE)
    assert root is not None
    parents, tree = [root[1]], {}
    for line in _LINE.finditer(docstring):
        depth = len(line["bars"]) // 4
        tree[line["name"]] = parents[depth]
        parents[depth + 1 :] = [line["name"]]
    return tree


def coded(docstring: str) -> dict[str, str]:
    return {line["name"]: line["code"] for line in _LINE.finditer(docstring) if not line["code"].startswith("(")}


@pytest.mark.parametrize("package", ["api", "bot", "engine", "service", "storage"])
def test_the_drawn_tree_is_the_tree_of_the_classes(package: str) -> None:
    module = importlib.import_module(f"{package}.errors")
    errors = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    root, *below = errors

    assert drawn(module.__doc__ or "") == {error.__name__: error.__base__.__name__ for error in below}
    assert issubclass(root, Exception)
    assert coded(module.__doc__ or "") == {
        error.__name__: error.code for error in below if error.__name__ in coded(module.__doc__ or "")
    }
