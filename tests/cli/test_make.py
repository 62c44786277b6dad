from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from cli.main import app
from cli.make import _people
from cli.sentences import SENTENCES
from engine.errors import EngineError
from engine.models import MODELS
from service.errors import PhotoRefused

ASTRONAUT = Path(__file__).parents[2] / "cli/demo/astronaut.jpg"


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
    assert _make(ASTRONAUT, "-o", tmp_path, "--engine", "oil").exit_code == 2


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
    photos = [folder / "1.jpg", folder / "2.jpg"]
    for each in photos:
        each.touch()
    assert _people([folder, ASTRONAUT], MODELS["photomaker"]) == [[ASTRONAUT], photos]
    assert _people([folder, ASTRONAUT], MODELS["face-to-sticker"]) == [[photos[0]], [photos[1]], [ASTRONAUT]]


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
