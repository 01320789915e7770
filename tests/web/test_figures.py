"""The bars of waiting times."""

from __future__ import annotations

from itertools import pairwise

import pytest

from domain.entries import Span
from services.desk import Desk
from web.figures import WIDTH, figure_of

THREE = (Span("轻微", 0, 3), Span("一般", 3, 12), Span("严重", 12, 36))


def test_no_spans_make_no_figure() -> None:
    assert figure_of(()) is None


def test_the_three_tiers_are_drawn_as_in_the_look() -> None:
    figure = figure_of(THREE)
    assert figure
    assert [bar.wait > 0 for bar in figure.bars] == [False, True, True]
    assert [tick.months for tick in figure.ticks] == [0, 3, 12, 36]
    assert all(tick.label_x is not None for tick in figure.ticks)
    ends = [bar.may_x + bar.may for bar in figure.bars]
    assert ends == sorted(ends)
    assert ends[-1] <= WIDTH


def test_no_early_way_out_is_a_hollow_bar_to_the_end() -> None:
    figure = figure_of((Span("严重", None, 36),))
    assert figure
    assert figure.bars[0].may == 0


def test_labels_never_touch_nor_leave_the_drawing(desk: Desk) -> None:
    for policy in desk.library.policies.values():
        figure = figure_of(policy.spans)
        if figure is None:
            continue
        shown = [tick for tick in figure.ticks if tick.label_x is not None]
        places = [tick.label_x for tick in shown if tick.label_x is not None]
        assert places == sorted(places), policy.id
        assert all(b - a > 18 for a, b in pairwise(places)), policy.id
        assert places[-1] == pytest.approx(WIDTH)
