"""The manifest holds together; roles are found on disk, swapped, reported."""

from __future__ import annotations

import inspect
import re
from pathlib import Path, PurePosixPath

import pytest

from engine import matte
from engine.errors import EngineUnavailable
from engine.weights import (
    Commercial,
    Role,
    Source,
    all_models,
    all_roles,
    choose_source,
    parse_overrides,
    resolve,
    roles_of,
    weights_report,
)
from engine.weights_lock import LOCK_NAME, FileState, WeightsLock, record_of

SOURCES = [(role, source) for role in all_roles().values() for source in role.sources]
MATTE = "danielgatis--rembg/isnet-general-use.onnx"


def _names(pair: object) -> str:
    return pair.name if isinstance(pair, Role) else pair.label if isinstance(pair, Source) else str(pair)


def _save(folder: Path, name: str, content: bytes, *, is_recorded: bool = True) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if is_recorded:
        lock = WeightsLock.read(folder)
        lock.record(name, record_of(path, repo="owner/repo", revision="main"))
        lock.write()
    return path


@pytest.mark.parametrize(("role", "source"), SOURCES, ids=_names)
def test_every_source_is_complete(role: Role, source: Source) -> None:
    assert role.what and role.models and source.licence and source.reason
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", source.repo)
    assert source.host in ("hub", "github") and source.evidence in ("read", "card", "unchecked")
    assert source.kind in ("safetensors", "pickle", "onnx", "zip", "folder")
    for file in source.files:
        assert not PurePosixPath(file.save_as).is_absolute() and ".." not in file.save_as
        assert re.fullmatch(r"([0-9a-f]{64})?", file.sha256) and re.fullmatch(r"([0-9a-f]{32})?", file.md5)


@pytest.mark.parametrize(("role", "source"), SOURCES, ids=_names)
def test_what_a_source_opens_is_among_its_files(role: Role, source: Source) -> None:
    names = [PurePosixPath(file.save_as) for file in source.files]
    if source.kind == "zip":
        assert [name.suffix for name in names] == [".zip"]
    elif source.kind == "folder":
        assert all(name.is_relative_to(source.opens) for name in names)
    else:
        assert [str(name) for name in names] == [source.opens]


def test_no_two_files_meet_at_one_place() -> None:
    origins: dict[str, tuple[str, str, str]] = {}
    for _, source in SOURCES:
        for file, name in zip(source.files, source.names, strict=True):
            origin = (source.repo, source.revision, file.path)
            assert origins.setdefault(name, origin) == origin


def test_a_source_can_be_named_in_one_way_only() -> None:
    for role in all_roles().values():
        assert len({source.label for source in role.sources}) == len(role.sources)
        for source in role.sources:
            assert choose_source(role, parse_overrides(f"{role.name}={source.label}")) == source


def test_the_roles_of_face_to_sticker_are_what_the_engine_asks_for() -> None:
    pytest.importorskip("torch")
    networks = pytest.importorskip("engine.diffusion.models.face_to_sticker.networks")
    assert list(inspect.signature(networks.FaceToStickerPaths).parameters) == [
        role.name for role in roles_of("face-to-sticker")
    ]


def test_what_may_earn_money_and_what_not() -> None:
    barred = {
        model: {each.name for each in roles_of(model) if each.sources and not choose_source(each, commercial_only=True)}
        for model in all_models()
    }
    assert barred["face-to-sticker"] == {"lora", "instantid_adapter", "identity_net", "faces"}
    assert "face_id_faces" in barred["ip-adapter-face-id"]
    assert barred["photomaker"] == barred["matte"] == set()


def test_the_page_on_licences_says_the_same() -> None:
    page = (Path(__file__).parents[2] / "docs" / "licences.md").read_text()
    for model in ("face-to-sticker", "ip-adapter-face-id", "photomaker"):
        barred = any(each.sources and not choose_source(each, commercial_only=True) for each in roles_of(model))
        row = re.search(rf"^\| {model} \| (.*?) \|", page, re.MULTILINE)
        assert row and row[1].startswith("**no**" if barred else "yes")


def test_a_named_source_must_be_allowed_too() -> None:
    upscaler = all_roles()["upscaler"]
    named = parse_overrides("upscaler=Kim2091/AnimeSharp")
    assert choose_source(upscaler, named) == upscaler.sources[0]
    assert choose_source(upscaler, named, commercial_only=True) is None
    chosen = choose_source(upscaler, commercial_only=True)
    assert chosen and (chosen.repo, chosen.commercial) == ("xinntao/Real-ESRGAN", Commercial.YES)


def test_the_mattes_are_networks_that_the_engine_knows() -> None:
    stems = [PurePosixPath(source.opens).stem for source in all_roles()["matte"].sources]
    assert set(stems) <= set(matte.MODELS)


