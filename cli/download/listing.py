"""What the command and the doctor say about weights."""

from __future__ import annotations

from collections.abc import Iterable

from engine.weights import RoleReport, WeightsReport
from engine.weights_lock import FileState

_WORDS = {
    FileState.READY: "here",
    FileState.MISSING: "not here",
    FileState.PARTIAL: "half here",
    FileState.DAMAGED: "damaged",
    FileState.UNRECORDED: "here, unchecked",
}


def in_gb(size: int) -> str:
    """Return a size in bytes as people read it."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def sentence(report: WeightsReport) -> str:
    """Return one line: complete, or what is not and how to get it."""
    if report.is_complete:
        return f"{report.model}: all weights are here"
    parts = ", ".join(f"{each.role.name} ({_WORDS[each.state]})" for each in report.unusable)
    own = [each for each in report.unusable if each.source is None]
    if own:
        return f"{report.model}: {parts}; WEIGHTS_OVERRIDES names {own[0].path}, which is not there"
    size = in_gb(sum(each.missing_bytes for each in report.roles if not each.role.is_optional))
    return f"{report.model}: {parts}; stickerface download --model {report.model} brings them (about {size})"


def listing(reports: Iterable[WeightsReport]) -> list[str]:
    """Return the lines on every role: what it is, whether it is here; its sources, with their sizes and licences."""
    found = {each.role.name: each for report in reports for each in report.roles}
    return [line for each in found.values() for line in _lines(each)]


def _lines(report: RoleReport) -> list[str]:
    optional = ", optional" if report.role.is_optional else ""
    lines = [f"{report.role.name}: {report.role.what}{optional} ({_WORDS[report.state]})"]
    if not report.role.sources and not report.path.exists():
        lines.append("  - nobody has published it")
    elif report.source is None:
        lines.append(f"  * yours: {report.path}")
    for source in report.role.sources:
        mark = "*" if source == report.source else "-"
        unchecked = " (unchecked)" if source.evidence == "unchecked" else ""
        lines.append(f"  {mark} {source.label}, {in_gb(source.size)}, {source.kind}")
        lines.append(f"      {source.licence}{unchecked}; commercial use: {source.commercial}, {source.reason}")
    return lines
