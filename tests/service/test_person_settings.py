from __future__ import annotations

from dataclasses import fields

from service.person_settings import CHOICES, PersonSettings
from storage.records import User


def test_every_setting_has_its_words_and_begins_with_the_first() -> None:
    assert {each.name: each.default for each in fields(PersonSettings)} == {
        name: words[0] for name, words in CHOICES.items()
    }


def test_what_is_no_choice_any_more_is_the_default() -> None:
    user = User("tg:1", settings={"shape": "star", "photo": "none", "mood": "good"})

    assert PersonSettings.of(user) == PersonSettings(photo="none")


def test_photos_are_never_kept_longer_than_the_operator_says() -> None:
    assert [PersonSettings(photo=word).photos_s(1800) for word in CHOICES["photo"]] == [1800, 1800, 0]
