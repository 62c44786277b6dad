"""Every error anything below the bot can raise has a sentence, in every language."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import DownloadFailed, PackError
from bot.words.sentences import SENTENCES, explain
from bot.words.translations import LANGUAGES
from engine.errors import EngineError
from service.errors import ServiceError
from storage.errors import StorageError

WRITTEN_BY_THE_WORKER = {"internal", "crashed"}


def codes(root: Any) -> set[str]:
    """The codes of a whole tree of errors."""
    return {root.code} | {code for child in root.__subclasses__() for code in codes(child)}


def test_the_table_is_complete_and_has_nothing_else() -> None:
    below = codes(EngineError) | codes(ServiceError) | codes(StorageError) | codes(PackError)

    assert set(SENTENCES) == below | WRITTEN_BY_THE_WORKER | {DownloadFailed.code}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", SENTENCES)
def test_every_code_is_explained(code: str, language: str) -> None:
    text = explain(language, code, reference="ab12cd34", limit=5, seconds=30)

    assert text
    assert "{" not in text
    assert "_" not in text


def test_a_reference_is_six_characters_of_the_jobs_id() -> None:
    assert "reference ab12cd." in explain("en", "internal", reference="ab12cd34ef")


def test_an_unknown_code_reads_like_our_own_bug() -> None:
    assert "Something broke on my side" in explain("en", "never_heard_of", reference="ab12cd34")
