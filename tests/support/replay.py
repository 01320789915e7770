"""Golden transcripts: a dialogue in plain text, replayed through the whole pipeline.

``>`` the resident says · ``<`` an exact line of the answer · ``<~`` a regular expression for a line ·
``!`` news that a resident is to be told · ``@`` a stage direction (@clock +3d, @user b, @retry, @restart, @image,
@voice 听到的话, @location, @link, @event subscribe, @click 我要投诉, @long 5000, @staff wang 派单 unit=示例局) ·
``#`` a remark. ``pytest --accept`` rewrites the ``<`` and ``!`` lines.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.parse import parse_message
from bot.render import Outbound, to_xml
from bot.service import Assistant, open_assistant
from bot.xml import parse_fields
from domain.clock import ManualClock
from tests.support.office import StageOffice
from tests.support.platform import Platform, words_of

LONG = "说好的事一直拖着不办。"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass
class Step:
    """One thing that happens, and what is expected to be read after it."""

    action: str
    remarks: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)


def read_transcript(path: Path) -> list[Step]:
    steps: list[Step] = []
    remarks: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            remarks.append(line)
        elif line.startswith(("<", "!")):
            steps[-1].expected.append(line)
        else:
            steps.append(Step(line, remarks))
            remarks = []
    return steps


def write_transcript(path: Path, steps: list[Step], heard: list[list[str]]) -> None:
    lines: list[str] = []
    for step, answer in zip(steps, heard, strict=True):
        keeps_patterns = any(line.startswith("<~") for line in step.expected) and not mismatch(
            step.expected, answer
        )
        lines += [*step.remarks, step.action, *(step.expected if keeps_patterns else _as_expected(answer))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _as_expected(answer: list[str]) -> list[str]:
    return [line if line.startswith("! ") else f"< {line}".rstrip() for line in answer]


def mismatch(expected: list[str], answer: list[str]) -> str:
    """Empty when the answer is as expected, else what differs."""
    if len(expected) != len(answer):
        return f"expected {len(expected)} lines, heard {len(answer)}:\n" + "\n".join(_as_expected(answer))
    for want, got in zip(expected, answer, strict=True):
        exact = _as_expected([got])[0]
        fits = re.fullmatch(want[2:].strip(), got) if want.startswith("<~") else want == exact
        if not fits:
            return f"expected {want!r}\nheard    {'< ' + got!r}"
    return ""


class Replay:
    """A stage: residents, a clock, an assistant."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        assert isinstance(assistant.clock, ManualClock)
        self.clock = assistant.clock
        self.platform = Platform()
        self.sender = "o-resident-a"
        self.last = ""
        self.office = StageOffice()

    async def play(self, action: str) -> list[str]:
        """Carry out one line; returns the lines that the resident reads."""
        self.platform.now_s = int(self.clock.now().timestamp())
        if action.startswith(">"):
            return await self._deliver(self.platform.text(action[1:].strip(), self.sender))
        name, _, rest = action.removeprefix("@").partition(" ")
        return await self._direct(name, rest.strip())

    async def _direct(self, name: str, rest: str) -> list[str]:
        if name in self._stage:
            return await self._stage[name](rest)
        return await self._deliver(self._sent(name, rest))

    @property
    def _stage(self) -> dict[str, Callable[[str], Awaitable[list[str]]]]:
        """What happens around the conversation."""
        return {
            "clock": self._clock_goes_on,
            "user": self._enters,
            "restart": self._restart,
            "staff": lambda line: self.office.act(self.assistant, self.sender, line),
            "sweep": self._sweep,
            "retry": lambda _: self._deliver(self.last),
        }

    def _sent(self, name: str, rest: str) -> str:
        """What somebody sends without typing, as the platform delivers it."""
        match name:
            case "event":
                event, _, key = rest.partition(" ")
                return self.platform.event(event, key, self.sender)
            case "click":
                return self.platform.event("CLICK", rest, self.sender)
            case "long":
                return self.platform.text(LONG * int(rest), self.sender)
        fields = {
            "image": ("image", {"PicUrl": "http://x/y", "MediaId": "media1"}),
            "voice": ("voice", {"MediaId": "media2", "Format": "amr", "Recognition": rest}),
            "video": ("video", {"MediaId": "media3", "ThumbMediaId": "t"}),
            "location": (
                "location",
                {"Location_X": "39.6", "Location_Y": "106.8", "Scale": "16", "Label": rest},
            ),
            "link": ("link", {"Title": "t", "Description": "d", "Url": "https://example.org"}),
            "file": ("file", {"Title": "合同.pdf"}),
            "kind": (rest, {}),
        }
        kind, values = fields[name]
        return self.platform.message(self.sender, kind, msg_id=next(self.platform.ids), **values)

    async def _clock_goes_on(self, rest: str) -> list[str]:
        amount, unit = int(rest[1:-1]), rest[-1]
        self.clock.advance(timedelta(**{_UNITS[unit]: amount}))
        return []

    async def _enters(self, rest: str) -> list[str]:
        self.sender = f"o-resident-{rest}"
        return []

    async def _sweep(self, _rest: str) -> list[str]:
        await self.assistant.casework.sweep()
        return await self.office.news(self.assistant)

    async def _restart(self, _rest: str) -> list[str]:
        """Another process on the same database."""
        before = self.assistant
        self.assistant = await open_assistant(before.settings, before.clock, before.content)
        await before.close()
        return []

    async def _deliver(self, xml: str) -> list[str]:
        self.last = xml
        incoming = parse_message(parse_fields(xml.encode()))
        message = await self.assistant.pipeline.answer(incoming)
        assert len(to_xml(message, incoming)) > 0
        return lines_of(message)


def lines_of(message: Outbound) -> list[str]:
    """What a message shows, line by line."""
    if message.type == "news":
        return [f"[图文] {message.title}", message.description, message.url]
    if message.type == "none":
        return ["(success)"]
    if message.type == "transfer_customer_service":
        return ["(转人工)"]
    return words_of(message.content).split("\n")
