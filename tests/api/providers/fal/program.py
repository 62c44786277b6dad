"""A program as somebody wrote it for fal.ai: nothing in it knows this server. Run with the environment of the test."""

import asyncio
import json
import sys

import fal_client


def on_queue_update(update: object) -> None:
    if isinstance(update, fal_client.InProgress):
        for log in update.logs or []:
            print(log["message"], file=sys.stderr)


async def both(app: str, arguments: dict[str, object]) -> list[object]:
    result = await fal_client.subscribe_async(app, arguments=arguments)
    events = [event async for event in fal_client.stream_async(app, arguments=arguments)]
    return [result["seed"], events[-1]["seed"]]


def main(photo: str) -> None:
    app = "fal-ai/face-to-sticker"
    with open(photo, "rb") as file:  # noqa: PTH123 - as the program's author wrote it
        uri = fal_client.encode(file.read(), "image/jpeg")
    arguments = {"image_url": uri, "prompt": "a person", "seed": 42}
    told: dict[str, object] = {}
    told["run"] = fal_client.run(app, arguments=arguments)["seed"]
    result = fal_client.subscribe(app, arguments=arguments, with_logs=True, on_queue_update=on_queue_update)
    told["subscribe"] = [image["content_type"] for image in result["images"]]
    handle = fal_client.submit(app, arguments=arguments)
    told["events"] = [type(event).__name__ for event in handle.iter_events(with_logs=True, interval=0.02)][-1]
    told["get"] = handle.get()["has_nsfw_concepts"]
    told["status"] = type(fal_client.status(app, handle.request_id, with_logs=True)).__name__
    *steps, output = fal_client.stream(app, arguments=arguments)
    told["stream"] = [output["seed"], all("progress" in step for step in steps), len(steps) > 0]
    try:
        list(fal_client.stream(app, arguments={"prompt": "a person"}))
    except Exception as error:
        told["stream_refused"] = type(error).__name__
    told["async"], told["stream_async"] = asyncio.run(both(app, arguments))
    try:
        fal_client.run(app, arguments={"image_url": uri, "prompt": "a person", "num_inference_steps": 99})
    except fal_client.FalClientHTTPError as error:
        told["refused"] = [error.status_code, str(error)]
    try:
        fal_client.subscribe(app, arguments={"image_url": "data:image/png;base64,AAAA", "prompt": "a person"})
    except fal_client.FalClientHTTPError as error:
        told["failed"] = error.status_code
    cancelled = fal_client.submit(app, arguments=arguments)
    cancelled.get()
    try:
        cancelled.cancel()
        told["cancel"] = "accepted"
    except fal_client.FalClientHTTPError as error:
        told["cancel"] = error.status_code
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
