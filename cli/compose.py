"""Puts the parts together. The only place that knows them all."""

from __future__ import annotations

import importlib.util
import logging
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cli.data import open_data
from cli.settings import DataSettings, EngineSettings, ServerSettings, Settings, WeightsSettings
from engine.errors import EngineUnavailable
from engine.matte import find_model
from engine.models import DEFAULT_MODEL, MODELS, open_models
from engine.portrait.engine import PortraitEngine
from engine.types import Engine
from engine.weights import WeightsReport, weights_report
from service.limits import Lifetimes, Limits
from storage.errors import StorageError
from storage.records import Entrance

if TYPE_CHECKING:
    from service.engines import EngineAbilities
    from service.pool import Pool
    from service.stickers import StickerService
    from service.worker import Worker

logger = logging.getLogger(__name__)

DIFFUSION_LIBRARIES = ("torch", "diffusers", "transformers", "peft", "safetensors", "onnxruntime")


@dataclass(frozen=True, slots=True)
class Parts:
    """What every entrance hangs on."""

    service: StickerService
    worker: Worker | None = None  # where others draw
    pool: Pool | None = None

    @property
    def engine(self) -> EngineAbilities:
        """What can be drawn, here or elsewhere."""
        return self.pool or self.service.processes.engines_elsewhere

    async def close(self) -> None:
        """End the engines and close the data."""
        if self.pool is not None:
            await self.pool.close()
        await self.service.close()


def matte_dir(weights: Path) -> Path | None:
    """Return the folder whose rembg model cuts people out; None where there is none, or rembg is not installed."""
    folder = matte_model_dir(weights)
    if folder and importlib.util.find_spec("rembg") is None:
        logger.warning("%s is there, but rembg is not installed: it comes with the extra matte", find_model(folder))
        return None
    return folder


def matte_model_dir(weights: Path) -> Path | None:
    """Return the folder that has a rembg model: ours, else rembg's own; None where none has."""
    return next((folder for folder in (weights, _rembg_home()) if find_model(folder)), None)


def _rembg_home() -> Path:
    """Where rembg itself keeps its models."""
    home = os.environ.get("U2NET_HOME") or Path(os.environ.get("XDG_DATA_HOME", "~")) / ".u2net"
    return Path(home).expanduser()


def choose_engine(settings: EngineSettings, *, warms_up: bool = True) -> Engine:
    """Return the engine ENGINE asks for; `auto` is the best that this machine can run. Raises `EngineUnavailable`.

    Without `warms_up` it is ready sooner, and slow at first: for one sticker.
    """
    if settings.engine == "diffusion":
        return _diffusion_engine(settings, warms_up=warms_up)
    if settings.engine == "auto" and _can_diffuse(settings):
        try:
            return _diffusion_engine(settings, warms_up=warms_up)
        except EngineUnavailable as error:  # an adapter without its base
            logger.warning("%s: the engine is portrait", error)
    return PortraitEngine(matte_dir(settings.weights_folder))


def best_report(settings: WeightsSettings) -> WeightsReport:
    """Report on the weights of the first model that is all there, else on those of the default one.

    Raises `EngineUnavailable` where the lock file is broken.
    """
    names = [DEFAULT_MODEL, *(each.name for each in MODELS.values() if each.open_diffusion is not None)]
    reports = [weights_report(settings.weights_folder, name, settings.weights_overrides) for name in names]
    return next((report for report in reports if report.is_there), reports[0])


def _can_diffuse(settings: EngineSettings) -> bool:
    """Whether weights, libraries and a CUDA device are there; the libraries are imported last, for it takes seconds."""
    if settings.device not in ("auto", "cuda"):
        return False
    try:
        report = best_report(settings)
    except EngineUnavailable as error:
        logger.warning("%s: the engine is portrait", error)
        return False
    if not report.is_there or missing_libraries():
        return False
    from engine.diffusion.device import has_cuda

    return has_cuda()


