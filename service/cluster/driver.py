"""The process that is part of a Ray cluster for a pool: it starts actors, keeps them alive, passes messages on.

A process of its own, for Ray ends the process that it runs in where its head node or the local raylet is gone. It ends
with the pool's: when the socket to it closes. Knows no job. The only file that imports ray.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import socket
import sys
from typing import Any

import ray
from ray.exceptions import ActorDiedError, RayActorError, RayError

from engine.errors import EngineUnavailable
from service.cluster.actor import EngineActor
from service.cluster.messages import (
    Cancel,
    Connected,
    Done,
    Drawn,
    Generate,
    Gone,
    Hello,
    Kill,
    Lost,
    NoCluster,
    OfBatch,
    Ready,
    Start,
    Stepped,
    Stop,
    Unavailable,
    read,
    write,
)

_ANSWER_S = 5.0  # in which the head node takes a connection
_CHECK_S = 2.0  # between two looks whether the raylet of this machine lives
_PAUSE_S = 0.5  # before an engine that was lost is started again; twice as long each time ..
_MOST_PAUSE_S = 30.0  # .. up to this


class Driver:
    """Carries out what the pool asks for."""

    def __init__(self, hello: Hello, writer: asyncio.StreamWriter) -> None:
        self._hello = hello
        self._writer = writer
        self._actors: dict[int, Any] = {}  # by the engine's number
        self._engines: dict[int, asyncio.Task[None]] = {}
        self._doubts: dict[int, asyncio.Event] = {}  # by the engine's number: set where a batch was lost
        self._batches: dict[int, tuple[int, asyncio.Task[None]]] = {}  # by number: the engine's, and the task

    def connect(self) -> None:
        """Become part of the cluster, or start one. Raises `ConnectionError`, `RuntimeError`, OSError."""
        address = self._hello.address
        if address:
            host, _, port = address.rpartition(":")
            socket.create_connection((host, int(port)), _ANSWER_S).close()
            ray.init(address=address, log_to_driver=False, logging_level=logging.WARNING)
        else:
            ray.init(
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.WARNING,
                _temp_dir=self._hello.folder,
            )
        self._tell(Connected())

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Do as the pool says until it is gone, or the raylet of this machine."""
        checking = asyncio.create_task(self._until_cut_off())
        try:
            while True:
                reading = asyncio.create_task(read(reader))
                await asyncio.wait([reading, checking], return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    reading.cancel()
                    return
                self._do(reading.result())
        except EOFError:
            return
        finally:
            checking.cancel()

    def end(self) -> None:
        """End the actors and leave the cluster; what it does not reach ends with this process, its owner."""
        for actor in self._actors.values():
            with contextlib.suppress(RayError):
                ray.kill(actor)
        ray.shutdown()

    def _tell(self, message: object) -> None:
        write(self._writer, message)

    def _do(self, asked: object) -> None:
        match asked:
            case Start(engine):
                self._engines[engine] = asyncio.create_task(self._keep(engine))
            case Stop(engine):
                self._engines.pop(engine).cancel()
                self._kill(engine, is_for_good=True)
            case Kill(engine):
                self._kill(engine, is_for_good=False)
            case Generate(batch, engine, requests):
                self._batches[batch] = engine, asyncio.create_task(self._generate(batch, engine, requests))
            case Cancel(batch, index):
                engine, _ = self._batches.get(batch, (-1, None))
                if actor := self._actors.get(engine):
                    actor.cancel.remote(batch, index)

    def _kill(self, engine: int, *, is_for_good: bool) -> None:
        actor = self._actors.pop(engine, None) if is_for_good else self._actors.get(engine)
        if actor is not None:
            ray.kill(actor, no_restart=is_for_good)

    async def _actor(self) -> Any:
        gpus = await self._gpus_of_an_engine()
        resources = {"num_gpus": gpus, "num_cpus": 0} if gpus else {"num_cpus": 1}
        actor = ray.remote(EngineActor).options(max_restarts=-1, max_concurrency=100, **resources)
        return actor.remote(self._hello.build)

    async def _gpus_of_an_engine(self) -> float:
        """Return how many it takes; where the pool does not say, wait for the first node that draws."""
        while self._hello.gpus is None:
            resources = await asyncio.to_thread(ray.cluster_resources)
            if resources.get("GPU") or resources.get("CPU"):
                return float(resources.get("GPU", 0.0) > 0)
            await asyncio.sleep(_CHECK_S)
        return self._hello.gpus

    async def _keep(self, engine: int) -> None:
        """Keep one engine alive: tell when it is ready and when it is gone, and wait for Ray to start it again."""
        pause_s, was_ready = _PAUSE_S, False
        while True:
            try:
                if engine not in self._actors:
                    self._actors[engine] = await self._actor()
                actor = self._actors[engine]
                report = await actor.load.remote()  # waits for a place, however long
                if isinstance(report, EngineUnavailable):
                    self._tell(Unavailable(engine, str(report)))
                    self._kill(engine, is_for_good=True)  # perhaps another node has what is missing
                else:
                    self._tell(Ready(engine, report))
                    pause_s, was_ready = _PAUSE_S, True
                    await self._until_lost(engine, actor)
            except RayActorError as error:
                if isinstance(error, ActorDiedError):
                    self._actors.pop(engine, None)
                if was_ready:
                    self._tell(Gone(engine, _first_line(error)))
                    was_ready = False
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _MOST_PAUSE_S)

    async def _until_lost(self, engine: int, actor: Any) -> None:
        """Wait for the end of an actor, or until a batch has been lost without it. Raises `RayActorError`."""
        doubt = self._doubts[engine] = asyncio.Event()
        watching, doubting = asyncio.ensure_future(actor.watch.remote()), asyncio.create_task(doubt.wait())
        try:
            await asyncio.wait([watching, doubting], return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                watching.result()
        finally:
            watching.cancel()
            doubting.cancel()

    async def _generate(self, batch: int, engine: int, requests: Any) -> None:
        try:
            told: Stepped | Drawn | Done | Lost
            stream = self._actors[engine].generate.options(num_returns="streaming").remote(batch, requests)
            async for reference in stream:
                told = await reference
                self._tell(OfBatch(batch, told))
                await self._writer.drain()
        except Exception as error:  # a dead process, node or engine: each takes the batch with it
            self._tell(OfBatch(batch, Lost(_first_line(error))))
            if not isinstance(error, RayActorError):  # `EngineDead`: only a new process gets the device back
                self._kill(engine, is_for_good=False)
            elif doubt := self._doubts.get(engine):
                doubt.set()
        finally:
            del self._batches[batch]

    async def _until_cut_off(self) -> None:
        """Return when the node of this process is dead: its actors are, too, and no new ones can be started."""
        own = ray.get_runtime_context().get_node_id()
        while True:
            await asyncio.sleep(_CHECK_S)
            # Blocks while the head node is away; after a minute of that Ray ends this process.
            nodes = await asyncio.to_thread(ray.nodes)
            if not any(node["NodeID"] == own and node["Alive"] for node in nodes):
                return


def _first_line(error: BaseException) -> str:
    cause = getattr(error, "cause", None)
    text = str(cause if isinstance(cause, Exception) else error).strip()
    return text.splitlines()[0] if text else type(error).__name__


async def _main(descriptor: int) -> None:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor), limit=2**20)
    hello: Hello = await read(reader)
    driver = Driver(hello, writer)
    try:
        try:
            driver.connect()
        except (ConnectionError, RuntimeError, ValueError, OSError, RayError) as error:
            write(writer, NoCluster(_first_line(error)))
            await writer.drain()
            return
        await driver.run(reader)
    finally:
        driver.end()
        shutil.rmtree(hello.folder, ignore_errors=True)


if __name__ == "__main__":
    with contextlib.suppress(EOFError):
        asyncio.run(_main(int(sys.argv[1])))
    sys.stdout.flush()
    os._exit(0)  # threads of Ray's that wait for a dead cluster do not hold it up
