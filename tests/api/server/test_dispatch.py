"""Prefixes, host names, the proxy, pages of other origins, health, figures."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from storage.records import JobStatus
from storage.sqlite import SqliteDatabase
from storage.store import DATABASE_NAME
from tests.api.conftest import APP, PHOTO, PIXAZO, QUEUE, RUN, Api, running
from tests.plain_engine import PlainEngine

INPUT = {"image_url": PHOTO, "prompt": "a person"}


@pytest.mark.parametrize(
    ("host", "path", "header"),
    [
        ("fal.run", f"/{APP}", "Authorization"),
        ("FALRUN.com:443", f"/{APP}", "Authorization"),
        ("queue.fal.run", f"/{APP}", "Authorization"),
        ("queue.falrun.com", f"/{APP}", "Authorization"),
        ("api.segmind.com", "/v1/face-to-sticker", "x-api-key"),
        ("gateway.pixazo.ai", f"{PIXAZO}/generate", "Ocp-Apim-Subscription-Key"),
    ],
)
async def test_the_services_own_host_names_lead_to_their_endpoints(api: Api, host: str, path: str, header: str) -> None:
    key = f"Key {api.key_text}" if header == "Authorization" else api.key_text
    body = {**INPUT, "image": PHOTO}

    status, answer, _ = await api.call("POST", path, json=body, headers={"Host": host, header: key})

    assert status == 200
    if host.lower().startswith("queue."):
        assert answer["status_url"].startswith(f"http://{host}/{APP}/requests/")
    if host == "fal.run":
        assert answer["images"][0]["url"].startswith("http://fal.run/files/")


async def test_under_a_host_name_that_begins_with_queue_a_bare_path_is_queued_and_the_rest_stays(api: Api) -> None:
    """What fal's clients make of FAL_RUN_HOST alone; the server itself may be named like that."""
    host = {"Host": "queue.stickers.example.org"}
    status, queued, _ = await api.call("POST", f"/{APP}", json=INPUT, headers={**api.fal, **host})
    await api.ended(queued["request_id"])
    asked, _, _ = await api.call("GET", f"/{APP}/requests/{queued['request_id']}", headers={**api.fal, **host})
    drawn, _, _ = await api.call("POST", RUN, json=INPUT, headers={**api.fal, **host})
    segmind = {"x-api-key": api.key_text, **host}
    other, _, _ = await api.call("POST", "/v1/face-to-sticker", json={"image": PHOTO}, headers=segmind)
    docs, _, _ = await api.call("GET", "/openapi.json", headers=host)

    assert (status, queued["status"], asked, drawn, other, docs) == (200, "IN_QUEUE", 200, 200, 200, 200)


async def test_behind_a_proxy_with_tls_addresses_begin_with_https(api: Api) -> None:
    headers = {**api.fal, "Host": "stickers.example.org", "X-Forwarded-Proto": "https"}

    _, body, _ = await api.call("POST", QUEUE, json=INPUT, headers=headers)

    assert body["response_url"].startswith(f"https://stickers.example.org{QUEUE}/requests/")


async def test_the_operators_address_wins_over_the_host_header(tmp_path: Path) -> None:
    async with running(tmp_path, PlainEngine(), public_url="https://my.example.org") as api:
        _, body, _ = await api.call("POST", RUN, json=INPUT, headers={**api.fal, "Host": "evil.example"})

    assert body["images"][0]["url"].startswith("https://my.example.org/files/")


async def proxied(api: Api, method: str, target: str, **rest: Any) -> tuple[int, Any]:
    status, body, _ = await api.call(method, "/fal/proxy", headers={**api.fal, "x-fal-target-url": target}, **rest)
    return status, body


