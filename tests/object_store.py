"""A real S3 server over HTTP (moto), in a thread of the test's process: it can be stopped, and time can pass in it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from moto import settings
from moto.core.responses import ActionAuthenticatorMixin
from moto.s3.models import s3_backends
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

HOST = "127.0.0.1"
REGION = "us-east-1"
_ACCOUNT = "123456789012"  # moto's only one


@cache
def _app() -> Any:
    return DomainDispatcherApplication(create_backend_app)


class ObjectStore:
    """The server with its buckets, which outlive a stop."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._port = 0
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        """What programs for S3 read to find it."""
        return {
            "AWS_ENDPOINT_URL": f"http://{HOST}:{self._port}",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }

    def start(self) -> None:
        """Listen, after a stop on the same port."""
        self._server = make_server(HOST, self._port, _app(), threaded=True)
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Refuse connections."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def make_bucket(self, name: str, *, is_public: bool = False) -> None:
        """Make a bucket; whoever comes without a key may read a public one."""
        bucket = self._s3.create_bucket(name, REGION)
        if is_public:
            resource = f"arn:aws:s3:::{name}/*"
            allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resource}
            bucket.policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]}).encode()

    @contextmanager
    def asking_for_keys(self) -> Iterator[None]:
        """Refuse every key, for none is known."""
        ActionAuthenticatorMixin.request_count = 0
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        try:
            yield
        finally:
            settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")

    def add(self, bucket: str, key: str) -> None:
        """Put an object there without asking the server."""
        self._s3.put_object(bucket, key, b"x")

    def objects(self, bucket: str) -> dict[str, Any]:
        """Return the objects of a bucket by their keys, without the probe of health checks."""
        found = self._s3.buckets[bucket].keys.items()
        return {key: each for key, each in found if key.rpartition("/")[2] != "probe"}

    def make_old(self, bucket: str, timestamp: float) -> None:
        """Let every object have been written at that time."""
        for each in self.objects(bucket).values():
            each.last_modified = datetime.fromtimestamp(timestamp, UTC).replace(tzinfo=None)

    @property
    def _s3(self) -> Any:
        return s3_backends[_ACCOUNT]["aws"]
