"""Ask a running stickerface on this machine whether it is well: exit code 0 or 1. For Docker; needs Python alone."""

from __future__ import annotations

import http.client
import os
import ssl
import sys

TIMEOUT_S = 4.0
EVERY_NETWORK = ("", "0.0.0.0", "::")  # noqa: S104 - HOST may say so; we ask on loopback


def ask() -> tuple[int, str]:
    """Return the status and the answer of /healthz at HOST and PORT. Raises OSError, HTTPException."""
    host, port = os.environ.get("HOST", ""), int(os.environ.get("PORT") or 8000)
    if host in EVERY_NETWORK:
        host = "127.0.0.1"
    if os.environ.get("TLS_CERTIFICATE"):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it is ours, and names another host
        connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    return answer.status, answer.read().decode("utf-8", "replace").strip()


if __name__ == "__main__":
    try:
        status, text = ask()
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"no answer: {error}")
    sys.exit(None if status == http.client.OK else f"{status}: {text}")
