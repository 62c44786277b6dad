"""Photos without their last bytes: of PNG, TIFF, WebP and HEIC, what is there is read. Knows no JPEG.

PNG and TIFF say which rows are there, and are made as short as that. WebP and HEIC are filled up with zeros, which
their decoders take for a picture; what comes out otherwise when a little more is missing was not in the file, and is
cut off. Not read without their ends are AVIF, GIF, BMP, interlaced PNGs, tiled TIFFs, and TIFFs whose directory stood
at the end.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from contextlib import suppress

from PIL import Image, ImageChops

from service import tiff_tags
from service.errors import PhotoRefused
from service.limits import MAX_PHOTO_PIXELS

LOST_SHARE = 0.1  # of the rows; a photo that lacks more has lost what is wanted of it
_LOST_BYTES_SHARE = 0.3  # those of a row vary
_ZEROS = 256  # as many at its end were never written
_PNG = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of PNG's colour types
_PIECE = 1 << 12  # bytes that are inflated at once: where a stream breaks, the piece is lost
_STEP_BYTES = 64
_HEIC_BRANDS = (b"hei", b"hev", b"mif", b"msf")  # films and sounds have others
_STEPS = 6  # decoders refuse some of what zeros make
_BLOCK_PX = 8
_LOST_LEVELS = 2  # by which a block differs on the average


def is_never_finished(data: bytes) -> bool:
    """Return whether a PNG, WebP or HEIC ends in zeros: a download that made room for the file and broke off."""
    return (data.startswith(_PNG) or _is_filled_up(data)) and data.endswith(bytes(_ZEROS))


def read_without_end(data: bytes, decode: Callable[[bytes], Image.Image]) -> Image.Image | None:
    """Return what can be decoded of a damaged file; None where too much is lost, or something else than the end.

    Raises what `decode` raises.
    """
    if data.startswith(_PNG):
        short = _shortened_png(data)
    elif data.startswith(tiff_tags.MAGIC):
        short = _shortened_tiff(data)
    else:
        return _filled_up(data, decode) if _is_filled_up(data) else None
    return decode(short) if short is not None else None


def _is_filled_up(data: bytes) -> bool:
    is_heic = data[4:8] == b"ftyp" and data[8:11] in _HEIC_BRANDS
    return is_heic or (data.startswith(b"RIFF") and data[8:12] == b"WEBP")


def _shortened_png(data: bytes) -> bytes | None:
    """Return a PNG of the rows that are there; other damage than a lost end is where the rows end, too."""
    data, before, raw, at, needed = data.rstrip(b"\0"), b"", bytearray(), len(_PNG), 0
    stream = zlib.decompressobj()
    header: tuple[int, ...] = ()
    while at + 8 < len(data) and len(raw) <= needed:
        length, kind = struct.unpack_from(">I4s", data, at)
        body, end = data[at + 8 : at + 8 + length], at + 12 + length
        if kind == b"IHDR" and len(body) == 13:
            header = struct.unpack(">IIBBBBB", body)
            width, height, depth, colour, _, _, is_interlaced = header
            if is_interlaced or colour not in _CHANNELS or width * height > MAX_PHOTO_PIXELS:
                return None
            needed = height * (1 + (width * depth * _CHANNELS[colour] + 7) // 8)
        elif kind == b"IDAT":
            try:
                for start in range(0, len(body), _PIECE):
                    if len(raw) > needed:  # the limit would be 0, which zlib takes for none
                        break
                    raw += stream.decompress(body[start : start + _PIECE], needed - len(raw) + 1)
            except zlib.error:
                break
        elif kind == b"IEND":
            break
        elif end <= len(data) and not raw:
            before += data[at:end]
        at = end
    if not needed:
        return None
    width, height, *kind_of_pixels = header
    row_bytes = needed // height
    rows = min(height, len(raw) // row_bytes)
    if rows < (1 - LOST_SHARE) * height:
        return None
    short = struct.pack(">IIBBBBB", width, rows, *kind_of_pixels)
    pixels = zlib.compress(raw[: rows * row_bytes], 1)
    return _PNG + _png_chunk(b"IHDR", short) + before + _png_chunk(b"IDAT", pixels) + _png_chunk(b"IEND", b"")


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _shortened_tiff(data: bytes) -> bytes | None:
    """Return a TIFF whose height is that of the strips that are there."""
    (height,) = tiff_tags.read_tag(data, tiff_tags.HEIGHT)[:1] or (0,)
    (width,) = tiff_tags.read_tag(data, tiff_tags.WIDTH)[:1] or (0,)
    (rows_per_strip,) = tiff_tags.read_tag(data, tiff_tags.ROWS_PER_STRIP)[:1] or (height,)
    offsets = tiff_tags.read_tag(data, tiff_tags.STRIP_OFFSETS, most=height)
    sizes = tiff_tags.read_tag(data, tiff_tags.STRIP_BYTE_COUNTS, most=height)
    planes = tiff_tags.read_tag(data, tiff_tags.PLANAR_CONFIGURATION)[:1]
    if not (height and width and offsets and rows_per_strip) or planes not in ((), (1,)):
        return None
    bits = sum(tiff_tags.read_tag(data, tiff_tags.BITS_PER_SAMPLE)) or 1
    is_plain = tiff_tags.read_tag(data, tiff_tags.COMPRESSION)[:1] in ((), (1,))
    rows = 0
    for offset, size in zip(offsets, sizes, strict=False):
        if offset + size > len(data):
            rows += max(0, len(data) - offset) // ((width * bits + 7) // 8) if is_plain else 0
            break
        rows += rows_per_strip
    entry = tiff_tags.find_entry(data, tiff_tags.HEIGHT)
    if entry is None or not (1 - LOST_SHARE) * height <= rows < height:
        return None
    order, kind, _, at = entry
    value = struct.pack(f"{order}{'H' if kind == 3 else 'I'}", rows)
    return data[:at] + value + data[at + len(value) :]


def _filled_up(data: bytes, decode: Callable[[bytes], Image.Image]) -> Image.Image | None:
    """Decode a container with zeros for what it lacks, and again with a little more of them; cut off what differs."""
    length = _length_by_header(data)
    there = data[:length].rstrip(b"\0")
    if not (1 - _LOST_BYTES_SHARE) * length <= len(there) < length:
        return None
    step, pictures = max(_STEP_BYTES, length // 400), list[Image.Image]()
    for end in range(len(there), len(there) - _STEPS * step, -step):
        with suppress(PhotoRefused):
            pictures.append(decode(there[:end] + bytes(length - end)))
        if len(pictures) == 2:
            break
    else:
        return None
    picture, other = pictures
    if picture.size != other.size:
        return None
    difference = ImageChops.difference(picture.convert("RGB"), other.convert("RGB")).convert("L").reduce(_BLOCK_PX)
    lost = difference.point(lambda level: 255 if level >= _LOST_LEVELS else 0).getbbox()
    if lost is None:  # what lacks is something else: a preview, a caption
        return picture
    left, top, right, bottom = (each * _BLOCK_PX for each in lost)
    width, height = picture.size
    # A turned photo has lost another side than the lower one.
    parts = ((0, 0, width, top), (0, bottom, width, height), (0, 0, left, height), (right, 0, width, height))
    best = max(parts, key=lambda part: max(0, part[2] - part[0]) * max(0, part[3] - part[1]))
    if (best[2] - best[0]) * (best[3] - best[1]) < (1 - LOST_SHARE) * width * height:
        return None
    return picture.crop(best)


def _length_by_header(data: bytes) -> int:
    """Return how long a RIFF file, or one of boxes, says it is."""
    if data.startswith(b"RIFF"):
        return int.from_bytes(data[4:8], "little") + 8
    at = 0
    while at + 16 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16])
        if size < 8:  # the last box, of any length; or none
            break
        at += size
    return at
