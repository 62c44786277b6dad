"""Four ways to cut the same person out, and their vote. They err differently, so where they agree they are right.

All of it happens at a small size (`CUT_PX`): the shapes are the same and the graph cuts are ten times faster.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.classic.cutout.bust import Bust, Field
from engine.classic.cutout.colours import cells, density, log_ratio
from engine.classic.cutout.prior import Prior, Where, body_prior
from engine.classic.cutout.smooth import guided_filter
from engine.pixels import Rgb, to_lab

CUT_PX = 144  # long side of the crop while cutting
SEED = 1  # grabCut draws its first colour clusters at random, from dice that each thread has for itself
CORES = 2  # cuts at the same time; the result is the same for any number
GRAPH_ROUNDS = 2
COLOUR_ROUNDS = 4
HAIR_LIKE = 14.0  # Lab distance up to which a pixel may be the hair that the cap shows
SKIN_LIKE = 20.0  # how many times denser than an even spread a colour of the face is
PULL = 0.35  # how far colour alone moves the vote ..
PULL_OUT = 0.75  # .. and where it speaks against a place beside the body, which the prior knows least about
VOTES = (1.0, 1.0, 1.0, 1.5)  # of the cuts in `vote`'s order; the prior has one more


@dataclass(frozen=True, slots=True)
class Vote:
    """`mask`: the person; `cuts`: what each way alone says; `ratio`: log p(colour | person / background)."""

    mask: Where
    cuts: tuple[Where, ...]
    prior: Prior
    ratio: Field


def vote(small: Bust) -> Vote:
    """Cut `small` (its long side CUT_PX) in four ways, let them vote, and look again at what they agree on."""
    prior = body_prior(small)
    smooth = np.asarray(cv2.bilateralFilter(small.rgb, 5, 30, 5), dtype=np.uint8)
    lab = to_lab(smooth)
    background = prior.surely_background & ~_like_hair(lab, prior.hair_cap)
    with ThreadPoolExecutor(CORES) as pool:  # OpenCV cuts one graph on one core, and lets go of Python meanwhile
        under_way = (
            pool.submit(_graph_cut, smooth, prior.likely > 0.5, prior.surely_person, background),
            pool.submit(_graph_cut, smooth, prior.long_hair > 0.5, prior.surely_person, background),
            pool.submit(_graph_cut, _vivid(smooth), prior.likely > 0.5, prior.surely_person, background),
            pool.submit(_by_colour, smooth, lab, prior, background),
        )
        cuts = tuple(each.result() for each in under_way)
    shares = [weight * cut for weight, cut in zip(VOTES, cuts, strict=True)]
    share = np.asarray((sum(shares) + prior.likely) / (sum(VOTES) + 1), dtype=np.float32)
    mask, ratio = _pulled(small, smooth, share, prior)
    mask, ratio = _pulled(small, smooth, (0.5 * (share + mask)).astype(np.float32), prior)
    return Vote(mask, cuts, prior, ratio)


def _pulled(small: Bust, smooth: Rgb, share: Field, prior: Prior) -> tuple[Where, Field]:
    """Let the evidence of colour move the vote, and settle it."""
    ratio = evidence(small, share, prior)
    pull = guided_filter(smooth, np.tanh(ratio / 2), 4, 1e-3)
    _, v = small.coordinates()
    beside_body = (v > 0.5) & ~prior.core
    pull *= np.where((pull < 0) & beside_body, PULL_OUT, PULL)
    return _settled(smooth, share + pull, prior, small), ratio


def evidence(small: Bust, share: Field, prior: Prior) -> Field:
    """What colour alone says, learned where place and vote leave no doubt: log p(person) / p(background).

    The person is learned from the middle of the body, the background from outside the body and from around the
    crop; so a piece of background that the cuts swallowed at the side cannot speak for itself.
    """
    where = cells(to_lab(small.rgb))
    core = np.where(prior.core & (share > 0.7), share, 0).astype(np.float32)
    core[prior.surely_person] = 1.0
    outside = np.where((share < 0.3) & (prior.likely < 0.4), 1 - share, 0).astype(np.float32)
    around = cells(to_lab(small.around)) if small.around.size else None
    if around is not None:  # arms and friends stand there too: what looks like this face is no background
        skin = density(where, prior.face.astype(np.float32))
        around = around[:, skin[around[0]] < SKIN_LIKE / skin.size]
    return log_ratio(where, core, outside, around)


def _like_hair(lab: NDArray[np.float32], cap: Where) -> Where:
    """Pixels that look like the hair over the forehead: not to be taken for background unseen."""
    if not cap.any():
        return np.zeros(cap.shape, dtype=bool)
    hair = np.median(lab[cap], axis=0)
    return np.asarray(np.linalg.norm(lab - hair, axis=2) < HAIR_LIKE)


def _vivid(rgb: Rgb) -> Rgb:
    """The same picture with locally stretched lightness and doubled chroma: edges that RGB hides."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    lightness = cv2.createCLAHE(3.0, (4, 4)).apply(lab[..., 0])
    chroma = np.clip((lab[..., 1:].astype(np.int16) - 128) * 2 + 128, 0, 255).astype(np.uint8)
    return np.dstack([lightness, chroma])


