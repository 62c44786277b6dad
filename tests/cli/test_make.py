from __future__ import annotations

import errno
import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from cli.main import app
from cli.photo_files import PhotoSet, find_photos
from cli.sentences import SENTENCES
from engine.errors import EngineError
from service.errors import PhotoRefused

ROOT = Path(__file__).parents[2]
ASTRONAUT = ROOT / "cli/demo/astronaut.jpg"


def _make(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["make", *map(str, arguments)])


def test_a_photo_becomes_a_sticker_file(tmp_path: Path) -> None:
    result = _make(ASTRONAUT, "-o", tmp_path / "out", "--style", "comic", "--seed", "42")
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "out" / "astronaut.webp") as image:
        assert (image.format, max(image.size)) == ("WEBP", 512)
    assert "style comic, seed 42" in result.output


def test_png_files_are_made_on_demand(tmp_path: Path) -> None:
    assert _make(ASTRONAUT, "-o", tmp_path, "--png", "--seed", "42").exit_code == 0
    with Image.open(tmp_path / "astronaut.png") as image:
        assert (image.format, image.mode, max(image.size)) == ("PNG", "RGBA", 512)


def test_the_same_seed_is_the_same_file_and_nothing_is_overwritten(tmp_path: Path) -> None:
    for _ in range(2):
        assert _make(ASTRONAUT, "-o", tmp_path, "--seed", "7").exit_code == 0
    first, second = tmp_path / "astronaut.webp", tmp_path / "astronaut-2.webp"
    assert first.read_bytes() == second.read_bytes()


def test_what_fails_is_told_and_the_rest_is_made(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(ASTRONAUT.read_bytes())
    (photos / "b.jpg").write_bytes(b"%PDF-1.7")
    buffer = io.BytesIO()
    Image.new("RGB", (300, 300), "grey").save(buffer, "PNG")
    (photos / "c.png").write_bytes(buffer.getvalue())
    (photos / "notes.txt").write_text("not looked at")
    missing = tmp_path / "[bold" / "one].jpg"  # no markup, though it looks like it
    result = _make(photos, missing, "-o", tmp_path / "out")
    output = " ".join(result.output.split())
    assert result.exit_code == 1
    assert str(missing) in result.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.webp"]
    assert "not a picture" in output and "no face" in output and "No such file" in output
    assert "notes.txt" not in output
    assert f"✗ {missing}: No such file" in output
    assert result.stderr.splitlines()[-1] == f"✓ 1 sticker in {tmp_path / 'out'}; ✗ 3 failed"


def test_a_sticker_has_the_text_and_the_outline_that_are_asked_for(tmp_path: Path) -> None:
    result = _make(ASTRONAUT, "-o", tmp_path, "--text", "LOL", "--outline", "Blue", "--outline-width", "thick")
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "astronaut.webp") as image:
        colours = {colour[:3] for _, colour in image.getcolors(1 << 20) if colour[3] > 250}
    for wanted in ((30, 136, 229), (255, 255, 255), (28, 20, 32)):
        assert min(max(abs(a - b) for a, b in zip(each, wanted, strict=True)) for each in colours) < 12


def test_a_text_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    result = _make(ASTRONAUT, "-o", tmp_path, "--text", "\U0010fffc")
    assert result.exit_code == 1
    assert "no font here" in " ".join(result.output.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--shape", "star"],
        ["--seed", "-1"],
        ["--seed", "x"],
        ["--style", "nonsense"],
        ["--set", "steps"],
        ["--set", "=3"],
        ["--outline", "plaid"],
        ["--outline-width", "7"],
        ["--text", "x" * 81],
    ],
)
def test_a_request_that_makes_no_sense_makes_nothing(tmp_path: Path, arguments: list[str]) -> None:
    result = _make(ASTRONAUT, "-o", tmp_path / "out", *arguments)
    assert result.exit_code != 0
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


def _codes(root: type[Exception]) -> set[str]:
    found = {root.code}  # type: ignore[attr-defined]
    for child in root.__subclasses__():
        found |= _codes(child)
    return found


def test_every_code_a_photo_can_meet_has_a_sentence() -> None:
    assert _codes(EngineError) | _codes(PhotoRefused) == set(SENTENCES)


