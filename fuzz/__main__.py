"""`python -m fuzz`: every target for some minutes, in a process of its own; exit code 1 where something was found."""

from __future__ import annotations

import argparse
import faulthandler
import os
import resource
import subprocess
import sys
import time
import traceback
import warnings
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from fuzz import TARGETS
from fuzz.target import Target

FOUND = Path(".fuzz").absolute()  # what is being tried, what was found, and Hypothesis' memory of it
MOST_MEMORY_BYTES = 4 * 1024**3  # of the process: a file that asks for more is found as a MemoryError
AT_ONCE = 250  # examples between two looks at the clock


class TooSlow(AssertionError):
    """An input that takes longer than its target allows."""


def run(target: Target, *, seconds: float, start: int, at_once: int = AT_ONCE, folder: Path | None = None) -> int:
    """Try inputs until the time is over, one at least; return how many were. Raises what the first bad one raised.

    The input that is being tried lies in `folder`, for a crash leaves nothing else behind.
    """
    tried, has_found = 0, False
    random = Random(start)
    until = time.monotonic() + seconds
    current = folder / f"{target.name}.input" if folder else None
    with target.open() as (inputs, check):
        while not tried or time.monotonic() < until:

            @seed(random.randrange(1 << 32))
            @settings(
                max_examples=at_once,
                deadline=None,
                database=DirectoryBasedExampleDatabase(folder / "examples") if folder else None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.reuse, Phase.generate, Phase.shrink),
                print_blob=False,
            )
            @given(inputs)
            def every(example: Any) -> None:
                nonlocal tried, has_found
                if tried >= at_once and time.monotonic() > until and not has_found:
                    return
                tried += 1
                if current is not None:
                    current.write_bytes(example if isinstance(example, bytes) else repr(example).encode())
                began = time.process_time()
                try:
                    check(example)
                    if (took_s := time.process_time() - began) > target.slow_s:
                        raise TooSlow(f"{took_s:.1f} s")
                except BaseException:
                    has_found = True  # from now on Hypothesis looks for a smaller one, however long that takes
                    raise

            every()
    return tried


def main() -> int:
    """Run the targets that the command line names, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="target", help=f"of {', '.join(TARGETS)}; all if none is named")
    parser.add_argument("--minutes", type=float, default=1.0, help="for each target (1)")
    parser.add_argument("--seed", type=int, default=None, help="to try the same inputs again")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.targets) - set(TARGETS):
        parser.error(f"{', '.join(sorted(unknown))}: expected {', '.join(TARGETS)}")
    FOUND.mkdir(exist_ok=True)
    start = options.seed if options.seed is not None else int.from_bytes(os.urandom(4))
    if options.alone:
        return _alone(TARGETS[options.targets[0]], options.minutes * 60, start)
    codes = []
    for name in options.targets or TARGETS:
        command = [sys.executable, "-m", "fuzz", name, "--alone", f"--minutes={options.minutes}", f"--seed={start}"]
        codes.append(subprocess.run(command, check=False).returncode)  # noqa: S603 - our own command
        if codes[-1] < 0:
            print(f"✗ {name}: the process ended by signal {-codes[-1]}; the input is {FOUND / name}.input")
    return int(any(codes))


def _alone(target: Target, seconds: float, start: int) -> int:
    faulthandler.enable()
    warnings.simplefilter("ignore")  # damaged files are what they are about
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    began = time.monotonic()
    try:
        tried = run(target, seconds=seconds, start=start, folder=FOUND)
    except BaseException:
        (FOUND / f"{target.name}.found").write_text(traceback.format_exc(), encoding="utf-8")
        traceback.print_exc()
        print(f"✗ {target.name}: seed {start}; see {FOUND / target.name}.found", flush=True)
        return 1
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    minutes = (time.monotonic() - began) / 60
    print(f"✓ {target.name}: {tried} inputs in {minutes:.1f} minutes, at most {peak_mb} MB; seed {start}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
