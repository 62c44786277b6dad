"""One file from a real server that cuts, lies, changes its mind, refuses."""

from __future__ import annotations

import asyncio
import random
import resource
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import aiohttp
import pytest

from cli.download.downloader import TRIES, Downloader
from cli.download.errors import DownloadError, DownloadRefused, Interrupted, NoRoom
from cli.download.remote import Digest, Hosts, Published, Remote
from tests.cli.download.hub import Hub

NAME = "owner/repo/model.bin"
CONTENT = random.Random(1).randbytes(3_000_000)
HALF = 1_500_000


class Ground:
    """One downloader, one target, and what it said and waited."""

    def __init__(self, hub: Hub, session: aiohttp.ClientSession, target: Path) -> None:
        self.hub = hub
        self.target = target
        self.troubles: list[str] = []
        self.pauses: list[float] = []
        self.downloader = Downloader(session, hub.hosts, on_retry=self.troubles.append, pause=self._pause)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def remote(self, known: Digest | None = None) -> Remote:
        return Remote(self.hub.hosts.hub_url("owner/repo", "main", "model.bin"), "owner/repo: model.bin", known)

    async def fetch(self, known: Digest | None = None) -> Published:
        return await self.downloader.fetch(self.remote(known), self.target, lambda _here, _total: None)

    @property
    def left(self) -> list[str]:
        """What is in the folder."""
        return sorted(path.name for path in self.target.parent.iterdir())


@pytest.fixture
async def ground(hub: Hub, tmp_path: Path) -> AsyncIterator[Ground]:
    hub.files[NAME] = CONTENT
    timeout = aiohttp.ClientTimeout(total=None, sock_read=0.3)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield Ground(hub, session, tmp_path / "model.bin")


async def test_a_file_arrives_whole_with_its_hash_and_commit(ground: Ground) -> None:
    published = await ground.fetch()
    assert ground.target.read_bytes() == CONTENT
    assert published.digest == Digest("sha256", sha256(CONTENT).hexdigest())
    assert (published.size, published.commit, ground.left) == (len(CONTENT), "c0ffee", ["model.bin"])


async def test_a_small_file_is_checked_with_its_git_hash(ground: Ground) -> None:
    ground.hub.files[NAME] = b'{"a": 1}'
    published = await ground.fetch()
    assert published.digest and published.digest.kind == "git"
    assert ground.target.read_bytes() == b'{"a": 1}'


async def test_an_empty_file_is_a_file(ground: Ground) -> None:
    ground.hub.files[NAME] = b""
    assert (await ground.downloader.published(ground.remote())).size == 0
    await ground.fetch()
    assert ground.target.read_bytes() == b""


async def test_a_question_takes_no_bytes_and_tells_size_and_hash(ground: Ground) -> None:
    published = await ground.downloader.published(ground.remote())
    assert (published.size, published.digest) == (len(CONTENT), Digest("sha256", sha256(CONTENT).hexdigest()))
    assert ground.hub.ranges() == []


async def test_a_broken_connection_goes_on_where_it_broke(ground: Ground) -> None:
    ground.hub.answers = [ground.hub.cut_after(HALF), ground.hub.cut_after(1000)]
    await ground.fetch()
    assert ground.target.read_bytes() == CONTENT
    assert ground.hub.ranges() == ["", f"bytes={HALF}-", f"bytes={HALF + 1000}-"]
    assert len(ground.troubles) == 2


async def test_a_line_may_break_more_often_than_patience_lasts_while_bytes_arrive(ground: Ground) -> None:
    ground.hub.answers = [ground.hub.cut_after(1000)] * (TRIES + 4)
    await ground.fetch()
    assert ground.target.read_bytes() == CONTENT
    assert set(ground.pauses) == {0.5}


async def test_patience_ends_and_leaves_what_arrived_for_another_day(ground: Ground) -> None:
    hub = ground.hub
    hub.answers = [hub.cut_after(HALF), *[hub.status(503)] * TRIES]
    with pytest.raises(Interrupted, match="503"):
        await ground.fetch()
    assert ground.left == ["model.bin.part", "model.bin.part.json"]
    await ground.fetch()
    assert ground.target.read_bytes() == CONTENT
    assert hub.ranges()[-1] == f"bytes={HALF}-"


