"""One message, however often it is delivered → one processing, one stored answer.

| stage  | from → to                      | here             |
|--------|--------------------------------|------------------|
| claim  | key → work in flight, or new   | ``answer``       |
| load   | resident → dialog, old reply   | ``_process``     |
| match, handle | text + dialog → outcome | ``router.answer``|
| render | reply → what WeChat takes now  | ``Renderer``     |
| commit | reply, dialog, effects         | ``Conversations``|
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog
from pydantic import TypeAdapter

from bot.late import LateAnswers
from bot.render import Outbound, Renderer
from domain.allowance import touch_of
from domain.clock import Clock
from domain.dialog import Dialog
from domain.errors import AlreadyFiled, CaseChanged, DraftChanged
from domain.ids import blind_name, lot_of
from domain.messages import Incoming, Notice, Text
from domain.replies import Reply, ReplyKind
from handlers import router
from handlers.router import SILENT, Surroundings
from handlers.turn import Handler, Outcome
from matching import Match
from services.desk import Content
from services.interview import caught_up
from services.matches import Matches, Question, Thought
from services.phrases import bare_of
from services.reachability import reach_effects
from storage.batching import Batcher
from storage.complaints import Complaints
from storage.conversations import Before, Conversations, TurnRecord

log = structlog.get_logger()

# The platform cuts a connection after 5 s and delivers again, three times in all. The first two
# deliveries may therefore be held until they are cut; the third has to be answered in time.
DELIVERIES = 3
ANSWER_WITHIN_S = 4.5
HOLD_S = 5.5
TYPING_AFTER_S = 2.0
TRIES = 2  # again, when somebody else changed what a turn rests on, before its last try

_OUTBOUND = TypeAdapter(Outbound)
T = TypeVar("T")


@dataclass(slots=True)
class _Flight:
    """Work on one message: the task, how often the message came, whether its resident was put off.

    ``typing``: whether a 客服 message can follow; ``is_promised``: then one does, in the place of an answer.
    """

    task: asyncio.Task[Outbound]
    deliveries: int = 0
    is_late: bool = False
    typing: asyncio.Task[bool] | None = None
    is_promised: bool = False
    reply: Reply | None = None

    @property
    def may_follow(self) -> bool:
        """Whether the platform has told by now that it takes a message later."""
        return bool(self.typing and self.typing.done() and self.typing.result())


async def _look_up(wanted: Sequence[tuple[Matches, Question]]) -> list[Match]:
    """Questions that came together, each to the index of its own desk: a reload may come between two."""
    found: dict[tuple[Matches, Question], Match] = {}
    for matches in {matches for matches, _ in wanted}:
        questions = [question for of, question in wanted if of is matches]
        answers = matches.ask_all(questions)
        found |= {(matches, q): match for q, match in zip(questions, answers, strict=True)}
    return [found[item] for item in wanted]


@dataclass(slots=True)
class Pipeline:
    """The way of a message. One per process; holds what is in flight and nothing else."""

    content: Content
    conversations: Conversations
    complaints: Complaints
    handlers: Mapping[str, Handler]
    renderer: Renderer
    clock: Clock
    naming_key: bytes
    late: LateAnswers | None = None
    answer_within_s: float = ANSWER_WITHIN_S
    hold_s: float = HOLD_S
    typing_after_s: float = TYPING_AFTER_S
    _lookups: Batcher[tuple[Matches, Question], Match] = field(default_factory=lambda: Batcher(_look_up))
    _flights: dict[str, _Flight] = field(default_factory=dict)
    _typing: set[asyncio.Task[bool]] = field(default_factory=set)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def answer(self, incoming: Incoming) -> Outbound:
        """The answer to a delivery. The work outlives the connection: a cut one loses nothing."""
        if isinstance(incoming.content, Notice):
            return self._nothing()
        flight = self._flights.get(incoming.key) or self._take_off(incoming)
        flight.deliveries += 1
        is_last = flight.deliveries >= DELIVERIES
        await self._wait(flight, incoming, self.answer_within_s if is_last else self.hold_s)
        if not flight.task.done():
            log.warning("answer_late", deliveries=flight.deliveries)
            return self._put_off(flight, incoming, is_last=is_last)
        if flight.task.exception():
            return self._without_storage(incoming)
        return flight.task.result()

    async def _wait(self, flight: _Flight, incoming: Incoming, seconds: float) -> None:
        """Wait for the work; who has to wait long sees that somebody is typing."""
        if self.late and flight.typing is None and touch_of(incoming.content):
            await asyncio.wait({flight.task}, timeout=min(self.typing_after_s, seconds))
            seconds -= self.typing_after_s
            if flight.task.done():
                return
            flight.typing = asyncio.create_task(self.late.show_typing(incoming.sender))
            self._typing.add(flight.typing)
            flight.typing.add_done_callback(self._typing.discard)
        await asyncio.wait({flight.task}, timeout=max(0.0, seconds))

    def _put_off(self, flight: _Flight, incoming: Incoming, *, is_last: bool) -> Outbound:
        """What the platform is told in the place of an answer: nothing, where the answer follows by itself."""
        if isinstance(incoming.content, SILENT):
            return self._nothing()
        if is_last and flight.may_follow:
            flight.is_promised = True
            return self._nothing()
        flight.is_late |= is_last
        return self._notice("more.late")

    async def drain(self) -> None:
        """Wait for everything in flight; called when the process is asked to stop."""
        tasks = {flight.task for flight in self._flights.values()} | self._typing
        if tasks:
            await asyncio.wait(tasks, timeout=10)

    def _take_off(self, incoming: Incoming) -> _Flight:
        flight = _Flight(asyncio.create_task(self._process(incoming)))
        self._flights[incoming.key] = flight
        flight.task.add_done_callback(lambda task: self._land(incoming.key, task))
        return flight

    def _land(self, key: str, task: asyncio.Task[Outbound]) -> None:
        self._flights.pop(key, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("answer_failed", reason=type(error).__name__)

    async def _process(self, incoming: Incoming) -> Outbound:
        resident = blind_name(self.naming_key, incoming.sender)
        async with self._lock(resident):
            try:
                message = await self._take_turns(incoming, resident)
            except Exception:
                await self._keep_promise(incoming, resident, self._without_storage(incoming))
                raise
            await self._keep_promise(incoming, resident, message)
            return message

    async def _take_turns(self, incoming: Incoming, resident: str) -> Outbound:
        for _ in range(TRIES):
            try:
                return await self._take_turn(incoming, resident)
            except (CaseChanged, DraftChanged, AlreadyFiled) as change:
                log.info("turn_taken_again", reason=type(change).__name__)
        return await self._take_turn(incoming, resident)

    async def _keep_promise(self, incoming: Incoming, resident: str, message: Outbound) -> None:
        """Send the answer after the resident, if that was promised; what cannot be sent waits for a 1 after all."""
        flight = self._flights.get(incoming.key)
        if self.late is None or flight is None or not flight.is_promised:
            return
        if not await self.late.bring(incoming.sender, resident, message) and flight.reply:
            dialog = (await self.conversations.load("", resident)).dialog
            await self.conversations.amend_dialog(
                resident, replace(dialog, waiting=flight.reply), self.clock.now()
            )

    async def _take_turn(self, incoming: Incoming, resident: str) -> Outbound:
        """Load, work out, commit. Raises when what the turn rests on was changed by somebody else meanwhile."""
        key = blind_name(self.naming_key, incoming.key)
        before = await self.conversations.load(key, resident)
        if before.reply is not None:
            return _OUTBOUND.validate_json(before.reply)
        outcome, message = await self._work_out(incoming, before, resident)
        if flight := self._flights.get(incoming.key):
            flight.reply = outcome.reply
        text = _OUTBOUND.dump_json(message, exclude_defaults=True).decode()
        dialog = self._kept_if_late(incoming.key, outcome)
        record = TurnRecord(key, resident, text, dialog, outcome.effects, self.clock.now())
        stored = await self.conversations.commit(record)
        if dialog.waiting is None and (late := self._kept_if_late(incoming.key, outcome)).waiting:
            await self.conversations.amend_dialog(resident, late, self.clock.now())
        return message if stored == text else _OUTBOUND.validate_json(stored)

    def _kept_if_late(self, key: str, outcome: Outcome) -> Dialog:
        """The dialog after the turn; when the resident was put off, the answer waits in it."""
        flight = self._flights.get(key)
        if flight and flight.is_late and outcome.reply:
            return replace(outcome.dialog, waiting=outcome.reply)
        return outcome.dialog

    async def _work_out(self, incoming: Incoming, before: Before, resident: str) -> tuple[Outcome, Outbound]:
        around = Surroundings(
            self.clock.now(),
            self.content.popular,
            resident,
            lot_of(self.naming_key, incoming.key),
            before.draft,
            before.news,
        )
        desk = self.content.desk
        dialog = caught_up(before.dialog, before.draft, desk.library)
        turn = await self._thought(router.reading(incoming, dialog, desk, around), desk.matches)
        if turn and router.needs_cases(turn):
            turn = replace(turn, cases=tuple(await self.complaints.of_resident(resident)))
        outcome = router.reply(turn, self.handlers) if turn else Outcome(None, dialog)
        noted = reach_effects(incoming.content, self.content.desk.library.city.pushes.notice)
        outcome = replace(outcome, effects=(*outcome.effects, *noted))
        return self._rendered(outcome, incoming.sender)

    async def _thought(self, thought: Thought[T], matches: Matches) -> T:
        """Think to the end; what has to be looked up is looked up together with what other turns ask."""
        try:
            question = next(thought)
            while True:
                match = matches.known(question) or await self._lookups((matches, question))
                question = thought.send(match)
        except StopIteration as done:
            result: T = done.value
            return result

    def _rendered(self, outcome: Outcome, sender: str) -> tuple[Outcome, Outbound]:
        more = self.content.desk.texts.paragraph("more.hint")
        now_s = int(self.clock.now().timestamp())
        message, rest = self.renderer.render(outcome.reply, more, now_s, sender)
        return (replace(outcome, dialog=replace(outcome.dialog, rest=rest)) if rest else outcome), message

    def _without_storage(self, incoming: Incoming) -> Outbound:
        """Nothing could be stored. Whoever is in danger is answered all the same; others are asked to try again."""
        if isinstance(incoming.content, SILENT):
            return self._nothing()
        desk = self.content.desk
        text = incoming.content.text if isinstance(incoming.content, Text) else ""
        if not desk.phrases.emergency(bare_of(text)):
            return self._notice("more.failed")
        turn = router.read(incoming, Dialog(), desk, Surroundings(self.clock.now()))
        return (
            self._rendered(router.reply(turn, self.handlers), incoming.sender)[1]
            if turn
            else self._notice("more.failed")
        )

    def _nothing(self) -> Outbound:
        return Outbound("none", int(self.clock.now().timestamp()))

    def _notice(self, key: str) -> Outbound:
        """Something said outside any turn."""
        texts = self.content.desk.texts
        reply = Reply(ReplyKind.HELP, texts.paragraphs(key))
        return self._rendered(Outcome(reply, Dialog()), "")[1]

    def _lock(self, resident: str) -> asyncio.Lock:
        """One resident's turns come one after the other."""
        lock = self._locks.get(resident)
        if lock is None:
            lock = self._locks[resident] = asyncio.Lock()
        return lock
