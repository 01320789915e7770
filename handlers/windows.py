"""The city's windows → lines that name them, telling only what is known."""

from __future__ import annotations

from domain.entries import Window
from domain.replies import Paragraph, plain
from handlers.turn import Turn


def window_lines(turn: Turn) -> Paragraph:
    """Every window with its address, phone and hours as far as known; else where to ask for them."""
    known = [window for window in turn.library.city.windows if window.address or window.phone]
    if not known:
        return turn.texts.paragraph("windows.unknown", city=turn.library.city.name)
    return plain("\n".join(_line(window) for window in known))


def _line(window: Window) -> str:
    return " ".join(filter(None, (window.name, window.address, window.phone, window.hours)))