async def test_a_host_that_takes_no_ranges_begins_anew(ground: Ground) -> None:
    ground.hub.takes_ranges = False
    ground.hub.answers = [ground.hub.cut_after(HALF)]
    await ground.fetch()
    assert ground.target.read_bytes() == CONTENT


@pytest.mark.parametrize("has_hash", [True, False])
async def test_a_file_that_changes_in_the_middle_is_never_mixed(ground: Ground, has_hash: bool) -> None:
    hub, other = ground.hub, random.Random(2).randbytes(len(CONTENT))
    hub.has_hash = has_hash
    cut = hub.cut_after(HALF)

    async def cut_and_change(request):  # type: ignore[no-untyped-def]
        response = await cut(request)
        hub.files[NAME] = other
        return response

    hub.answers = [cut_and_change]
    await ground.fetch()
    assert ground.target.read_bytes() == other
    again = [seen for seen in hub.seen if seen.range == f"bytes={HALF}-"]
    assert {bool(seen.if_range) for seen in again} == {not has_hash}


async def test_a_host_that_ignores_if_range_is_noticed_by_its_etag(ground: Ground) -> None:
    hub, other = ground.hub, random.Random(2).randbytes(len(CONTENT))
    hub.has_hash = False
    cut = hub.cut_after(HALF)

    async def cut_and_change(request):  # type: ignore[no-untyped-def]
        response = await cut(request)
        hub.files[NAME] = other
        return response

    async def ignore_if_range(request):  # type: ignore[no-untyped-def]
        return hub.honest(request.clone(headers={"Range": request.headers["Range"]}), other)

    hub.answers = [cut_and_change, ignore_if_range]
    await ground.fetch()
    assert ground.target.read_bytes() == other


async def test_without_hash_and_etag_a_broken_file_begins_anew(ground: Ground) -> None:
    hub = ground.hub
    hub.has_hash = hub.has_etag = False
    (ground.target.parent / "model.bin.part").write_bytes(b"whose are these?")
    hub.answers = [hub.cut_after(HALF)]
    await ground.fetch()
    assert ground.target.read_bytes() == CONTENT
    assert hub.ranges() == ["", ""]


async def test_a_part_that_is_whole_already_is_only_checked(ground: Ground) -> None:
    hub = ground.hub
    hub.answers = [hub.cut_after(HALF), *[hub.status(503)] * TRIES]
    with pytest.raises(Interrupted):
        await ground.fetch()
    with (ground.target.parent / "model.bin.part").open("ab") as part:
        part.write(CONTENT[HALF:])
    await ground.fetch()
    assert ground.target.read_bytes() == CONTENT


async def test_a_part_longer_than_the_file_begins_anew(ground: Ground) -> None:
    hub = ground.hub
    hub.answers = [hub.cut_after(HALF), *[hub.status(503)] * TRIES]
    with pytest.raises(Interrupted):
        await ground.fetch()
    with (ground.target.parent / "model.bin.part").open("ab") as part:
        part.write(CONTENT)
    await ground.fetch()
    assert ground.target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("body", "says"),
    [(CONTENT[:-1], "ended early"), (CONTENT + b"!", "longer than"), (CONTENT[:-1] + b"!", "published sha256 hash")],
    ids=["shorter", "longer", "other bytes"],
)
async def test_a_lie_is_not_kept_and_the_truth_is_asked_for_again(ground: Ground, body: bytes, says: str) -> None:
    ground.hub.answers = [ground.hub.body(body)]
    await ground.fetch()
    assert says in ground.troubles[0]
    assert ground.target.read_bytes() == CONTENT


async def test_wrong_bytes_twice_are_enough(ground: Ground) -> None:
    ground.hub.answers = [ground.hub.body(CONTENT[:-1] + b"!")] * 3
    with pytest.raises(DownloadRefused, match="published sha256 hash"):
        await ground.fetch()
    assert ground.left == []
    assert len(ground.hub.ranges()) == 2


async def test_another_file_than_the_known_one_is_refused_before_its_bytes(ground: Ground) -> None:
    with pytest.raises(DownloadRefused, match="another file"):
        await ground.downloader.published(ground.remote(Digest("sha256", "0" * 64)))
    with pytest.raises(DownloadRefused, match="another file"):
        await ground.fetch(Digest("sha256", "0" * 64))
    assert ground.left == []


