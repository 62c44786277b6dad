"""What draws elsewhere, by POOL: whether Ray is installed and the head of its cluster answers."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from importlib.metadata import version

from cli.doctor.findings import Finding, note, problem, well
from cli.settings import ServerSettings

_ANSWER_S = 5.0


async def check_cluster(settings: ServerSettings) -> list[Finding]:
    """Look at what a process needs that draws nothing itself."""
    if settings.pool == "none":
        return [well("engine", "POOL=none: others draw, which `stickerface worker` starts")]
    if importlib.util.find_spec("ray") is None:
        return [problem("cluster", "POOL=ray needs ray, which is not installed", "pip install '.[cluster]'")]
    if not settings.ray_address:
        return [well("cluster", f"ray {version('ray')}; one of this machine alone, started with the process")]
    host, _, port = settings.ray_address.rpartition(":")
    try:
        async with asyncio.timeout(_ANSWER_S):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
    except (OSError, OverflowError):  # TimeoutError is one
        text = f"RAY_ADDRESS {settings.ray_address} does not answer: jobs wait until it does"
        return [problem("cluster", text, "ray start on its head; its port is open to this machine (docs/cluster.md)")]
    findings = [well("cluster", f"{settings.ray_address} answers; its Ray must be {version('ray')}, too")]
    if os.environ.get("RAY_AUTH_MODE") != "token":
        text = "it asks for no token: whoever reaches its ports can run programs on every node"
        findings.append(note("cluster", text, "RAY_AUTH_MODE=token and RAY_AUTH_TOKEN everywhere (docs/cluster.md)"))
    return findings
