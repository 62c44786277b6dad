"""Photos out of archives: made by phones and Macs, and made by people who wish this server ill."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from api.errors import (
    ArchiveEmpty,
    ArchiveInvalid,
    ArchiveTooBig,
    ArchiveTooMany,
    ArchiveUnsupported,
    InputRefused,
)
from api.inputs.archive import ENTRIES, MEMBER_BYTES, MEMBERS, PACKED_BYTES, PHOTOS, TOTAL_BYTES, read_archive

MIB = 1024 * 1024


def _photo(kind: str = "JPEG", colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(buffer, kind)
    return buffer.getvalue()


RED, BLUE = _photo(), _photo(colour="blue")


def _zip(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method, compresslevel=9) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _raw(
    name: bytes, packed: bytes, *, size: int, crc: int, method: int = 8, flags: int = 0, at: int = 0
) -> tuple[bytes, bytes]:
    """A member's local part and its row in the table of contents, as its maker claims it to be; `at`: its offset."""
    claims = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 33, crc, len(packed), size, len(name), 0)
    row = b"PK\x01\x02" + struct.pack("<H", 20) + claims + struct.pack("<HHHII", 0, 0, 0, 0, at) + name
    return b"PK\x03\x04" + claims + name + packed, row


def _bound(parts: bytes, rows: bytes, count: int) -> bytes:
    return parts + rows + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(rows), len(parts), 0)


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(data) + packer.flush()


def _lying(data: bytes, *, size: int, crc: int, flags: int = 0) -> bytes:
    return _bound(*_raw(b"a.jpg", _deflated(data), size=size, crc=crc, flags=flags), 1)


# --- what people send -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_photos_come_in_the_archives_order(method: int) -> None:
    assert read_archive(_zip({"b.jpg": RED, "a.jpg": BLUE}, method)) == [RED, BLUE]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "BMP", "TIFF", "GIF"])
def test_a_photo_is_told_by_its_beginning_whatever_its_name(kind: str) -> None:
    photo = _photo(kind)
    assert read_archive(_zip({"no-name": photo})) == [photo]


def test_what_systems_and_people_put_beside_their_photos_is_passed_over() -> None:
    members = {
        "faces/": b"",
        "faces/a.jpg": RED,
        "__MACOSX/faces/._a.jpg": RED,
        "__MACOSX/a.jpg": RED,
        "faces/.DS_Store": b"\0\0\0\1Bud1",
        ".hidden.jpg": RED,
        ".thumbnails/a.jpg": RED,
        "faces/readme.txt": b"my photos",
        "faces/notes.jpg": b"a text under a photo's name",
        "faces/empty.jpg": b"",
        "faces/film.mov": b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
        "faces/song.wav": b"RIFF\x24\0\0\0WAVEfmt ",
        "more.zip": _zip({"c.jpg": RED}),
        "faces/b.jpg": BLUE,
    }
    assert read_archive(_zip(members)) == [RED, BLUE]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "C:\\a.jpg", "..\\a.jpg", "./a.jpg", "лицо.jpg", "👤.jpg", "a" * 60000]
)
def test_names_are_only_names(name: str) -> None:
    assert read_archive(_zip({name: RED})) == [RED]


def test_two_members_of_one_name_are_two_photos() -> None:
    first, one = _raw(b"a.jpg", RED, size=len(RED), crc=zlib.crc32(RED), method=0)
    second, other = _raw(b"a.jpg", BLUE, size=len(BLUE), crc=zlib.crc32(BLUE), method=0, at=len(first))
    assert read_archive(_bound(first + second, one + other, 2)) == [RED, BLUE]


@pytest.mark.parametrize(
    "members",
    [{}, {"a/": b""}, {"a.txt": b"text"}, {"__MACOSX/a.jpg": RED}, {".a.jpg": RED}, {"a.zip": _zip({"a.jpg": RED})}],
)
def test_an_archive_without_a_photo_is_empty(members: dict[str, bytes]) -> None:
    with pytest.raises(ArchiveEmpty):
        read_archive(_zip(members))


# --- how much ---------------------------------------------------------------------------------------------------------


def test_an_archive_may_hold_so_many_photos_and_no_more() -> None:
    assert len(read_archive(_zip({f"{number}.jpg": RED for number in range(PHOTOS)}))) == PHOTOS
    with pytest.raises(ArchiveTooMany):
        read_archive(_zip({f"{number}.jpg": RED for number in range(PHOTOS + 1)}))


def test_an_archive_may_hold_so_many_files_and_no_more() -> None:
    texts = {f"{number}.txt": b"text" for number in range(MEMBERS - 1)}
    assert read_archive(_zip({"a.jpg": RED, **texts})) == [RED]
    with pytest.raises(ArchiveTooMany):
        read_archive(_zip({"a.jpg": RED, "b.txt": b"", **texts}))


def test_an_archive_may_hold_so_many_entries_and_no_more() -> None:
    folders = {f"{number}/": b"" for number in range(ENTRIES - 1)}
    assert read_archive(_zip({"a.jpg": RED, **folders})) == [RED]
    with pytest.raises(ArchiveTooMany):
        read_archive(_zip({"a.jpg": RED, "last/": b"", **folders}))


def test_an_archive_of_too_many_bytes_is_refused_unread() -> None:
    with pytest.raises(ArchiveTooBig):
        read_archive(bytes(PACKED_BYTES + 1))


