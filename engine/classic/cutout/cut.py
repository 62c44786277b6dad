"""The whole way from a photo and its face to the person cut out, and the doubts about it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.classic.cutout.bust import Bust, take_bust
from engine.classic.cutout.cuts import CUT_PX, vote
from engine.classic.cutout.doubts import doubts, matte_measures, measures
from engine.classic.cutout.soften import bust_shaped, own_colours, soft_matte
from engine.classic.exposure import needed_gain
from engine.classic.subject import Face, Matte, Rgb, Subject
from engine.matte import Matter
from engine.types import Shape


@dataclass(frozen=True, slots=True)
class Cut:
    """The person, and by code what speaks against showing it."""

    subject: Subject
    doubts: tuple[str, ...]


def cut_out(photo: Rgb, face: Face, matter: Matter | None = None) -> Cut:
    """Cut the bust of `face` out of an upright `photo`; with `matter` the matte is the network's."""
    bust = take_bust(photo, face, needed_gain(photo))
    matte, signs = _matte_of_network(bust, matter) if matter else _matte_of_colours(bust)
    return Cut(Subject(own_colours(bust.rgb, matte), matte, bust.face, Shape.BUST), signs)


def _matte_of_colours(bust: Bust) -> tuple[Matte, tuple[str, ...]]:
    small = bust.fitted(CUT_PX)
    voted = vote(small)
    return soft_matte(voted.mask, bust), doubts(measures(voted, small))


def _matte_of_network(bust: Bust, matter: Matter) -> tuple[Matte, tuple[str, ...]]:
    matte = matter.matte(bust.rgb)
    return bust_shaped(matte, bust), doubts(matte_measures(matte, bust))
