"""Dialogues as residents have them, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.service import Assistant
from tests.support.replay import Replay, mismatch, read_transcript, write_transcript

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_dialogue_goes_as_written(
    path: Path, assistant: Assistant, request: pytest.FixtureRequest
) -> None:
    steps = read_transcript(path)
    stage = Replay(assistant)
    heard = [await stage.play(step.action) for step in steps]
    if request.config.getoption("--accept"):
        write_transcript(path, steps, heard)
        return
    faults = [
        f"{step.action}\n{fault}"
        for step, answer in zip(steps, heard, strict=True)
        if (fault := mismatch(step.expected, answer))
    ]
    assert not faults, "\n\n".join(faults)
