"""The `stickerface` program: the command line, with our own packages before any others that Python could find.

They have short names (`bot`, `api`, ...), which a folder of the caller's may have, too.
"""

# These two are loaded before Python looks into any folder of the caller's. Nothing else may be imported up here.
import os
import sys


def own_packages_first(path: list[str], home: str, foreign: list[str]) -> list[str]:
    """Return `path` (as in `sys.path`) with its `foreign` folders last, and with `home`, the folder of our packages.

    What is in the foreign folders can still be imported, but takes no name of ours or of the standard library.
    """
    others = {os.path.abspath(folder) for folder in foreign} - {home}
    own = [folder for folder in path if os.path.abspath(folder) not in others]
    last = [folder for folder in path if os.path.abspath(folder) in others]
    return [*own, *last] if home in own else [home, *own, *last]


def main() -> None:
    """Entry point of the console script, and of `python -m stickerface`."""
    foreign = os.environ.get("PYTHONPATH", "").split(os.pathsep)  # an empty entry is the current folder
    if not sys.flags.safe_path:
        foreign.append(sys.path[0])  # the script's folder; with -m the current one
    home = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = own_packages_first(sys.path, home, foreign)
    try:
        from cli.main import main as run_command

        run_command()
    except KeyboardInterrupt:  # while it is being loaded; later, every command has an answer of its own
        sys.exit(130)


if __name__ == "__main__":
    main()
