"""config/limits.yaml → the limits of complaints, checked strictly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from domain.complaints.clock import OfficeHours
from domain.complaints.limits import DAYS, KEPT_NAMES, RULE_NAMES, YEARS, Limit, Limits
from domain.complaints.terms import Stage
from domain.errors import Problem
from domain.evidence import EvidenceLimits
from knowledge.files import FileUnreadable, read_yaml
from knowledge.schema import build

NO_LIMITS = Limits("", {}, {}, OfficeHours((), time.max), EvidenceLimits(0, 0, 0, 0, 0, 0, 0))


@dataclass(frozen=True, slots=True)
class _Written:
    """The file as it is written."""

    version: str
    office: OfficeHours
    stages: dict[str, Limit]
    rules: dict[str, Limit]
    kept: dict[str, Limit]
    evidence: EvidenceLimits


def read_limits(path: Path) -> Limits | list[Problem]:
    """Read ``path``; everything wrong with it is listed at once."""
    if not path.exists():
        return [Problem(path.name, "", "缺这个文件：投诉每一步多长时间写在里面")]
    try:
        values = read_yaml(path, path.name)
    except FileUnreadable as error:
        return [error.problem]
    built = build(_Written, values, path.name)
    if not isinstance(built, _Written):
        return built
    return list(_faults(built, path.name)) or _limits(built)


def _faults(written: _Written, file: str) -> Iterator[Problem]:
    stages = {stage.value for stage in Stage}
    groups = (
        ("stages", written.stages, stages),
        ("rules", written.rules, RULE_NAMES),
        ("kept", written.kept, KEPT_NAMES),
    )
    for group, given, known in groups:
        for name in sorted(known - given.keys()):
            yield Problem(file, f"{group}.{name}", "缺这一项")
        for name in sorted(given.keys() - known):
            yield Problem(file, f"{group}.{name}", "没有这一项")
        for name, limit in given.items():
            if limit.value < 1:
                yield Problem(file, f"{group}.{name}.value", "应是 1 以上的整数")
            if not limit.source.strip():
                yield Problem(file, f"{group}.{name}.source", "写清从哪里来")
    for name, limit in written.kept.items():
        if limit.unit not in {DAYS, YEARS}:
            yield Problem(file, f"kept.{name}.unit", f"只能是“{DAYS}”或“{YEARS}”")
    yield from _office_faults(written.office, file)
    for name in EvidenceLimits.__dataclass_fields__:
        if getattr(written.evidence, name) < 1:
            yield Problem(file, f"evidence.{name}", "应是 1 以上的整数")


def _office_faults(office: OfficeHours, file: str) -> Iterator[Problem]:
    before = time.min
    if not office.duty:
        yield Problem(file, "office.duty", "至少写一段上班时间")
    for span in office.duty:
        if not before <= span.begins < span.ends:
            yield Problem(file, "office.duty", "每段从早到晚，一段接一段，不重叠")
        before = span.ends


def _limits(written: _Written) -> Limits:
    days: dict[Stage, Limit] = {Stage.of(name): limit for name, limit in written.stages.items()}
    return Limits(written.version, days, written.rules, written.office, written.evidence, written.kept)