def test_parameters_are_set_by_name_and_refused_with_their_limits(tmp_path: Path) -> None:
    good = _make(ASTRONAUT, "-o", tmp_path, "--set", "width=300", "--set", "upscale=true", "--set", "guidance=3")
    beyond = _make(ASTRONAUT, "-o", tmp_path, "--set", "steps=99")
    unknown = _make(ASTRONAUT, "-o", tmp_path, "--set", "brightness=3")
    word = _make(ASTRONAUT, "-o", tmp_path, "--set", "steps=many")

    assert (good.exit_code, "not used by the portrait engine: guidance" in " ".join(good.output.split())) == (0, True)
    assert (beyond.exit_code, "steps: 99 is not within 1 .. 50" in beyond.output) == (2, True)
    assert (unknown.exit_code, "brightness: is none of" in unknown.output) == (2, True)
    assert (word.exit_code, "is no int" in word.output) == (2, True)


def test_the_engine_that_was_asked_for_is_loaded_or_its_lack_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIGHTS_DIR", str(tmp_path / "nothing"))
    result = _make(ASTRONAUT, "-o", tmp_path, "--engine", "diffusion")

    assert result.exit_code == 1
    assert "stickerface download" in result.output or "extra diffusion" in result.output
    assert "Traceback" not in result.output
    unknown = _make(ASTRONAUT, "-o", tmp_path, "--engine", "oil")
    assert (unknown.exit_code, unknown.stderr) == (2, "--engine oil: expected auto, portrait, diffusion\n")


def test_the_parameters_are_listed_with_default_and_limits() -> None:
    listed = CliRunner().invoke(app, ["parameters"]).output

    assert re.search(r"^steps +20 +1 to 50 ", listed, re.MULTILINE)
    assert re.search(r'^upscale_mode +"exact" +exact, fast ', listed, re.MULTILINE)


def test_a_model_that_the_engine_does_not_run_is_told_and_one_that_is_none_too(tmp_path: Path) -> None:
    other = _make(ASTRONAUT, "-o", tmp_path, "--model", "photomaker", "--engine", "portrait", "--set", "num_images=2")
    assert other.exit_code == 2
    assert "the portrait engine draws no photomaker" in other.output
    unknown = _make(ASTRONAUT, "-o", tmp_path, "--model", "dalle")
    assert unknown.exit_code == 2 and "'dalle' is none of" in unknown.output


def test_the_parameters_of_another_model_are_listed() -> None:
    listed = CliRunner().invoke(app, ["parameters", "--model", "ip-adapter-face-id"])
    assert "face_id_det_size" in listed.output and "instant_id_strength" not in listed.output


def test_the_photos_of_a_folder_are_one_person_to_a_model_of_several_photos(tmp_path: Path) -> None:
    folder = tmp_path / "ann"
    folder.mkdir()
    photos = folder / "1.jpg", folder / "2.jpg"
    for each in photos:
        each.touch()

    together = find_photos([folder, ASTRONAUT], is_recursive=False, are_one_person=True).sets
    assert together == [PhotoSet((ASTRONAUT,)), PhotoSet(photos)]
    assert [each.paths for each in find_photos([folder, ASTRONAUT], is_recursive=False).sets] == [
        (photos[0],),
        (photos[1],),
        (ASTRONAUT,),
    ]


def test_reactions_are_a_folder_of_stickers_in_the_order_of_a_pack(tmp_path: Path) -> None:
    result = _make(ASTRONAUT, "-o", tmp_path, "--reactions", "--style", "cel", "--seed", "3")
    assert result.exit_code == 0, result.output
    folder = tmp_path / "astronaut-reactions"
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 17
    assert (names[0], names[15], names[16]) == ("01-grin.webp", "16-sweat.webp", "sheet.jpg")
    assert "16 stickers, style cel, seed 3" in result.output


def test_reactions_of_an_engine_that_draws_none_are_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.portrait.engine.PortraitEngine.models", frozenset({"face-to-sticker"}))
    result = _make(ASTRONAUT, "-o", tmp_path, "--reactions")
    assert result.exit_code == 2
    assert "draws no reactions" in result.output
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_style_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    result = _make(ASTRONAUT, "-o", tmp_path / "out", "--style", "nonsense")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--style nonsense: expected one of toon, cel, comic" in result.stderr
    assert not (tmp_path / "out").exists()


def test_two_models_at_once_are_refused(tmp_path: Path) -> None:
    result = _make(ASTRONAUT, "-o", tmp_path / "out", "--reactions", "--model", "photomaker")
    assert (result.exit_code, result.stderr) == (2, "--reactions and --model photomaker exclude each other.\n")


