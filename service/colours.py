"""Colours of any picture file as 8-bit sRGB: profiles, wide gamuts, HDR, deep greys. Knows no file format's pixels.

HDR (PQ, HLG) is brought into range by a shoulder: what is no brighter than a white page stays as it is, lights above
it share the rest.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

Floats = NDArray[np.float32]

_SRGB = ImageCms.createProfile("sRGB")
_PQ, _HLG = 16, 18  # transfer characteristics of ITU-T H.273
_WHITE_NITS = 203.0  # of a white page in HDR pictures, ITU-R BT.2408
_HLG_PEAK_NITS = 1000.0
_KNEE = 0.6  # of the white page's light: above it lights are compressed
_BRIGHTEST = 99.8  # percentile that still becomes less than white

# To the primaries of sRGB, linear light, rows: red, green, blue.
_TO_SRGB: Final = {
    9: ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)),  # BT.2020
    11: (
        (1.1583, -0.1520, -0.0063),
        (-0.0420, 1.0420, 0.0),
        (-0.0196, -0.0786, 1.0983),
    ),  # P3 of cinemas, white adapted
    12: ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0197, -0.0786, 1.0979)),  # Display P3
}


@dataclass(frozen=True, slots=True)
class Coding:
    """What the numbers of a picture mean: `primaries` and `transfer` as ITU-T H.273 numbers them."""

    primaries: int
    transfer: int

    @property
    def is_hdr(self) -> bool:
        return self.transfer in (_PQ, _HLG)


def coding_of(image: Image.Image, data: bytes) -> Coding | None:
    """Return what the container of a HEIF or AVIF says (its `nclx` box); None where it says nothing."""
    profile = image.info.get("nclx_profile")
    if isinstance(profile, dict):
        return Coding(int(profile["color_primaries"]), int(profile["transfer_characteristics"]))
    if image.format != "AVIF":  # Pillow reads the box for none
        return None
    at = data.find(b"colrnclx")
    return Coding(*struct.unpack_from(">HH", data, at + 8)) if 0 <= at <= len(data) - 12 else None


def to_srgb(image: Image.Image, coding: Coding | None = None, bits: int = 16) -> Image.Image:
    """Return 8 bits, RGB or RGBA, in sRGB: from CMYK, palettes, wide-gamut colours, and greys of `bits` bits."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image, bits)
    has_alpha = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    if image.mode not in ("RGB", "RGBA", "CMYK", "L"):  # the others are only other ways to store these
        image = image.convert("RGBA" if has_alpha else "RGB")
    if profile and not (coding and coding.is_hdr):
        image = _apply_profile(image, profile, has_alpha)
    image = image.convert("RGBA" if has_alpha else "RGB")
    if coding and (coding.is_hdr or (coding.primaries in _TO_SRGB and not profile)):
        alpha = image.getchannel("A") if has_alpha else None
        image = Image.fromarray(tone_mapped(np.asarray(image.convert("RGB"), np.float32) / np.float32(255), coding))
        if alpha:
            image.putalpha(alpha)
    if has_alpha and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    return image


def tone_mapped(codes: Floats, coding: Coding) -> NDArray[np.uint8]:
    """Return sRGB bytes [H, W, 3] from the numbers of a picture, [H, W, 3] in 0 .. 1."""
    light = _light(codes, coding.transfer)
    if coding.primaries in _TO_SRGB:
        light = light @ np.array(_TO_SRGB[coding.primaries], np.float32).T
    if coding.is_hdr:
        light = _compressed(np.maximum(light, 0))
    light = np.clip(light, 0, 1)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(encoded * 255).astype(np.uint8)


def _light(codes: Floats, transfer: int) -> Floats:
    """Return linear light, 1.0 for a white page."""
    if transfer == _PQ:  # SMPTE ST 2084
        root = codes ** np.float32(1 / 78.84375)
        ratio = np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
        return np.asarray(ratio ** (1 / 0.1593017578125) * (10_000 / _WHITE_NITS), np.float32)
    if transfer == _HLG:  # ITU-R BT.2100, with its system gamma for a peak of 1000 nits
        scene = np.where(codes <= 0.5, codes**2 / 3, (np.exp((codes - 0.55991073) / 0.17883277) + 0.28466892) / 12)
        luma = scene @ np.array((0.2627, 0.6780, 0.0593), np.float32)
        gain = np.maximum(luma, 1e-6)[..., None] ** 0.2
        return np.asarray(scene * gain * (_HLG_PEAK_NITS / _WHITE_NITS), np.float32)
    linear = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear, np.float32)


def _compressed(light: Floats) -> Floats:
    """Bring the brightest of each pixel's channels into 0 .. 1, and the others along: hues stay."""
    brightest = light.max(axis=2, keepdims=True)
    peak = (max(1.0, float(np.percentile(brightest, _BRIGHTEST))) - _KNEE) / (1 - _KNEE)
    above = np.maximum(brightest - _KNEE, 0) / (1 - _KNEE)
    mapped = np.minimum(brightest, _KNEE) + (1 - _KNEE) * above * (1 + above / peak**2) / (1 + above)
    return np.asarray(light * (np.minimum(mapped, 1) / np.maximum(brightest, 1e-6)), np.float32)


def _eight_bits(image: Image.Image, bits: int) -> Image.Image:
    """Convert deep and float greys: from all their bits, or stretched where floats are more than 1."""
    values = np.asarray(image)
    if values.dtype.kind == "f":
        values = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
        top = max(float(values.max()), 1.0)
    else:
        values = values.astype(np.uint32)  # Pillow's are signed
        bits = 16 if bits >= 32 and int(values.max()) < 1 << 16 else min(max(bits, 1), 32)  # 16 bits in room for 32
        top = float((1 << bits) - 1)
    return Image.fromarray(np.clip(values * (255.0 / top), 0, 255).astype(np.uint8))


def _apply_profile(image: Image.Image, profile: bytes, has_alpha: bool) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if has_alpha and image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a broken or foreign profile: the plain numbers are the best guess
    return converted if converted is not None else image
