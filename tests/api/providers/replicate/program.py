"""A program as somebody wrote it for Replicate with its client; only `base_url` knows where the server is."""

import json
import os
import sys
from pathlib import Path

import httpx
import replicate
from replicate.exceptions import ModelError, ReplicateError

photo, version = sys.argv[1:]
client = replicate.Client(api_token=os.environ["REPLICATE_API_TOKEN"], base_url=os.environ["BASE"])
told: dict[str, object] = {}


def image():
    return Path(photo).open("rb")


outputs = client.run("fofr/face-to-sticker", input={"image": image(), "seed": 5})
# Of an https address it makes a file to read, of an http address it gives the address.
told["run"] = [httpx.get(str(output)).content[:4].hex() for output in outputs]
told["run_version"] = len(client.run(f"fofr/face-to-sticker:{version}", input={"image": image(), "seed": 5}))

prediction = client.predictions.create(version=version, input={"image": image(), "seed": 6})
told["created"] = prediction.status
prediction.wait()
told["waited"] = [prediction.status, len(prediction.output), prediction.input["seed"], bool(prediction.logs)]
told["listed"] = len(client.predictions.list().results)
told["reloaded"] = client.predictions.get(prediction.id).status

ended = client.predictions.get(prediction.id)
ended.cancel()
told["cancelled"] = ended.status

file = client.files.create(photo)
told["file"] = [file.size > 0, client.run("fofr/face-to-sticker", input={"image": file.urls["get"]}) is not None]
client.files.delete(file.id)
told["model"] = client.models.get("fofr/face-to-sticker").latest_version.id == version

try:
    client.run("fofr/face-to-sticker", input={"image": image(), "steps": 99})
except (ModelError, ReplicateError) as error:
    told["refused"] = str(error)
try:
    client.run("fofr/nothing", input={})
except ReplicateError as error:
    told["unknown"] = error.status
print(json.dumps(told))
