"""How the classic engine finds and cuts the people of a folder of photos: time, trust, doubts, faces.

    python -m benchmarks.classic_cut PHOTOS [--sheet sheet.png] [--runs 3] [--threads 2]

The sheet shows per photo the crop, the cut on a light, a dark and a patterned ground, and the badge; a red bar
marks a cut that is not trusted.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from engine.classic.prepare import Prepared, prepare
from engine.classic.subject import Subject
from engine.errors import NoFace
from engine.pixels import Rgb

CELL_PX = 256
ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}


def main() -> None:
    """Print one line per photo and the median and worst time; write the sheet where one is asked for."""
    options = _options()
    cv2.setNumThreads(options.threads)
    times: list[float] = []
    rows: list[Rgb] = []
    for path, photo in _photos(options.folder, options.long_px):
        prepared, seconds = _timed(photo, options.runs)
        times.append(seconds)
        print(f"{path.name:32.32} {seconds:6.3f} s  {_verdict(prepared)}")
        if prepared:
            rows.append(_row(prepared))
    if times:
        print(f"{len(times)} photos: median {statistics.median(times):.3f} s, worst {max(times):.3f} s")
    if options.sheet and rows:
        cv2.imwrite(str(options.sheet), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--runs", type=int, default=3, help="the median of so many runs counts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--long-px", type=int, default=1280, help="photos are scaled to this long side first")
    return parser.parse_args()


def _photos(folder: Path, long_px: int) -> Iterator[tuple[Path, Rgb]]:
    for path in sorted(each for each in folder.iterdir() if each.suffix.lower() in ENDINGS):
        picture = cv2.imread(str(path))
        if picture is None:
            continue
        scale = long_px / max(picture.shape[:2])
        interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        resized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=interpolation)
        yield path, np.asarray(cv2.cvtColor(resized, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _timed(photo: Rgb, runs: int) -> tuple[Prepared | None, float]:
    seconds = []
    prepared = None
    for _ in range(runs):
        started = time.perf_counter()
        try:
            prepared = prepare(photo)
        except NoFace:
            prepared = None
        seconds.append(time.perf_counter() - started)
    return prepared, statistics.median(seconds)


def _verdict(prepared: Prepared | None) -> str:
    if prepared is None:
        return "no face"
    faces = f"  {prepared.faces} faces" if prepared.faces > 1 else ""
    return ("cut-out" if prepared.is_trusted else f"badge: {', '.join(prepared.doubts)}") + faces


def _row(prepared: Prepared) -> Rgb:
    cut = prepared.cutout
    y, x = np.indices(cut.matte.shape) // 16
    checks = np.where(((x + y) % 2)[..., None], np.array([230, 120, 150]), np.array([120, 180, 230]))
    grounds = [np.full_like(cut.rgb, 240), np.full_like(cut.rgb, 20), checks]
    cells = [_cell(cut.rgb), *(_cell(_over(cut, ground)) for ground in grounds)]
    badge = _cell(_over(prepared.badge, np.full_like(prepared.badge.rgb, 240)))
    row = np.hstack([*cells, badge])
    if not prepared.is_trusted:
        row[-6:, : 4 * CELL_PX] = (220, 30, 30)
    return row


def _over(subject: Subject, ground: np.ndarray) -> Rgb:
    alpha = subject.matte[..., None]
    return np.asarray(subject.rgb * alpha + ground * (1 - alpha), dtype=np.uint8)


def _cell(picture: Rgb) -> Rgb:
    """`picture` fitted into a square cell."""
    scale = CELL_PX / max(picture.shape[:2])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    cell = np.full((CELL_PX, CELL_PX, 3), 128, dtype=np.uint8)
    cell[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return cell


if __name__ == "__main__":
    main()