def test_a_file_may_unpack_to_so_many_bytes_and_no_more() -> None:
    padded = RED + bytes(MEMBER_BYTES - len(RED))
    assert read_archive(_zip({"a.jpg": padded})) == [padded]
    with pytest.raises(ArchiveTooBig):
        read_archive(_zip({"a.jpg": padded + b"\0"}))


@pytest.mark.parametrize("name", ["padding.bin", "b.jpg", "__MACOSX/padding", ".padding"])
def test_all_files_together_may_unpack_to_so_many_bytes(name: str) -> None:
    pads = {f"{number}{name}" if name[0] != "_" else f"{name}{number}": bytes(16 * MIB) for number in range(5)}
    assert 5 * 16 * MIB > TOTAL_BYTES
    with pytest.raises(ArchiveTooBig):
        read_archive(_zip({"a.jpg": RED, **pads}))


@pytest.mark.parametrize("name", ["a.jpg", "padding.bin", "__MACOSX/padding"])
def test_three_hundred_megabytes_of_padding_are_refused_and_fill_no_memory(name: str) -> None:
    padding = RED + bytes(300 * MIB)
    archive = _zip({"face.jpg": BLUE, name: padding})
    del padding
    tracemalloc.start()
    with pytest.raises(ArchiveTooBig):
        read_archive(archive)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MIB


# --- what is no archive, or lies --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b"PK", RED, b"Rar!\x1a\x07\x01\0", b"\x1f\x8b\x08\0", b"7z\xbc\xaf\x27\x1c", b"<html></html>"]
)
def test_what_is_no_zip_file_is_an_unsupported_archive(data: bytes) -> None:
    with pytest.raises(ArchiveUnsupported):
        read_archive(data)


@pytest.mark.parametrize("left", [4, 30, 100, -100, -22, -1])
def test_an_archive_cut_short_is_invalid(left: int) -> None:
    with pytest.raises(ArchiveInvalid):
        read_archive(_zip({"a.jpg": RED})[:left])


@pytest.mark.parametrize("flags", [0x1, 0x41, 0x40, 0x20])
def test_an_encrypted_archive_is_invalid(flags: int) -> None:
    with pytest.raises(ArchiveInvalid):
        read_archive(_lying(RED, size=len(RED), crc=zlib.crc32(RED), flags=flags))


@pytest.mark.parametrize("size", [len(RED) - 1, len(RED) + 1, 1])
def test_a_member_that_lies_about_its_size_is_invalid(size: int) -> None:
    with pytest.raises(ArchiveInvalid):
        read_archive(_lying(RED, size=size, crc=zlib.crc32(RED)))


def test_a_member_is_read_no_further_than_it_claims_to_reach() -> None:
    bomb = RED + bytes(300 * MIB)
    archive = _lying(bomb, size=len(RED), crc=zlib.crc32(RED))
    del bomb
    tracemalloc.start()
    assert read_archive(archive) == [RED]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MIB


def test_a_damaged_photo_in_an_archive_makes_it_invalid() -> None:
    with pytest.raises(ArchiveInvalid):
        read_archive(_lying(RED, size=len(RED), crc=zlib.crc32(RED) ^ 1))


def test_members_that_share_their_bytes_count_each() -> None:
    pad = RED + bytes(12 * MIB)
    part, row = _raw(b"a.jpg", _deflated(pad), size=len(pad), crc=zlib.crc32(pad))
    with pytest.raises((ArchiveTooBig, ArchiveInvalid)):  # Debian's Python refuses them itself
        read_archive(_bound(part, row * 6, 6))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packers_whose_pieces_have_no_bound_are_refused_and_fill_no_memory(method: int) -> None:
    claims = {"a.jpg": RED, "pad": RED + bytes(18 * MIB)}
    archive = _zip(claims, method)
    tracemalloc.start()
    with pytest.raises(ArchiveInvalid):
        read_archive(archive)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MIB


@pytest.mark.parametrize("claimed", [1, 1000, 65535])
def test_a_long_table_of_contents_is_refused_whatever_count_it_claims(claimed: int) -> None:
    part, row = _raw(b"a", b"", size=0, crc=0, method=0)
    archive = _bound(part, row * 300_000, claimed)
    tracemalloc.start()
    with pytest.raises(ArchiveTooMany):
        read_archive(archive)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * MIB


def test_a_long_table_of_contents_is_refused_where_only_the_zip64_record_owns_up_to_it() -> None:
    part, row = _raw(b"a", b"", size=0, crc=0, method=0)
    rows, end = row * 300_000, len(part) + len(row) * 300_000
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(rows), len(part))
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    last = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(row), len(part), 0)
    with pytest.raises(ArchiveTooMany):
        read_archive(part + rows + record + locator + last)


def _is_read_or_refused(data: bytes) -> None:
    try:
        assert read_archive(data)
    except InputRefused as refused:
        assert refused.code.startswith("archive_")


@given(st.binary(max_size=500), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06"]))
def test_any_bytes_are_read_or_refused(data: bytes, beginning: bytes) -> None:
    _is_read_or_refused(beginning + data)


WHOLE = _zip({"faces/": b"", "faces/a.jpg": RED, "b.jpg": BLUE, "c.txt": b"text"})


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8)), max_size=6))
def test_a_damaged_archive_is_read_or_refused(damages: list[tuple[int, bytes]]) -> None:
    data = bytearray(WHOLE)
    for at, junk in damages:
        data[at : at + len(junk)] = junk
    _is_read_or_refused(bytes(data))


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, len(WHOLE)))
def test_an_archive_with_a_hole_is_read_or_refused(start: int, length: int) -> None:
    _is_read_or_refused(WHOLE[:start] + WHOLE[start + length :])