def test_a_downloaded_matte_is_found_by_the_portrait_engine(tmp_path: Path) -> None:
    path = _save(tmp_path, MATTE, b"network")
    assert matte.find_model(tmp_path) == path == resolve("matte", tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("base", "expected role=path"),
        ("base=", "expected role=path"),
        ("nose=/x", "no role"),
        ("base=/a,base=/b", "twice"),
        ("base=some/where", "expected a path"),
        ("base=model.safetensors", "begins with / or ./"),
        ("matte=danielgatis/rembg", "danielgatis/rembg:u2net.onnx"),
    ],
)
def test_an_override_that_means_nothing_is_explained(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        parse_overrides(text)


def test_overrides_take_paths_and_listed_sources() -> None:
    text = " base=./my.safetensors , matte = danielgatis/rembg:u2net.onnx,"
    assert parse_overrides(text) == {"base": "./my.safetensors", "matte": "danielgatis/rembg:u2net.onnx"}
    assert parse_overrides("") == {}


def test_an_own_path_is_taken_as_it_is(tmp_path: Path) -> None:
    own = _save(tmp_path, "mine.safetensors", b"mine", is_recorded=False)
    assert resolve("base", tmp_path, {"base": str(own)}) == own
    with pytest.raises(EngineUnavailable, match=r"WEIGHTS_OVERRIDES: there is no .*gone"):
        resolve("base", tmp_path, {"base": str(tmp_path / "gone")})


def test_a_missing_role_says_what_brings_it(tmp_path: Path) -> None:
    with pytest.raises(
        EngineUnavailable, match="weights of base are missing: run stickerface download --model face-to"
    ):
        resolve("base", tmp_path)
    with pytest.raises(EngineUnavailable, match="--model matte"):
        resolve("matte", tmp_path)


def test_a_half_downloaded_role_is_told_with_what_is_missing(tmp_path: Path) -> None:
    _save(tmp_path, f"{MATTE}.part", b"x" * 1_000_000, is_recorded=False)
    (report,) = weights_report(tmp_path, "matte").roles
    assert (report.state, report.missing_bytes) == (FileState.PARTIAL, 178_000_000)
    with pytest.raises(EngineUnavailable, match="partial"):
        resolve("matte", tmp_path)


def test_a_folder_with_one_file_missing_is_not_complete(tmp_path: Path) -> None:
    source = all_roles()["depth_estimator"].sources[0]
    for name in source.names[:-1]:
        _save(tmp_path, name, b"{}")
    assert _state(tmp_path, "depth_estimator") is FileState.MISSING
    _save(tmp_path, source.names[-1], b"weights")
    assert _state(tmp_path, "depth_estimator") is FileState.READY
    assert resolve("depth_estimator", tmp_path) == tmp_path / "Intel--zoedepth-nyu-kitti"


def test_a_face_pack_unpacked_by_hand_is_taken(tmp_path: Path) -> None:
    _save(tmp_path, "deepinsight--insightface/antelopev2/glintr100.onnx", b"network", is_recorded=False)
    assert resolve("faces", tmp_path) == tmp_path / "deepinsight--insightface" / "antelopev2"


def test_the_source_that_is_there_is_taken_and_the_default_before_all(tmp_path: Path) -> None:
    other = _save(tmp_path, "xinntao--Real-ESRGAN/RealESRGAN_x4plus_anime_6B.pth", b"other")
    assert resolve("upscaler", tmp_path) == other
    default = _save(tmp_path, "Kim2091--AnimeSharp/4x-AnimeSharp.pth", b"default")
    assert resolve("upscaler", tmp_path) == default
    assert resolve("upscaler", tmp_path, {"upscaler": "xinntao/Real-ESRGAN"}) == other


def test_other_bytes_are_damage_and_the_same_bytes_at_another_time_are_not(tmp_path: Path) -> None:
    path = _save(tmp_path, MATTE, b"network")
    path.write_bytes(b"network")
    assert _state(tmp_path, "matte") is FileState.READY
    path.write_bytes(b"netw0rk")
    assert _state(tmp_path, "matte") is FileState.DAMAGED
    path.write_bytes(b"longer network")
    assert _state(tmp_path, "matte") is FileState.DAMAGED


def test_an_optional_role_does_not_keep_a_model_from_running(tmp_path: Path) -> None:
    optional = {role.name for role in roles_of("face-to-sticker") if role.is_optional}
    required = {each.role.name for each in weights_report(tmp_path, "face-to-sticker").unusable}
    assert optional == {"lora", "upscaler", "hires"}
    assert required == {role.name for role in roles_of("face-to-sticker")} - optional


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"version": 1}', '{"version": 1, "files": {"a": {"size": 1}}}', '{"version": 2, "files": {}}'],
)
def test_a_broken_lock_file_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / LOCK_NAME).write_text(text)
    with pytest.raises(EngineUnavailable, match=r"cannot be read as a lock file|another version"):
        weights_report(tmp_path, "matte")


def _state(folder: Path, role: str) -> FileState:
    return next(
        each.state for model in all_models() for each in weights_report(folder, model).roles if each.role.name == role
    )
