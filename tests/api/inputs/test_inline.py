"""Photos that come within the request, as a data URI or as plain base64."""

from __future__ import annotations

import base64
import tracemalloc
from contextlib import suppress
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import DataUriInvalid, DownloadFailed
from api.inputs.fetch import MAX_ESCAPES, MAX_INLINE_CHARS, SHORTEST_CHARS, decode_inline
from service.errors import PhotoEmpty, PhotoTooBig

PHOTO = bytes(range(256)) * 40
MIB = 1024 * 1024


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "source",
    [
        "data:image/jpeg;base64," + _encoded(PHOTO),
        "DATA:;BASE64," + _encoded(PHOTO),
        "data:image/png;name=a.png;charset=utf-8;base64," + _encoded(PHOTO),
        "data:;base64," + base64.encodebytes(PHOTO).decode(),
        "data:;base64," + base64.urlsafe_b64encode(PHOTO).decode(),
        "data:;base64," + _encoded(PHOTO).rstrip("="),
        "data:;base64," + quote(_encoded(PHOTO)),
        "data:image/jpeg," + quote_from_bytes(PHOTO),
        _encoded(PHOTO),
    ],
)
def test_a_data_uri_is_read_in_every_form_that_programs_send(source: str) -> None:
    assert decode_inline(source) == PHOTO


@pytest.mark.parametrize(
    "source",
    [
        "data:image/jpeg;base64",
        "data:",
        "data:;base64,a",
        "data:;base64,ab*d",
        "data:;base64,ab=cd",
        "data:;base64,абвг",
        "data:;base64,\udc80",
        "data:,\udc80",
        "\udc80" * SHORTEST_CHARS,
        "no base64! " * SHORTEST_CHARS,
    ],
)
def test_broken_data_is_refused(source: str) -> None:
    with pytest.raises(DataUriInvalid):
        decode_inline(source)


@pytest.mark.parametrize("source", ["data:,", "data:image/png;base64,", "data:;base64,===="])
def test_an_empty_data_uri_is_an_empty_photo(source: str) -> None:
    with pytest.raises(PhotoEmpty):
        decode_inline(source)


@pytest.mark.parametrize(
    "source",
    ["data:;base64," + "A" * MAX_INLINE_CHARS, "A" * (MAX_INLINE_CHARS + 1), "data:," + "%00" * (MAX_ESCAPES + 1)],
)
def test_a_data_uri_that_is_too_long_is_refused_unread(source: str) -> None:
    with pytest.raises(PhotoTooBig):
        decode_inline(source)


def test_a_data_uri_may_hold_as_much_as_the_caller_takes_and_no_more() -> None:
    assert decode_inline("data:;base64," + _encoded(b"x" * 100), 100) == b"x" * 100
    with pytest.raises(PhotoTooBig):
        decode_inline("data:;base64," + _encoded(b"x" * 101), 100)


def test_a_data_uri_of_escapes_costs_bounded_memory() -> None:
    source = "data:," + "%00" * MAX_ESCAPES
    tracemalloc.start()
    decode_inline(source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150 * MIB


@given(st.one_of(st.text(), st.text().map("data:".__add__), st.text().map("data:image/png;base64,".__add__)))
def test_any_text_is_data_or_refused(text: str) -> None:
    with suppress(DataUriInvalid, DownloadFailed, PhotoTooBig, PhotoEmpty):
        assert decode_inline(text, 1000)


@given(st.binary(min_size=1, max_size=500))
def test_whatever_is_encoded_comes_back(data: bytes) -> None:
    assert decode_inline("data:;base64," + _encoded(data)) == data
    assert decode_inline("data:," + quote_from_bytes(data)) == data
