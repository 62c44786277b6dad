"""`stickerface download` from the first question to the exit code."""

from __future__ import annotations

import asyncio
import fcntl
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from cli.download.downloader import Downloader
from cli.download.errors import DownloadError, DownloadRefused, Unreachable
from cli.download.listing import in_gb, listing, sentence
from cli.download.plan import Choice, Wanted, choose, find_wanted
from cli.download.remote import Hosts, Published
from cli.download.unpack import unpack
from engine.errors import EngineUnavailable
from engine.weights import Source, weights_report
from engine.weights_lock import FileState, Locked, WeightsLock, record_of

_ABSENT = (FileState.MISSING, FileState.PARTIAL)
_AT_ONCE = 2
_SPARE_BYTES = 500_000_000  # a disk without any room is trouble for everything else on it
_POLL_S = 0.5
_TIMEOUTS = aiohttp.ClientTimeout(total=None, sock_connect=20, sock_read=60)

FreeBytes = Callable[[Path], int]


def free_bytes(folder: Path) -> int:
    """Return the free bytes on the disk of `folder`."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True)
class Request:
    """Options of one download. `reread` compares every byte of what is here, mends it, and brings nothing else."""

    models: tuple[str, ...]
    folder: Path
    overrides: Mapping[str, str] = field(default_factory=dict)
    commercial_only: bool = False
    reread: bool = False
    hosts: Hosts = field(default_factory=Hosts)


def list_weights(request: Request, console: Console) -> int:
    """Print what `request` is about, without any network; return 0, or 1 where that cannot be told."""
    try:
        reports = [weights_report(request.folder, model, request.overrides) for model in request.models]
    except EngineUnavailable as error:
        console.print(str(error), markup=False, soft_wrap=True)
        return 1
    for line in [*listing(reports), "", *map(sentence, reports)]:
        console.print(line, markup=False, soft_wrap=True)
    return 0


async def download(request: Request, console: Console) -> int:
    """Download everything that is missing; returns 0 when all is here, 1 otherwise. A cancelled one can go on later."""
    choice = choose(request.models, request.overrides, commercial_only=request.commercial_only)
    if not _is_allowed(choice, console):
        return 1
    return await download_sources(choice.sources, request, console)


async def download_sources(
    sources: Iterable[Source],
    request: Request,
    console: Console,
    *,
    timeouts: aiohttp.ClientTimeout = _TIMEOUTS,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    room: FreeBytes = free_bytes,
) -> int:
    """Download the files of `sources`; exit codes as `download`. `pause` waits, `room` measures the disk."""
    try:
        request.folder.mkdir(parents=True, exist_ok=True)
        async with (
            _exclusive(request.folder, console, pause),
            aiohttp.ClientSession(
                timeout=timeouts,
                trust_env=True,  # HTTPS_PROXY and its kin
                read_bufsize=1 << 20,
            ) as session,
        ):
            lock = WeightsLock.read(request.folder)
            wanted = await find_wanted(sources, request.folder, lock, request.hosts, reread=request.reread)
            absent = [each for each in wanted if each.state in _ABSENT] if request.reread else []
            wanted = [each for each in wanted if each not in absent]
            if absent:
                names = ", ".join(each.name for each in absent)
                console.print(
                    f"Not here, and --check brings nothing that is not: {names}", markup=False, soft_wrap=True
                )
            if not wanted and not absent:
                console.print("All weights are here; nothing to download.")
                return 0
            run = _DownloadRun(request, lock, console, room)
            downloader = Downloader(session, request.hosts, on_retry=run.show, pause=pause)
            code = await run.run(downloader, wanted) if wanted else 0
            return 1 if absent else code
    except EngineUnavailable as error:
        console.print(str(error), markup=False)
    except OSError as error:
        console.print(f"{request.folder} cannot be written: {error.strerror}", markup=False)
    return 1


class _DownloadRun:
    """One run over the files that are missing: ask about all, see that there is room, download them, keep records."""

    def __init__(self, request: Request, lock: WeightsLock, console: Console, room: FreeBytes) -> None:
        self._request = request
        self._lock = lock
        self._console = console
        self._room = room
        self._errors: list[str] = []
        self._unreachable_hosts: set[str | None] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def show(self, text: str) -> None:
        """Show a line above the bars."""
        self._console.print(text, markup=False, style="dim", soft_wrap=True)

    async def run(self, downloader: Downloader, wanted: Sequence[Wanted]) -> int:
        asked = await asyncio.gather(*(self._collect_error(self._look_up(downloader, each)) for each in wanted))
        found = {each.name: published for each, published in zip(wanted, asked, strict=True) if published}
        to_download = [each for each in wanted if each.name in found and each.state is not FileState.UNRECORDED]
        if to_download and not await self._download_all(downloader, to_download, found):
            return 1
        for error in self._errors:
            self._console.print(f"[red]✗[/] {escape(error)}", soft_wrap=True)
        if not self._errors:
            self._console.print("All weights are here.")
        return 1 if self._errors else 0

    async def _download_all(
        self, downloader: Downloader, files: Sequence[Wanted], found: Mapping[str, Published]
    ) -> bool:
        """Download `files`, two at a time; return False where there is no room for them."""
        need = sum(each.room(found[each.name].size or each.file.size) for each in files)
        free = self._room(self._request.folder)
        if need + _SPARE_BYTES > free:
            self._console.print(
                f"Not enough room: {in_gb(need)} to download (and {in_gb(_SPARE_BYTES)} to spare), "
                f"{in_gb(free)} free at {self._request.folder}. WEIGHTS_DIR can name another disk.",
                markup=False,
                soft_wrap=True,
            )
            return False
        folder = escape(str(self._request.folder))
        self._console.print(f"{len(files)} files to download, {in_gb(need)}, into {folder}", soft_wrap=True)
        with _bars(self._console) as bars:
            await asyncio.gather(*(self._collect_error(self._download(downloader, each, bars)) for each in files))
        return True

    async def _collect_error(self, work: Awaitable[Published | None]) -> Published | None:
        """Return what `work` gives, or None; its error is reported at the end, and the other files go on."""
        async with self._slots:
            try:
                return await work
            except DownloadError as error:
                self._errors.append(str(error))
                return None

    async def _look_up(self, downloader: Downloader, wanted: Wanted) -> Published | None:
        """Return what the host says of the file; of an unreachable host, one file is asked for and not all."""
        host = wanted.remote.url.host
        if host in self._unreachable_hosts:
            return None
        try:
            published = await downloader.published(wanted.remote)
        except Unreachable:
            if host in self._unreachable_hosts:
                return None
            self._unreachable_hosts.add(host)
            raise
        if wanted.state is FileState.UNRECORDED:
            await self._adopt(wanted, published)
        return published

    async def _adopt(self, wanted: Wanted, published: Published) -> None:
        """Record a file that somebody put there as downloaded, where it is the published one."""
        digest, size = published.digest, wanted.target.stat().st_size
        is_it = size == published.size if published.size else True
        if digest and is_it:
            is_it = await asyncio.to_thread(digest.of, wanted.target) == digest.value
        if not is_it:
            raise DownloadRefused(
                f"{wanted.target} is not the file that {wanted.remote.label} is: move it away, "
                "or name it in WEIGHTS_OVERRIDES"
            )
        await self._record(wanted, published)

    async def _download(self, downloader: Downloader, wanted: Wanted, bars: Progress) -> Published:
        bar = bars.add_task(escape(wanted.remote.label), total=wanted.file.size or None)

        def move(here: int, total: int) -> None:
            bars.update(bar, completed=here, total=total or None)

        try:
            published = await downloader.fetch(wanted.remote, wanted.target, move)
            await self._record(wanted, published)
        finally:
            bars.remove_task(bar)
        self._console.print(f"[green]✓[/] {escape(wanted.name)}")
        return published

    async def _record(self, wanted: Wanted, published: Published) -> None:
        source = wanted.source
        digest = published.digest
        sha256 = digest.value if digest and digest.kind == "sha256" else ""  # the file was compared with it
        entry = await asyncio.to_thread(_record_of, wanted.target, source, published, sha256)
        if source.kind == "zip":
            members = await asyncio.to_thread(unpack, wanted.target, wanted.target.parent / source.opens)
            names = tuple(f"{source.folder_name}/{source.opens}/{member.name}" for member in members)
            for name, member in zip(names, members, strict=True):
                self._lock.record(name, await asyncio.to_thread(_record_of, member, source, published))
            entry = replace(entry, unpacked=names)
        self._lock.record(wanted.name, entry)
        self._lock.write()
        if source.kind == "zip":
            wanted.target.unlink()


def _record_of(path: Path, source: Source, published: Published, sha256: str = "") -> Locked:
    return record_of(path, repo=source.repo, revision=source.revision, commit=published.commit, sha256=sha256)


def _is_allowed(choice: Choice, console: Console) -> bool:
    for role in choice.left_out:
        console.print(f"{role.name}: left out, no source that may be used commercially", markup=False)
    for role in choice.forbidden:
        reasons = "; ".join(f"{source.repo} ({source.licence}): {source.reason}" for source in role.sources)
        console.print(f"[red]✗[/] {role.name}: {escape(reasons)}")
    if choice.forbidden:
        console.print("Nothing was downloaded: these parts have no source that may be used commercially.")
        console.print("Name your own with WEIGHTS_OVERRIDES, or see docs/licences.md for a stack that may.")
    return not choice.forbidden


@asynccontextmanager
async def _exclusive(folder: Path, console: Console, pause: Callable[[float], Awaitable[None]]) -> AsyncIterator[None]:
    """Wait until no other process downloads into `folder`; the system frees the lock when a process dies."""
    with (folder / ".download.lock").open("w") as file:
        has_said_so = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not has_said_so:
                    console.print(f"Another download into {folder} is at work; waiting for it.", markup=False)
                has_said_so = True
                await pause(_POLL_S)
        yield


def _bars(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal)


def download_until_interrupted(request: Request, console: Console) -> int:
    """Run `download` for a command line: Ctrl-C ends it with 130 and keeps what has arrived."""
    try:
        return asyncio.run(download(request, console))
    except KeyboardInterrupt:
        console.print("Stopped. What has arrived is kept; the same command goes on from there.")
        return 130
