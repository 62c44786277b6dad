"""What `make install` leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.install.conftest import install_script

pytestmark = pytest.mark.usefixtures("source")  # which skips where the build backend is too old


def test_a_failing_installation_leaves_the_one_that_is_there(tmp_path: Path) -> None:
    prefix = tmp_path / "prefix"
    old = prefix / "lib" / "stickerface" / "old" / "bin" / "stickerface"
    old.parent.mkdir(parents=True)
    old.write_text("#!/bin/sh\n")
    program = prefix / "bin" / "stickerface"
    program.parent.mkdir()
    program.symlink_to(old)
    python = tmp_path / "python3"  # as Debian's is without the package python3-venv
    python.write_text('#!/bin/sh\n[ "$1" = -c ] || { mkdir -p "$3/bin"; exit 1; }\n')
    python.chmod(0o755)
    done = install_script(prefix, "install", PYTHON=str(python))
    assert "python3-venv" in done.stderr
    assert done.returncode != 0
    assert program.resolve() == old.resolve()
    assert [path.name for path in (prefix / "lib" / "stickerface").iterdir()] == ["old"]


def test_somebody_elses_program_of_that_name_is_not_overwritten(tmp_path: Path) -> None:
    prefix = tmp_path / "prefix"
    program = prefix / "bin" / "stickerface"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    done = install_script(prefix, "install")
    assert done.returncode == 2
    assert "not from make install" in done.stderr
    install_script(prefix, "uninstall")
    assert program.read_text() == "#!/bin/sh\n"
