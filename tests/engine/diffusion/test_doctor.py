"""`stickerface doctor` with the diffusion engine: it looks at every file and draws a trial, not a sticker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from cli.doctor.drawing import check_engine
from cli.doctor.findings import Level
from cli.settings import Settings
from engine.diffusion.device import onnx_on_cpu_hint
from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.tiny.face_to_sticker import build_paths


def test_a_gpu_whose_faces_run_on_the_cpu_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.diffusion.device.has_cuda", lambda: True)
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    assert "pip install '.[gpu]'" in onnx_on_cpu_hint()
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CUDAExecutionProvider"])
    assert onnx_on_cpu_hint() == ""


def test_the_doctor_draws_two_steps_at_256_px(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = FaceToSticker(build_paths(tmp_path))
    drawn: list[torch.Size] = []
    asked: list[bool] = []

    class Watched(DiffusionEngine):
        def load(self) -> None:
            super().load()
            unet = self.loaded(model.name).networks.unet
            unet.register_forward_pre_hook(lambda module, given: drawn.append(given[0].shape))

    def choose(settings: Any, *, warms_up: bool) -> DiffusionEngine:
        asked.append(warms_up)
        return Watched([model], device="cpu")

    monkeypatch.setattr("cli.doctor.drawing.choose_engine", choose)
    finding = check_engine(Settings(telegram_bot_token="1:x"))  # type: ignore[arg-type]
    assert finding.level is Level.WELL, finding.text
    assert "2 steps at 256 px" in finding.text
    assert drawn == [torch.Size([2, 4, 32, 32])] * 2
    assert asked == [False]