async def test_a_known_md5_is_compared_where_the_host_publishes_none(ground: Ground) -> None:
    ground.hub.has_hash = False
    with pytest.raises(DownloadRefused, match="md5"):
        await ground.fetch(Digest("md5", "0" * 32))
    assert ground.left == []


async def test_the_token_goes_to_the_hub_alone(ground: Ground) -> None:
    await ground.fetch()
    assert {(seen.host, seen.token) for seen in ground.hub.seen} == {("hub", "Bearer hf_secret"), ("bytes", "")}


async def test_nothing_secret_is_said(ground: Ground) -> None:
    hub = ground.hub
    hub.answers = [hub.cut_after(10), hub.status(500), hub.status(410)]
    with pytest.raises(DownloadError) as caught:
        await ground.fetch()
    said = "\n".join([*ground.troubles, str(caught.value)])
    assert "broke the connection" in said and "hf_secret" not in said and "very-secret" not in said


@pytest.mark.parametrize(
    ("status", "says"), [(404, "no such file"), (410, "no such file"), (400, "answered 400"), (405, "answered 405")]
)
async def test_what_no_second_try_mends_is_told_at_once(ground: Ground, status: int, says: str) -> None:
    ground.hub.answers = [ground.hub.status(status)]
    with pytest.raises(DownloadRefused, match=says):
        await ground.fetch()
    assert ground.pauses == []


async def test_too_many_requests_waits_as_long_as_asked(ground: Ground) -> None:
    hub = ground.hub
    hub.answers = [hub.status(429, Retry_After="7"), hub.status(429, Retry_After="99999"), hub.status(403)]
    await ground.fetch()
    assert ground.target.read_bytes() == CONTENT
    assert ground.pauses == [7.0, 60.0, 2.0]


async def test_a_login_page_is_no_model(ground: Ground) -> None:
    ground.hub.answers = [ground.hub.body(b"<html>please log in</html>", "text/html")]
    with pytest.raises(DownloadRefused, match="web page"):
        await ground.fetch()


@pytest.mark.parametrize("status", [401, 403])
async def test_a_gated_model_is_explained(tmp_path: Path, status: int) -> None:
    class Gated(Hub):
        async def _resolve(self, request):  # type: ignore[no-untyped-def]
            return await self.status(status)(request)

    gated = await Gated().start()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(DownloadRefused, match=r"Accept the terms.*HF_TOKEN"):
            await Ground(gated, session, tmp_path / "model.bin").fetch()
    await gated.stop()


async def test_a_silent_host_is_given_up_and_asked_again(ground: Ground) -> None:
    until = asyncio.Event()
    ground.hub.answers = [ground.hub.hang_after(HALF, until)]
    await ground.fetch()
    until.set()
    assert ground.target.read_bytes() == CONTENT
    assert "does not answer" in ground.troubles[0]


async def test_no_network_is_said_in_a_sentence(ground: Ground, unused_tcp_port: int) -> None:
    nowhere = Hosts(hub=f"http://127.0.0.1:{unused_tcp_port}")
    remote = Remote(nowhere.hub_url("owner/repo", "main", "model.bin"), "owner/repo: model.bin")
    with pytest.raises(Interrupted, match=r"owner/repo: model.bin: 127.0.0.1 cannot be reached"):
        await ground.downloader.fetch(remote, ground.target, lambda _here, _total: None)
    assert ground.pauses == [0.5, 1.0, 2.0, 4.0, 8.0]


async def test_a_full_disk_keeps_what_arrived(ground: Ground) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (HALF, before[1]))  # the system then answers EFBIG
    try:
        with pytest.raises(NoRoom, match="disk is full"):
            await ground.fetch()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (ground.target.parent / "model.bin.part").stat().st_size == HALF
    await ground.fetch()
    assert ground.target.read_bytes() == CONTENT
    assert ground.hub.ranges() == ["", f"bytes={HALF}-"]


async def test_a_folder_that_is_a_file_is_told(ground: Ground) -> None:
    (ground.target.parent / "taken").write_text("")
    ground.target = ground.target.parent / "taken" / "model.bin"
    with pytest.raises(NoRoom, match="cannot be written"):
        await ground.fetch()