def test_a_photo_that_may_not_be_read_is_one_failure_among_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "locked.jpg").touch(mode=0)
    access = os.access  # root may read everything
    monkeypatch.setattr(os, "access", lambda path, mode: "locked" not in str(path) and access(path, mode))
    result = _make(tmp_path / "locked.jpg", ASTRONAUT, "-o", tmp_path / "out")
    assert (result.exit_code, "✗ 1 failed" in result.stderr) == (1, True)
    assert (tmp_path / "out" / "astronaut.webp").exists()


def test_a_web_address_is_refused_as_it_was_written(tmp_path: Path) -> None:
    result = _make("https://example.org/a.jpg", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "https://example.org/a.jpg: make reads files, no web addresses" in result.stderr


def test_a_place_where_no_folder_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    at_a_file, below_a_file = (_make(ASTRONAUT, "-o", tmp_path / name) for name in ("file", "file/below"))
    assert (at_a_file.exit_code, below_a_file.exit_code) == (2, 2)
    assert "file is a file: name a folder" in at_a_file.stderr
    assert "below: the folder cannot be made (Not a directory)" in below_a_file.stderr
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, access = tmp_path / "out", os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: path != out and access(path, mode)
    )  # root may write everywhere
    result = _make(ASTRONAUT, "-o", out)
    assert (result.exit_code, "the folder cannot be written to" in result.stderr) == (2, True)