async def test_the_proxy_answers_as_the_target_would(api: Api) -> None:
    ran = await proxied(api, "POST", f"https://fal.run/{APP}", json=INPUT)
    queued = await proxied(api, "POST", f"https://queue.fal.run/{APP}", json=INPUT)
    request_id = queued[1]["request_id"]
    await api.ended(request_id)
    told = await proxied(api, "GET", f"https://queue.fal.run/{APP}/requests/{request_id}/status?logs=1")

    assert ran[0] == 200
    assert queued[1]["status_url"].startswith(f"{api.url}{QUEUE}/")  # what the caller can reach
    assert isinstance(told[1]["logs"], list)


@pytest.mark.parametrize(
    "target",
    ["", "https://example.org/x", "http://127.0.0.1:1/x", "file:///etc/passwd", "https://fal.run.evil.org/x", "https://[",
     "https://fal.run@evil.org/"],
)  # fmt: skip
async def test_the_proxy_knows_only_the_services_it_stands_for(api: Api, target: str) -> None:
    status, body = await proxied(api, "POST", target, json=INPUT)

    assert (status, body["error_type"]) == (400, "bad_request")


async def test_pages_of_other_origins_may_not_call_unless_the_operator_says_so(tmp_path: Path) -> None:
    async with running(tmp_path, PlainEngine(), cors_origins=("https://app.example",)) as api:
        asked = {"Access-Control-Request-Method": "POST"}
        _, _, good = await api.call("OPTIONS", QUEUE, headers={"Origin": "https://app.example", **asked})
        _, _, bad = await api.call("OPTIONS", QUEUE, headers={"Origin": "https://evil.example", **asked})
        _, _, answer = await api.call("POST", QUEUE, json=INPUT, headers={**api.fal, "Origin": "https://app.example"})

    assert good.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "x-fal-target-url" in good.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in bad.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "x-fal-request-id" in answer.headers["Access-Control-Expose-Headers"]


async def test_unknown_paths_and_methods_are_told_as_json(api: Api) -> None:
    assert (await api.get("/nothing/at/all/here")) == (404, {"error": "There is nothing at this address."})
    for path, host in (("/fal/queue/what/ever/this/is", "x"), ("/what/ever/this/is", "queue.fal.run")):
        status, body, response = await api.call("GET", path, headers={"Host": host})
        assert (status, body["error_type"], "x-fal-request-id" in response.headers) == (404, "not_found", True)
    status, _, response = await api.call("DELETE", QUEUE)
    assert (status, response.headers["Allow"]) == (405, "POST")
    assert (await api.call("POST", "/healthz", json={}))[0] == 405
    assert (await api.call("HEAD", "/healthz"))[0] == 200


async def test_without_the_api_only_health_is_left(tmp_path: Path) -> None:
    async with running(tmp_path, PlainEngine(), is_on=False) as api:
        assert (await api.get("/healthz"))[0] == 200
        assert (await api.post(RUN, INPUT))[0] == 404


