"""A worker on an engine of a Ray cluster, in a process of its own that a test can kill.

python -m tests.service.cluster.worker_program DATA_DIR ADDRESS FOLDER
"""

from __future__ import annotations

import asyncio
import functools
import sys
from pathlib import Path

from service.cluster.pool import ClusterPool
from service.stickers import StickerService
from service.worker import Worker
from tests.service.cluster.steered_engine import SteeredEngine


async def main(data_dir: str, address: str, folder: str) -> None:
    service = await StickerService.open(Path(data_dir))
    build = functools.partial(SteeredEngine, Path(folder))
    pool = ClusterPool(build, queue_age_s=service.queue_age_s, address=address)
    await service.processes.join("worker", engine=pool)
    await Worker(service, pool, step_timeout_s=300).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
