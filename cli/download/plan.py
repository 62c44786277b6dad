"""Which files are to be brought: of which models, from which sources, and what of them is here already."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.download.remote import Digest, Hosts, Remote
from engine.weights import Role, Source, WeightFile, choose_source, own_path, part_size, roles_of
from engine.weights_lock import FileState, WeightsLock


@dataclass(frozen=True, slots=True)
class Choice:
    """What is taken for the roles asked for."""

    sources: tuple[Source, ...]
    own: tuple[Role, ...]  # WEIGHTS_OVERRIDES names a path: nothing to bring
    forbidden: tuple[Role, ...]  # no source whose licence allows commercial use
    left_out: tuple[Role, ...]  # the same, but the model works without


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file that is not here as it should be. `name` is below the weights folder."""

    source: Source
    file: WeightFile
    name: str
    target: Path
    remote: Remote
    state: FileState

    def room(self, size: int) -> int:
        """Return the bytes of disk it takes, where it is `size` bytes long; a zip lies beside what is in it."""
        rest = max(size - part_size(self.target), 0)
        return rest + (size if self.source.kind == "zip" else 0)


def choose(models: Sequence[str], overrides: Mapping[str, str], *, commercial_only: bool) -> Choice:
    """Choose a source for every role of `models`."""
    roles = {role.name: role for model in models for role in roles_of(model)}
    own = tuple(role for role in roles.values() if own_path(role, overrides))
    rest = [role for role in roles.values() if role not in own and role.sources]  # some parts nobody has published
    chosen = {role.name: choose_source(role, overrides, commercial_only=commercial_only) for role in rest}
    without = [role for role in rest if chosen[role.name] is None]
    return Choice(
        sources=tuple(source for source in chosen.values() if source),
        own=own,
        forbidden=tuple(role for role in without if not role.is_optional),
        left_out=tuple(role for role in without if role.is_optional),
    )


async def find_wanted(
    sources: Iterable[Source], folder: Path, lock: WeightsLock, hosts: Hosts, *, reread: bool
) -> list[Wanted]:
    """Return the files of `sources` that are not here, or not as recorded; with `reread` every byte is compared."""
    wanted = []
    for source in sources:
        for file, name in zip(source.files, source.names, strict=True):
            state = await asyncio.to_thread(lock.state, name, reread=reread)
            if state is not FileState.READY:
                wanted.append(Wanted(source, file, name, folder / name, _remote(source, file, lock, hosts), state))
    return wanted


def _remote(source: Source, file: WeightFile, lock: WeightsLock, hosts: Hosts) -> Remote:
    label = f"{source.repo}: {file.path}"
    locked = lock.find(f"{source.folder_name}/{file.save_as}")
    if locked and locked.revision == source.revision:  # the bytes we had before
        known: Digest | None = Digest("sha256", locked.sha256)
    elif file.sha256:
        known = Digest("sha256", file.sha256)
    else:
        known = Digest("md5", file.md5) if file.md5 else None
    if source.host == "github":
        return Remote(hosts.github_url(source.repo, source.revision, file.path), label, known)
    revision = lock.commit(source.repo, source.revision) or source.revision
    return Remote(hosts.hub_url(source.repo, revision, file.path), label, known)
