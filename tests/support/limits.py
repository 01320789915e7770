"""The limits as they are shipped."""

from __future__ import annotations

from config.settings import ROOT
from domain.complaints.limits import Limits
from knowledge.limits import read_limits


def shipped() -> Limits:
    """What config/limits.yaml says."""
    read = read_limits(ROOT / "config" / "limits.yaml")
    assert isinstance(read, Limits), read
    return read


EVIDENCE = shipped().evidence