def _graph_cut(rgb: Rgb, likely: Where, person: Where, background: Where, rounds: int = GRAPH_ROUNDS) -> Where:
    """GrabCut from a first guess and seeds. Without any background seed or guess everything is the person."""
    mask = np.where(likely, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    mask[background] = cv2.GC_BGD
    mask[person] = cv2.GC_FGD
    is_person = (mask & 1).astype(bool)  # GC_FGD and GC_PR_FGD are the odd ones
    if is_person.all() or not is_person.any():
        return is_person  # OpenCV raises on a picture with one kind of seed only
    cv2.setRNGSeed(SEED)
    cv2.grabCut(rgb, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), rounds, cv2.GC_INIT_WITH_MASK)
    return np.asarray((mask & 1).astype(bool))


def _by_colour(rgb: Rgb, lab: NDArray[np.float32], prior: Prior, background: Where) -> Where:
    """Colour histograms and the body prior, smoothed along edges, learned anew a few times."""
    where = cells(lab)
    odds = np.log(prior.long_hair / (1 - prior.long_hair))
    belief = prior.likely.copy()
    for _ in range(COLOUR_ROUNDS):
        belief[prior.surely_person], belief[background] = 1.0, 0.0
        ratio = log_ratio(where, belief**2, (1 - belief) ** 2)
        raw = 1 / (1 + np.exp(-(0.8 * ratio + odds)))
        belief = guided_filter(rgb, raw.astype(np.float32), 6, 1e-3).clip(0, 1)
    return np.asarray(belief > 0.5)


def _settled(rgb: Rgb, share: Field, prior: Prior, small: Bust) -> Where:
    """Cut once more where the vote is open, then keep one solid piece."""
    person = (share > 0.86) | prior.surely_person
    background = (share < 0.14) & ~prior.surely_person
    mask = _graph_cut(rgb, share > 0.5, person, background, rounds=1)
    return solid(mask, small)


def solid(mask: Where, bust: Bust) -> Where:
    """The piece of `mask` that holds the face, without whiskers or holes."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    count, labels = cv2.connectedComponents(opened)
    if count < 2:
        return mask
    half = max(1, round(0.3 * bust.face.width))
    x, y = round(bust.face.x), round(bust.face.y)
    at_face = labels[max(0, y - half) : y + half, max(0, x - half) : x + half]
    counts = np.bincount(at_face.ravel(), minlength=count)
    counts[0] = 0
    piece = np.asarray(labels == int(counts.argmax()))
    return _filled(piece)


def _filled(piece: Where) -> Where:
    """`piece` with its holes closed."""
    framed = np.pad((~piece).astype(np.uint8), 1, constant_values=1)
    _, labels = cv2.connectedComponents(framed)
    return np.asarray(labels[1:-1, 1:-1] != labels[0, 0])
