"""Which files the diffusion models are made of, where they are on disk, whether they are all there.

The facts (repositories, sizes, licences) are in weights.toml. Nothing here reaches the network: `stickerface download`
does. A file of `owner/repo` is at `<folder>/<owner>--<repo>/<file>`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any, Literal

from engine.errors import EngineUnavailable
from engine.weights_lock import FileState, WeightsLock, part_of

Kind = Literal["safetensors", "pickle", "onnx", "zip", "folder"]
NO_OVERRIDES: Mapping[str, str] = {}
_USABLE = (FileState.READY, FileState.UNRECORDED)
_BY_HARM = (*_USABLE, FileState.PARTIAL, FileState.MISSING, FileState.DAMAGED)


class Commercial(StrEnum):
    """Whether a licence lets the weights earn money; `UNKNOWN` counts as no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a source. `path` is its name at the host, `save_as` ours; `size` in bytes, about or exact."""

    path: str
    save_as: str
    size: int
    sha256: str = ""
    md5: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One place where a role's weights may come from; the fields are explained at the top of weights.toml."""

    host: Literal["hub", "github"]
    repo: str
    revision: str
    opens: str
    kind: Kind
    licence: str
    commercial: Commercial
    reason: str
    evidence: Literal["read", "card", "unchecked"]
    files: tuple[WeightFile, ...]

    @property
    def folder_name(self) -> str:
        """`owner--repo`."""
        return self.repo.replace("/", "--")

    @property
    def size(self) -> int:
        """Bytes to download, about."""
        return sum(file.size for file in self.files)

    @property
    def names(self) -> tuple[str, ...]:
        """The files below the weights folder."""
        return tuple(f"{self.folder_name}/{file.save_as}" for file in self.files)

    @property
    def label(self) -> str:
        """What WEIGHTS_OVERRIDES may call it: `owner/repo`, with `:file` where it is one file."""
        return f"{self.repo}:{self.files[0].path}" if len(self.files) == 1 else self.repo


@dataclass(frozen=True, slots=True)
class Role:
    """One part of a model; `sources` begin with the default and are all that WEIGHTS_OVERRIDES may name."""

    name: str
    what: str
    models: tuple[str, ...]
    is_optional: bool
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class RoleReport:
    """How the weights of one role are: the worst of its files. `path` is what the engine will be given."""

    role: Role
    source: Source | None  # None: WEIGHTS_OVERRIDES names a path
    state: FileState
    path: Path
    missing_bytes: int  # about


@dataclass(frozen=True, slots=True)
class WeightsReport:
    """How the weights of one model are."""

    model: str
    roles: tuple[RoleReport, ...]

    @property
    def unusable(self) -> tuple[RoleReport, ...]:
        """Required roles that keep the model from running."""
        return tuple(each for each in self.roles if each.state not in _USABLE and not each.role.is_optional)

    @property
    def is_complete(self) -> bool:
        """The model can be loaded."""
        return not self.unusable

    @property
    def is_there(self) -> bool:
        """Whether it can be loaded and has weights of its own: of some models every part is optional."""
        own = any(each.state in _USABLE for each in self.roles if each.role.models == (self.model,))
        return self.is_complete and own


@cache
def all_roles() -> Mapping[str, Role]:
    """Return the manifest, in its order."""
    text = (package_files("engine") / "weights.toml").read_text(encoding="utf-8")
    return {name: _role(name, table) for name, table in tomllib.loads(text)["role"].items()}


def all_models() -> tuple[str, ...]:
    """Return every name that `roles_of` takes."""
    return tuple(dict.fromkeys(model for role in all_roles().values() for model in role.models))


def roles_of(model: str) -> tuple[Role, ...]:
    """Return the parts of `model`, none for a model that is not in the manifest."""
    return tuple(role for role in all_roles().values() if model in role.models)


def parse_overrides(text: str) -> dict[str, str]:
    """Read `role=place, role=place`; a place is a path (from `/`, `./`, `../` or `~`) or `owner/repo[:file]`.

    Raises `ValueError` with what was expected: a known role, once, and a path or a source of the manifest.
    """
    overrides: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, equals, place = (each.strip() for each in part.partition("="))
        if not equals or not place:
            raise ValueError(f"{part!r}: expected role=path or role=owner/repo")
        if name not in all_roles():
            raise ValueError(f"{name!r} is no role: expected one of {', '.join(all_roles())}")
        if name in overrides:
            raise ValueError(f"{name} is there twice")
        if not _is_path(place):
            _source_called(all_roles()[name], place)
        overrides[name] = place
    return overrides


def own_path(role: Role, overrides: Mapping[str, str] = NO_OVERRIDES) -> Path | None:
    """Return the operator's own file or folder for `role`, if WEIGHTS_OVERRIDES names one."""
    place = overrides.get(role.name, "")
    return Path(place).expanduser() if _is_path(place) else None


def choose_source(
    role: Role, overrides: Mapping[str, str] = NO_OVERRIDES, *, commercial_only: bool = False
) -> Source | None:
    """Return the source to take: the named one, else the first that may be used; None where the licence leaves none."""
    named = overrides.get(role.name)
    candidates = (_source_called(role, named),) if named and not _is_path(named) else role.sources
    allowed = (each for each in candidates if each.commercial is Commercial.YES or not commercial_only)
    return next(allowed, None)


