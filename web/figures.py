"""Waiting times in months → the geometry of the bars that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.entries import Span

WIDTH = 341
_BESIDE, _LETTER, _TICK = 2, 15, 46


@dataclass(frozen=True, slots=True)
class Bar:
    """One span: its label's place, the hollow part (waiting) and the solid one (may apply)."""

    label: str
    x: float
    y: int
    text_y: int
    wait: float
    may: float

    @property
    def may_x(self) -> float:
        return self.x + self.wait


@dataclass(frozen=True, slots=True)
class Tick:
    """A month on the axis: where its line stands, and where its label does (None: no room for one)."""

    months: int
    x: float
    label_x: float | None
    anchor: str


@dataclass(frozen=True, slots=True)
class Figure:
    """``rule``: how far a tick's line runs down from five units above each bar."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: int
    axis: int
    rule: int


def figure_of(spans: Sequence[Span]) -> Figure | None:
    """Labels of two characters stand beside their bars; longer ones above them. None without spans."""
    if not spans:
        return None
    longest = max(len(span.label) for span in spans)
    is_beside = longest <= _BESIDE
    left, pitch = (longest * _LETTER + 14, 34) if is_beside else (0, 54)
    scale = (WIDTH - 6 - left) / max(span.until for span in spans)
    bars = tuple(_bar(span, left, row * pitch, scale, is_beside) for row, span in enumerate(spans))
    axis = len(spans) * pitch - (2 if is_beside else 8)
    months = sorted({0, *(m for span in spans for m in (span.apply_from, span.until) if m)})
    return Figure(bars, _ticks(months, left, scale), axis + 32, axis, 34 if is_beside else 24)


def _bar(span: Span, left: float, top: int, scale: float, is_beside: bool) -> Bar:
    waits = span.until if span.apply_from is None else span.apply_from
    y = top + 7 if is_beside else top + 26
    wait = round(waits * scale, 1)
    return Bar(
        span.label, left, y, top + 19 if is_beside else top + 17, wait, round(span.until * scale - wait, 1)
    )


def _ticks(months: Sequence[int], left: float, scale: float) -> tuple[Tick, ...]:
    """Labels from left to right, moved or left out where they would touch; the last one always stands."""
    ticks: list[Tick] = []
    free = 0.0
    for month in months:
        x = round(left + month * scale, 1)
        if month == months[-1]:
            ticks.append(Tick(month, x, WIDTH, "end"))
            continue
        half = 6 if month == 0 else _TICK / 2
        label_x = max(x, free + half)
        has_room = label_x - x <= half and label_x + half < WIDTH - _TICK - 6
        ticks.append(Tick(month, x, max(label_x, half - 2) if has_room else None, "middle"))
        free = label_x + half + 1 if has_room else free
    return tuple(ticks)