def test_a_full_disk_ends_the_run_and_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill)
    result = _make(ASTRONAUT, ASTRONAUT, "-o", tmp_path / "out")

    assert result.exit_code == 1
    assert "cannot be written (No space left on device)" in result.stderr
    assert "✓ 0 stickers" in result.stderr and "1 photo not tried" in result.stderr
    assert list((tmp_path / "out").iterdir()) == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Photos of one name in folders below each other, and what is none of them."""
    top = tmp_path / "photos"
    for name in ("a.jpg", "sub/a.jpg", "sub/deep/B.JPG", ".hidden/c.jpg", "._a.jpg", "sub/notes.txt"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(ASTRONAUT.read_bytes())
    return top


def test_folders_in_folders_are_looked_into_where_that_is_asked_for(tree: Path) -> None:
    flat, deep = (find_photos([tree], is_recursive=is_recursive) for is_recursive in (False, True))
    assert [each.paths for each in flat.sets] == [(tree / "a.jpg",)]
    assert flat.folders == 1
    assert [each.below.as_posix() for each in deep.sets] == [".", "sub", "sub/deep"]


def test_stickers_of_an_earlier_run_are_no_photos(tree: Path) -> None:
    found = find_photos([tree], is_recursive=True, leave_out=tree / "sub")
    assert [each.paths for each in found.sets] == [(tree / "a.jpg",)]


def test_a_folder_that_cannot_be_read_is_told(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if path.endswith("sub"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read everywhere
    found = find_photos([tree], is_recursive=True)
    assert found.unreadable == {tree / "sub": "Permission denied"}
    assert [each.paths for each in found.sets] == [(tree / "a.jpg",)]


def test_a_tree_of_photos_becomes_a_tree_of_stickers_and_can_be_gone_on_with(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (tree / "sub/deep/B.JPG").unlink()
    first = _make(tree, "-r", "-o", out, "--seed", "1")
    (out / "sub/a.webp").unlink()
    again = _make(tree, "-r", "-o", out, "--seed", "1", "--skip-existing")

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.webp")) == [
        "a.webp",
        "sub/a.webp",
    ]
    assert first.stderr.splitlines()[-1] == f"✓ 2 stickers in {out}"
    assert again.stderr.splitlines()[-1] == f"✓ 1 sticker in {out}; 1 photo skipped, for the sticker is there"


def test_two_photos_of_one_name_say_which_is_whose_and_are_told_apart_later(tree: Path, tmp_path: Path) -> None:
    named = [tree / "a.jpg", tree / "sub/a.jpg"]
    made = _make(*named, "-o", tmp_path)
    again = _make(*named, "-o", tmp_path, "--skip-existing")

    assert f"{tmp_path / 'a-2.webp'}" in made.stdout.splitlines()[1]
    assert made.stdout.splitlines()[1].endswith(f", of {tree / 'sub/a.jpg'}")
    assert "2 photos skipped" in again.stderr


def test_a_folder_without_photos_says_where_some_may_be(tmp_path: Path) -> None:
    (tmp_path / "photos/2026").mkdir(parents=True)
    result = _make(tmp_path / "photos", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "no photos found" in result.stderr and "-r also looks into the 1 folder below" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_badge_and_words_that_are_not_drawn_are_explained(tmp_path: Path) -> None:
    grey = tmp_path / "grey.png"
    Image.new("RGB", (300, 300), "grey").save(grey)
    badge = _make(grey, "-o", tmp_path / "out", "--set", "allow_no_face=true")
    hat = _make(grey, grey, "-o", tmp_path / "out", "--set", "allow_no_face=true", "--prompt", "wearing a pirate hat")
    comic = _make(grey, "-o", tmp_path / "out", "--set", "allow_no_face=true", "--prompt", "as a comic")

    assert "no face and nothing that stands out clearly, so this is a badge of the whole picture" in badge.stdout
    assert hat.stderr.count("--prompt was ignored") == 1
    assert "style comic" in comic.stdout and "the style was taken from the words" in comic.stderr


def test_no_face_says_how_to_go_on_without(tmp_path: Path) -> None:
    Image.new("RGB", (300, 300), "grey").save(tmp_path / "grey.png")
    result = _make(tmp_path / "grey.png", "-o", tmp_path / "out")
    assert "--set allow_no_face=true takes what stands out" in result.stderr


@pytest.mark.parametrize("is_by_option", [True, False])
def test_debug_says_what_is_done_and_why_something_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_by_option: bool
) -> None:
    def fail(_self: object, _request: object, _steps: object) -> None:
        raise ZeroDivisionError("of ours")

    if not is_by_option:
        monkeypatch.setenv("LOG_LEVEL", "debug")
    shown = _make(ASTRONAUT, "-o", tmp_path, *(["-v"] if is_by_option else []))
    monkeypatch.setattr("engine.portrait.engine.PortraitEngine._make", fail)
    failed = _make(ASTRONAUT, "-o", tmp_path, *(["-v"] if is_by_option else []))

    assert "read as 512 x 512 px" in shown.stderr and "cutout" in shown.stderr
    assert "ZeroDivisionError: of ours" in failed.stderr
    assert "-v shows why" not in failed.stderr


def test_without_it_only_the_way_to_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: object, _request: object, _steps: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("engine.portrait.engine.PortraitEngine._make", fail)
    result = _make(ASTRONAUT, "-o", tmp_path)
    assert result.stderr.splitlines() == [f"✗ {ASTRONAUT}: drawing failed; -v shows why"]


def test_a_file_without_an_end_is_read_no_further_than_a_photo_may_reach(tmp_path: Path) -> None:
    result = _make("/dev/zero", "-o", tmp_path)
    assert (result.exit_code, "✗ /dev/zero: more than 20 MB" in result.stderr) == (1, True)


def test_many_failures_are_said_again_at_the_end(tmp_path: Path) -> None:
    for number in range(21):
        (tmp_path / f"{number:02}.jpg").write_bytes(b"%PDF-1.7")
    result = _make(tmp_path, "-o", tmp_path / "out")
    assert result.stderr.count("✗ " + str(tmp_path / "07.jpg")) == 2


def test_ctrl_c_ends_the_run_and_what_is_made_stays(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(200):
        (photos / f"{number:03}.jpg").write_bytes(ASTRONAUT.read_bytes())
    command = [sys.executable, "-m", "cli.main", "make", str(photos), "-o", str(tmp_path / "out")]
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)

    made = sorted((tmp_path / "out").iterdir())
    assert first.startswith(str(tmp_path / "out/000.webp"))
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "Stopped; --skip-existing goes on from here." in said and "photos not tried" in said
    for path in made:
        with Image.open(path) as image:
            image.load()


def test_names_that_a_terminal_cannot_show_are_no_trouble(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\xfe \xf0\x9f\x98\x80.jpg"
    Path(os.fsdecode(name)).write_bytes(b"%PDF-1.7")
    command = [sys.executable, "-m", "cli.main", "make", os.fsdecode(name), "-o", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert ended.returncode == 1
    assert b"not a picture" in ended.stderr and b"Traceback" not in ended.stderr


def test_the_parameters_say_for_which_engine_they_are() -> None:
    listed = CliRunner().invoke(app, ["parameters"]).output
    both, diffusion = listed.split("with the diffusion engine alone:")
    assert "portrait and diffusion" in both and "face_index" in both and "steps" not in both
    assert "steps" in diffusion