def resolve(role: str, folder: Path, overrides: Mapping[str, str] = NO_OVERRIDES) -> Path:
    """Return the file or folder that the engine reads for `role`.

    Raises `EngineUnavailable` where it is not (wholly) there, with what to do about it, and `KeyError` for no role.
    """
    report = _role_report(all_roles()[role], folder, WeightsLock.read(folder), overrides, reread=False)
    if report.state in _USABLE:
        return report.path
    if report.source is None:
        raise EngineUnavailable(f"WEIGHTS_OVERRIDES: there is no {report.path} ({role})")
    model = role if role in report.role.models else report.role.models[0]
    raise EngineUnavailable(f"weights of {role} are {report.state}: run stickerface download --model {model}")


def weights_report(
    folder: Path, model: str, overrides: Mapping[str, str] = NO_OVERRIDES, *, reread: bool = False
) -> WeightsReport:
    """Report how the weights of `model` below `folder` are; `reread` compares every byte, which takes minutes.

    Raises `EngineUnavailable` where the lock file is broken.
    """
    lock = WeightsLock.read(folder)
    found = (_role_report(role, folder, lock, overrides, reread=reread) for role in roles_of(model))
    return WeightsReport(model, tuple(found))


def find_weights(model: str, folder: Path, overrides: Mapping[str, str] = NO_OVERRIDES) -> dict[str, Path]:
    """Return the file or folder of each role of `model` that is there.

    Raises `EngineUnavailable` with what is missing, half there or damaged and how to mend it.
    """
    report = weights_report(folder, model, overrides)
    if not report.is_complete:
        lacking = ", ".join(f"{each.role.name} ({each.state})" for each in report.unusable)
        raise EngineUnavailable(f"weights of {model} are not all in {folder}: {lacking}; run stickerface download")
    return {each.role.name: each.path for each in report.roles if each.state in _USABLE}


def _role_report(
    role: Role, folder: Path, lock: WeightsLock, overrides: Mapping[str, str], *, reread: bool
) -> RoleReport:
    own = own_path(role, overrides)
    if own is not None:
        state = FileState.UNRECORDED if own.exists() else FileState.MISSING
        return RoleReport(role, None, state, own, missing_bytes=0)
    named = choose_source(role, overrides) if role.name in overrides else None
    candidates = (named,) if named else role.sources
    if not candidates:  # nobody has published it
        return RoleReport(role, None, FileState.MISSING, folder / role.name, missing_bytes=0)
    reports = [_source_report(role, source, folder, lock, reread=reread) for source in candidates]
    return next((report for report in reports if report.state is not FileState.MISSING), reports[0])


def _source_report(role: Role, source: Source, folder: Path, lock: WeightsLock, *, reread: bool) -> RoleReport:
    opens = folder / source.folder_name / source.opens
    states = [lock.state(name, reread=reread) for name in source.names]
    if source.kind == "zip" and states == [FileState.MISSING] and any(opens.glob("*.onnx")):
        states = [FileState.UNRECORDED]  # unpacked by hand
    lacking = (file for file, state in zip(source.files, states, strict=True) if state not in _USABLE)
    missing = sum(max(file.size - part_size(folder / source.folder_name / file.save_as), 0) for file in lacking)
    return RoleReport(role, source, max(states, key=_BY_HARM.index), opens, missing)


def part_size(path: Path) -> int:
    """Return the bytes of `path` that an interrupted download has already brought."""
    part = part_of(path)
    return part.stat().st_size if part.is_file() else 0


def _is_path(place: str) -> bool:
    return place.startswith(("/", "./", "../", "~"))


def _source_called(role: Role, place: str) -> Source:
    """Return the source of `role` that `place` names. Raises `ValueError` where that is none or several."""
    found = [source for source in role.sources if place in (source.repo, source.label)]
    if len(found) == 1:
        return found[0]
    allowed = ", ".join(source.label for source in role.sources)
    raise ValueError(f"{role.name}={place}: expected a path (it begins with / or ./) or one of {allowed}")


def _role(name: str, table: dict[str, Any]) -> Role:
    """Read one table of the manifest; what each key means is said at its top."""
    sources = []
    for source in table["source"]:
        files = tuple(
            WeightFile(
                path=file["path"],
                save_as=file.get("save_as", file["path"]),
                size=file.get("bytes", file.get("megabytes", 0) * 1_000_000),
                sha256=file.get("sha256", ""),
                md5=file.get("md5", ""),
            )
            for file in source["files"]
        )
        sources.append(
            Source(
                host=source.get("host", "hub"),
                revision=source.get("revision", "main"),
                opens=source.get("opens", files[0].save_as),
                commercial=Commercial(source["commercial"]),
                files=files,
                **{key: source[key] for key in ("repo", "kind", "licence", "reason", "evidence")},
            )
        )
    return Role(name, table["what"], tuple(table["models"]), table.get("is_optional", False), tuple(sources))
