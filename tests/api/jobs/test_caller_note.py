"""What is kept with a job comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace

from api.inputs.table import Problem
from api.jobs.caller_note import CallerNote, WebhookTarget
from tests.api.conftest import Api

NOTE = CallerNote(
    provider="somebody",
    path="v1/sticker",
    base="https://example.org",
    body_hash="abc",
    webhook=WebhookTarget("https://example.org/hook", "somebody", ("start", "completed"), attempts=2, next_at=5.0),
    start_by=7.5,
    problems=(Problem(("size", "width"), "less_than_equal", "too wide", {"le": 2048}),),
    inputs={"face": "https://example.org/a.jpg"},
    field_names={"face": "image_url"},
    values={"image_url": "https://example.org/a.jpg", "seed": None},
)


async def test_a_note_comes_back_out_of_its_json(api: Api) -> None:
    job = await api.ended(await api.submit())
    kept = json.loads(json.dumps(NOTE.to_json()))

    assert CallerNote.of(replace(job, note=kept)) == NOTE
    assert WebhookTarget.of(replace(job, note={**kept, "webhook": None})) is None


async def test_a_webhook_without_events_wants_the_end(api: Api) -> None:
    job = await api.ended(await api.submit())
    webhook = WebhookTarget.of(replace(job, note={"webhook": {"url": "u", "provider": "p", "events": []}}))

    assert webhook is not None
    assert webhook.events == ("completed",)
