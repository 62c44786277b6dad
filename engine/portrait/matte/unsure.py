"""Wide areas that a network calls neither person nor background, told by the colours around them. Knows no network."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Matte, Rgb
from engine.portrait.matte.filters import Mask, disc, levels
from engine.portrait.tone import Lab

UNSURE, SURE = (0.15, 0.85), (0.06, 0.94)  # a guess between the first is unsure, outside of the second it is sure
WIDTH_FW = 0.03  # a soft edge is narrower: it is left to the matting; and so far a network's edge is off the picture's
AROUND_FW = 0.4  # how far the colours around an area are looked at
LEAST_AREA_FW2 = 0.02  # smaller areas are left; of person and of background, to know their colours, it takes as much
COLOURS, SAMPLES, STEPS = 4, 600, 8  # clusters of each, px they are found in, rounds of k-means
SPREAD = np.array([12.0, 6.0, 6.0], np.float32)  # Lab: how far one thing's colours stray; light and shade the most
LEAST_SPREAD = 0.5  # of that: a wall's colours stray less
STRANGE = 0.05  # likelihood of a colour that neither has: it tells nothing
MOST_EVIDENCE = 20.0  # times likelier: more than this no colour tells
EDGE_EVIDENCE = 1.5  # logit: what it tells that no edge lies between an area and what is sure
FIRM = (0.3, 0.7)
SMOOTH_FW = 0.015  # texture tells nothing


def told_by_colour(guess: Matte, picture: Rgb, unit_px: float) -> Matte:
    """Return `guess` with each wide unsure area moved to whom it looks like, person or background.

    Bayes: the network's guess is the prior. The likelihoods are those of mixtures of a few normal distributions, of the
    person's colours and of the background's around the area, and a watershed tells from which of them no edge keeps it
    apart. Where colours are alike or strange the guess stays about as unsure as it is. `unit_px`: a face's width.
    """
    rim = disc(WIDTH_FW * unit_px)
    count, areas, stats, _ = cv2.connectedComponentsWithStats(_wide_unsure(guess, rim))
    if count < 2:
        return guess
    person, background = (cv2.erode(each.astype(np.uint8), rim) for each in (guess > SURE[1], guess < SURE[0]))
    smooth = cv2.GaussianBlur(picture, (0, 0), max(0.5, SMOOTH_FW * unit_px))
    lab: Lab = cv2.cvtColor(smooth * np.float32(1 / 255), cv2.COLOR_RGB2LAB) / SPREAD
    told = guess.copy()
    reach = round(AROUND_FW * unit_px)
    for one in range(1, count):
        left, top, width, height, size = stats[one].tolist()
        if size < LEAST_AREA_FW2 * unit_px**2:
            continue
        window = np.s_[max(0, top - reach) : top + height + reach, max(0, left - reach) : left + width + reach]
        area = areas[window] == one
        near = cv2.distanceTransform((~area).astype(np.uint8), cv2.DIST_L2, 3) < reach
        around = [near & (each[window] > 0) for each in (person, background)]
        if min(int(np.count_nonzero(each)) for each in around) < LEAST_AREA_FW2 * unit_px**2:
            continue
        colours = lab[window][area]
        as_person, as_background = (_density(colours, lab[window][each]) + STRANGE for each in around)
        markers = np.where(person[window] > 0, 1, np.where(background[window] > 0, 2, 0)).astype(np.int32)
        owner = cv2.watershed(np.ascontiguousarray(smooth[window]), markers)[area]
        edges = (owner == 1).astype(np.float32) - (owner == 2)
        prior = np.clip(guess[window][area], 0.02, 0.98)
        looks = np.clip(as_person / as_background, 1 / MOST_EVIDENCE, MOST_EVIDENCE)
        odds = prior / (1 - prior) * looks * np.exp(EDGE_EVIDENCE * edges)
        told[window][area] = odds / (1 + odds)
    return told


def firm(told: Matte, unit_px: float) -> Matte:
    """Return a matte that says yes or no in wide areas wherever `told` leans to one: the matting is to start there."""
    wide = _wide_unsure(told, disc(WIDTH_FW * unit_px))
    return np.where(wide > 0, levels(told, *FIRM), told)


def _wide_unsure(matte: Matte, rim: Mask) -> Mask:
    unsure = ((matte > UNSURE[0]) & (matte < UNSURE[1])).astype(np.uint8)
    return cv2.dilate(cv2.morphologyEx(unsure, cv2.MORPH_OPEN, rim), rim)


def _density(colours: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how dense [n] the colours of `known` [m, 3] lie at `colours` [n, 3]: a mixture of a few normal ones.

    A wall's colours lie close together: what has just its colour is rather the wall than hair that is like it.
    """
    sample = np.ascontiguousarray(known[:: max(1, len(known) // SAMPLES)])
    start = (np.argsort(np.argsort(sample[:, 0], kind="stable")) * COLOURS // len(sample)).astype(np.int32)[:, None]
    stop = (cv2.TERM_CRITERIA_MAX_ITER, STEPS, 0)
    _, labels, centres = cv2.kmeans(sample, COLOURS, start, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    density = np.zeros(len(colours), np.float32)
    for one, centre in enumerate(centres):
        members = sample[labels[:, 0] == one]
        if len(members):
            spread = np.clip(members.std(axis=0), LEAST_SPREAD, 1)
            away = (colours - centre) / spread
            share = len(members) / len(sample) / float(spread.prod())
            density += np.float32(share) * np.exp(np.einsum("nc,nc->n", away, away) / -2)
    return density
