"""The city's windows → lines that name them, telling only what is known."""

from __future__ import annotations

from domain.city import Window
from domain.replies import Paragraph, plain
from handlers.turn import Turn


def window_lines(turn: Turn) -> Paragraph:
    """Every window with its address, phone and hours as far as known; else where to ask for them."""
    windows = turn.library.city.windows
    if not any(_is_known(window) for window in windows):
        return turn.texts.paragraph("windows.unknown", city=turn.library.city.name)
    return plain("\n".join(_line(turn, window) for window in windows))


def _is_known(window: Window) -> bool:
    return bool(window.address or window.phone)


def _line(turn: Turn, window: Window) -> str:
    if not _is_known(window):
        return turn.texts.line("windows.ask", name=window.name)
    return " ".join(filter(None, (window.name, window.address, window.phone, window.hours)))