def _diffusion_engine(settings: EngineSettings, *, warms_up: bool) -> Engine:
    if missing := missing_libraries():
        raise EngineUnavailable(
            f"ENGINE=diffusion needs {', '.join(missing)}: install the extra diffusion, or take portrait"
        )
    from engine.diffusion.engine import DiffusionEngine
    from engine.diffusion.model import ModelOptions

    options = ModelOptions(
        weights=settings.weights_folder,
        overrides=settings.weights_overrides,
        has_safety=settings.safety_checker,
        few_steps=settings.few_steps,
        canvas_px=settings.canvas,
        is_compiled=settings.compile and warms_up,
    )
    # Where torch keeps what it has compiled, for the next start; /tmp, its own place, is emptied.
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str((settings.data_dir / "compiled").absolute()))
    most = None if settings.max_batch == "auto" else settings.max_batch
    return DiffusionEngine(
        open_models(options),
        device=settings.device,
        max_batch=1 if settings.deterministic else most,
        preview_every=settings.preview_every,
        warms_up=warms_up,
        is_compiled=settings.compile and warms_up,
        is_fp8=settings.fp8,
        has_cuda_graphs=settings.cuda_graphs and warms_up,
    )


def missing_libraries() -> list[str]:
    """Return the names of the libraries of the diffusion engine that are not installed."""
    return [name for name in DIFFUSION_LIBRARIES if importlib.util.find_spec(name) is None]


async def compose(settings: ServerSettings, engine: Engine | None = None) -> Parts:
    """Open the data, choose the engines, wire the parts. Raises `StorageError`, `EngineError`, OSError.

    Engines are loaded by the worker, for that may take minutes; with POOL=none there is neither. `engine` takes the
    place of those that the settings choose.
    """
    from engine.runner import EngineRunner  # these three are for servers: `make` starts without them
    from service.pool import LocalPool
    from service.worker import Worker

    chosen = engine or (choose_engine(settings) if settings.pool == "local" else None)
    admin_ids = settings.admin_ids if isinstance(settings, Settings) else ()
    exempt = frozenset(Entrance.TELEGRAM.owner(admin_id) for admin_id in admin_ids)
    service = await open_data(
        settings,
        limits=Limits(settings.jobs_per_person, settings.jobs_per_day, settings.queue_length, exempt),
        lifetimes=Lifetimes(settings.keep_photos_hours * 3600, settings.keep_results_days * 86_400),
    )
    try:
        await service.check_files()
        pool: Pool | None = None
        if chosen is not None:
            pool = LocalPool(EngineRunner(chosen))
        elif settings.pool == "ray":
            pool = _cluster_pool(settings, service)
    except (StorageError, EngineUnavailable):
        await service.close()
        raise
    if pool is None:
        return Parts(service)
    return Parts(service, Worker(service, pool, step_timeout_s=settings.step_timeout_s), pool)


def _cluster_pool(settings: ServerSettings, service: StickerService) -> Pool:
    """Return the pool of POOL=ray. Raises `EngineUnavailable` where Ray is not installed."""
    from service.cluster.pool import ClusterPool, Scale

    needs_no_gpu = settings.engine == "portrait" or settings.device == "cpu"
    gpus = settings.pool_gpus if settings.pool_gpus != "auto" else 0.0 if needs_no_gpu else None
    return ClusterPool(
        partial(choose_engine, engine_settings_only(settings)),
        queue_age_s=service.queue_age_s,
        address=settings.ray_address,
        gpus=gpus,
        scale=Scale(settings.pool_min, settings.pool_max, settings.pool_grow_s, settings.pool_shrink_minutes * 60),
    )


def engine_settings_only(settings: ServerSettings) -> EngineSettings:
    """Return what an engine on another machine is built from: no token, key or database is among it."""
    kept_back = {"hf_token", *DataSettings.model_fields}
    chosen = {name: getattr(settings, name) for name in EngineSettings.model_fields if name not in kept_back}
    chosen |= {"data_dir": settings.data_dir.absolute(), "weights_dir": settings.weights_folder.absolute()}
    return EngineSettings.model_construct(**chosen)
