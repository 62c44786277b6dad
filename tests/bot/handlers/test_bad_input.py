"""Everything that is no photo gets its own clear sentence, and leaves nothing behind."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from engine.errors import DrawingFailed, NoFace
from tests.acceptance.stage import Stage, picture
from tests.bot.emulated import sticker_webp


def two_hundred_megapixels() -> bytes:
    """A PNG of a few bytes whose header promises 20000 x 10000 pixels."""
    header = struct.pack(">IIBBBBB", 20_000, 10_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def moving_picture(kind: str = "WEBP") -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), (shade, 0, 0)) for shade in (0, 90, 180)]
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def tiny_picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    return buffer.getvalue()


FILES = {
    "cut off": ("selfie.jpg", "image/jpeg", picture()[:300], "damaged or incomplete"),
    "a PDF by another name": ("selfie.jpg", "image/jpeg", b"%PDF-1.7\n" + b"x" * 500, "isn't a photo I can read"),
    "text by another name": ("selfie.png", "image/png", b"hello " * 100, "isn't a photo I can read"),
    "of 200 megapixels": ("big.png", "image/png", two_hundred_megapixels(), "too many pixels"),
    "of 25 MB": ("big.jpg", "image/jpeg", picture() + bytes(25 << 20), "over 20 MB"),
    "moving": ("me.webp", "image/webp", moving_picture(), "It moves"),
    "a PDF": ("cv.pdf", "application/pdf", b"%PDF-1.7\n" + b"x" * 500, "can't make a sticker from this file"),
    "a large archive": (
        "all.zip",
        "application/zip",
        b"PK\x03\x04" + bytes(21 << 20),
        "can't make a sticker from this",
    ),
    "a film": ("me.MOV", "video/quicktime", b"\0\0\0\x14ftypqt  \0\0\2\0qt  " + bytes(500), "It moves"),
    "a film of no name": ("me", "", b"\0\0\0\x18ftypisom\0\0\2\0isommp42" + bytes(500), "It moves"),
    "a sound": ("me.m4a", "audio/mp4", b"\0\0\0\x14ftypM4A \0\0\2\0M4A " + bytes(500), "isn't a photo I can read"),
    "a moving AVIF": ("me.avif", "image/avif", moving_picture("AVIF"), "It moves"),
    "tiny": ("me.png", "image/png", tiny_picture(), "too small"),
}


@pytest.mark.parametrize("kind", FILES)
async def test_a_file_that_is_no_photo_is_refused_in_words(stage: Stage, kind: str) -> None:
    name, mime, data, sentence = FILES[kind]
    person = stage.person()

    await person.send_document(data, name, mime)
    await person.wait_for_text(sentence)

    await person.wait_until(lambda: len(person.seen) == 1)  # a progress message that came too late goes at once
    assert stage.plain.seen == []
    assert stage.files_left() == []


@pytest.mark.parametrize(
    ("name", "mime", "kind"),
    [
        ("IMG_1.HEIC", "application/octet-stream", "HEIF"),
        ("photo.webp", "image/webp", "WEBP"),
        ("scan.tif", "image/tiff", "TIFF"),
        ("old.bmp", "image/bmp", "BMP"),
        ("wrong.png", "image/png", "JPEG"),
        ("DSC0001.HIF", "application/octet-stream", "HEIF"),
        ("IMG_2.heics", "", "HEIF"),
        ("old.jfif", "", "JPEG"),
        ("older.jpe", "application/x-unknown", "JPEG"),
        ("scan.TIFF", "", "TIFF"),
        ("photo", "", "JPEG"),
        ("", "", "PNG"),
        ("photo", "application/pdf", "WEBP"),
        ("report.pdf", "application/pdf", "JPEG"),
        ("IMG_3", "text/plain", "AVIF"),
        ("film.mp4", "application/zip", "JPEG"),
    ],
)
async def test_a_picture_file_is_told_by_its_content(stage: Stage, name: str, mime: str, kind: str) -> None:
    person = stage.person()

    await person.send_document(picture(kind=kind), name, mime)
    sticker = await person.wait_for_sticker()

    assert max(sticker.picture().size) == 512


async def test_of_a_live_photo_the_still_is_drawn(stage: Stage) -> None:
    person = stage.person()

    await person.send_live_photo(picture(), b"\0\0\0\x14ftypqt  " + bytes(3000), "#comic")
    sticker = await person.wait_for_sticker()

    assert max(sticker.picture().size) == 512
    assert stage.plain.seen[0].style == "comic"
    assert len(stage.plain.seen) == 1


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("animation", "It moves"),
        ("video", "It moves"),
        ("voice", "Send me a photo instead"),
        ("video_note", "Send me a photo"),
    ],
)
async def test_other_media_get_a_hint(stage: Stage, kind: str, sentence: str) -> None:
    person = stage.person()

    await person.send_media(kind, b"\0" * 2000, f"{kind}.bin", "application/octet-stream")

    await person.wait_for_text(sentence)


async def test_a_sticker_of_no_pack_is_answered_kindly(stage: Stage) -> None:
    person = stage.person()

    await person.send_sticker(sticker_webp("red", 300))

    await person.wait_for_text("That's a sticker already")


async def test_plain_words_and_unknown_commands(stage: Stage) -> None:
    person = stage.person()

    await person.send_text("hello?")
    await person.wait_for_text("Send me a selfie first")
    await person.send_text("/frobnicate")
    await person.wait_for_text("/help lists what I can do")


async def test_a_caption_full_of_markup_is_just_words(stage: Stage) -> None:
    person = stage.person()
    caption = ("<b>&amp; </i> *_[x](y)" * 60)[:1024]

    await person.send_photo(picture(), caption)
    await person.wait_for_sticker()

    assert stage.plain.seen[0].prompt == " ".join(caption.split())


async def test_no_face_says_what_to_send_and_keeps_the_sentence_in_one_message(stage: Stage) -> None:
    person = stage.person()
    stage.plain.fail_with = [NoFace()]

    await person.send_photo(picture())
    sentence = await person.wait_for_text("I can't find a face here")

    await person.wait_until(lambda: len(person.seen) == 1)  # progress, where it was under way, is taken back
    assert [button["text"] for button in sentence.buttons] == ["✨ Make it anyway"]


async def test_a_broken_engine_is_an_apology_with_the_jobs_reference(stage: Stage) -> None:
    person = stage.person()
    stage.plain.fail_with = [DrawingFailed("CUDA error at 0xdeadbeef"), DrawingFailed("CUDA error at 0xdeadbeef")]

    await person.send_photo(picture())
    apology = await person.wait_for_text("Something broke on my side")

    (job,) = await stage.store.jobs.of_owner("tg:7")
    assert job.id[:6] in apology.text
    assert "CUDA" not in apology.text