async def test_no_exception_text_reaches_a_caller(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    await api.store.database.run("ALTER TABLE keys RENAME TO lost")

    status, body = await api.post(RUN, INPUT)

    assert status == 500
    assert "lost" not in str(body)
    assert "keys" not in str(body)


async def test_healthz_says_how_it_is_and_is_unwell_without_its_database(api: Api) -> None:
    async def is_loaded() -> bool:
        return api.runner.is_ready

    await api.until(is_loaded)
    assert await api.get("/healthz") == (
        200,
        {"status": "ok", "engine": "plain", "state": "ready", "jobs": {"queued": 0, "running": 0}},
    )
    await api.store.database.run("ALTER TABLE jobs RENAME TO lost")
    status, body = await api.get("/healthz")
    assert (status, body["status"]) == (503, "unwell")


async def test_while_the_engine_warms_up_jobs_are_taken_and_readyz_says_so(tmp_path: Path) -> None:
    engine = PlainEngine()
    engine.may_load.clear()
    async with running(tmp_path, engine) as api:
        warming = await api.get("/readyz")
        healthy = await api.get("/healthz")
        request_id = await api.submit()
        _, told = await api.get(f"{QUEUE}/requests/{request_id}/status")
        engine.may_load.set()
        await api.ended(request_id)
        ready = await api.get("/readyz")

    assert (warming[0], warming[1]["status"]) == (503, "warming up")
    assert (healthy[0], healthy[1]["state"]) == (200, "warming up")
    assert told["status"] == "IN_QUEUE"
    assert (ready[0], ready[1]["status"]) == (200, "ready")


async def test_the_metrics_count_what_happened(api: Api) -> None:
    await api.post(RUN, INPUT)
    await api.post(RUN, {})
    api.engine.hold()
    await api.submit()
    await api.held()
    _, text = await api.get("/metrics", headers={})
    families = {family.name: family for family in text_string_to_metric_families(text.decode())}

    def value(name: str, **labels: str) -> float:
        return sum(sample.value for sample in families[name].samples if labels.items() <= sample.labels.items())

    assert value("stickerface_jobs", state="running", model="face-to-sticker") == 1
    assert value("stickerface_jobs_ended", state="done", model="face-to-sticker") == 1
    assert value("stickerface_jobs_ended", state="failed") == 1
    assert value("stickerface_http_requests", site="run", status="200") == 1
    assert value("stickerface_http_requests", site="run", status="422") == 1
    assert value("process_resident_memory_bytes") > 10_000_000
    assert value("stickerface_queue_age_seconds") == 0
    assert any(
        sample.name.endswith("_count") and sample.value for sample in families["stickerface_step_seconds"].samples
    )


async def test_photos_that_were_never_fetched_are_fetched_after_a_restart(tmp_path: Path) -> None:
    """The job is written, its photo is still at the stranger's when the process ends."""
    from aiohttp import web

    from tests.api.conftest import jpeg, stranger

    may_answer = asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        await may_answer.wait()
        return web.Response(body=jpeg(), content_type="image/jpeg")

    async with stranger(slow) as address:
        async with running(tmp_path, PlainEngine()) as api:
            request_id = await api.submit(image_url=f"{address}/face.jpg")
        may_answer.set()
        async with running(tmp_path, PlainEngine()) as api:
            job = await api.ended(request_id)

    assert job.status == "done"


async def test_a_job_whose_data_uri_was_lost_with_the_process_fails(tmp_path: Path) -> None:
    async with running(tmp_path, PlainEngine(), is_working=False) as api:
        request_id = await api.submit()
    database = await SqliteDatabase.open(tmp_path / DATABASE_NAME)
    await database.run("UPDATE jobs SET is_ready = 0, request = json_set(request, '$.inputs', json('{}'))")
    await database.close()
    async with running(tmp_path, PlainEngine()) as api:
        assert (await api.ended(request_id)).error_code == "crashed"


async def test_a_full_disk_is_told_and_leaves_no_job_without_its_photo(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = api.store.files._root
    folder.mkdir(exist_ok=True)
    folder.rename(folder.with_name("away"))
    folder.write_text("a file where the folder was: nothing can be kept")

    status, body = await api.post(QUEUE, INPUT)
    folder.unlink()
    folder.with_name("away").rename(folder)

    async def has_failed() -> bool:
        return await api.store.jobs.counts() == {"failed": 1}

    assert (status, body["error_type"]) == (500, "internal_error")
    await api.until(has_failed)
    assert (await api.post(RUN, INPUT))[0] == 200


async def test_the_root_leads_to_the_documentation(api: Api) -> None:
    status, _, response = await api.call("GET", "/", headers={}, allow_redirects=False)

    assert (status, response.headers["Location"]) == (302, "/docs")


async def test_a_hundred_requests_at_once_with_a_fresh_key_are_all_taken(api: Api) -> None:
    """As many as programs send that subscribe to a list of photos without a thought for limits."""
    fresh = await api.another_key()
    answers = await asyncio.gather(
        *(api.post(QUEUE, {"image_url": PHOTO, "prompt": "a person"}, headers=fresh) for _ in range(100))
    )

    assert {status for status, _ in answers} == {200}
    assert {(await api.ended(body["request_id"])).status for _, body in answers} == {JobStatus.DONE}
