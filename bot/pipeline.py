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
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

import structlog
from pydantic import TypeAdapter

from bot.render import Outbound, Renderer
from domain.clock import Clock
from domain.dialog import Dialog
from domain.ids import blind_name
from domain.messages import Incoming, Notice, Text, Unsubscribed
from domain.replies import Reply, ReplyKind
from handlers import router
from handlers.turn import Handler, Outcome
from services.desk import Content
from services.phrases import bare_of
from storage.conversations import Conversations, TurnRecord

log = structlog.get_logger()

# The platform cuts a connection after 5 s and delivers again, three times in all. The first two
# deliveries may therefore be held until they are cut; the third has to be answered in time.
DELIVERIES = 3
ANSWER_WITHIN_S = 4.5
HOLD_S = 5.5

_OUTBOUND = TypeAdapter(Outbound)


@dataclass(slots=True)
class _Flight:
    """Work on one message: the task, how often the message came, whether its resident was put off."""

    task: asyncio.Task[Outbound]
    deliveries: int = 0
    is_late: bool = False


@dataclass(slots=True)
class Pipeline:
    """The way of a message. One per process; holds what is in flight and nothing else."""

    content: Content
    conversations: Conversations
    handlers: Mapping[str, Handler]
    renderer: Renderer
    clock: Clock
    naming_key: bytes
    answer_within_s: float = ANSWER_WITHIN_S
    hold_s: float = HOLD_S
    _flights: dict[str, _Flight] = field(default_factory=dict)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def answer(self, incoming: Incoming) -> Outbound:
        """The answer to a delivery. The work outlives the connection: a cut one loses nothing."""
        if isinstance(incoming.content, Notice | Unsubscribed):
            return Outbound("none", int(self.clock.now().timestamp()))
        flight = self._flights.get(incoming.key) or self._take_off(incoming)
        flight.deliveries += 1
        is_last = flight.deliveries >= DELIVERIES
        await asyncio.wait({flight.task}, timeout=self.answer_within_s if is_last else self.hold_s)
        if not flight.task.done():
            flight.is_late |= is_last
            log.warning("answer_late", deliveries=flight.deliveries)
            return self._notice("more.late")
        if flight.task.exception():
            return self._without_storage(incoming)
        return flight.task.result()

    async def drain(self) -> None:
        """Wait for everything in flight; called when the process is asked to stop."""
        tasks = {flight.task for flight in self._flights.values()}
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
        key = blind_name(self.naming_key, incoming.key)
        async with self._lock(resident):
            before = await self.conversations.load(key, resident)
            if before.reply is not None:
                return _OUTBOUND.validate_json(before.reply)
            outcome, message = self._work_out(incoming, before.dialog)
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

    def _work_out(self, incoming: Incoming, dialog: Dialog) -> tuple[Outcome, Outbound]:
        now = self.clock.now()
        content = self.content
        outcome = router.answer(
            incoming, dialog, content.desk, handlers=self.handlers, now=now, popular=content.popular
        )
        more = content.desk.texts.paragraph("more.hint")
        message, rest = self.renderer.render(outcome.reply, more, int(now.timestamp()))
        return (replace(outcome, dialog=replace(outcome.dialog, rest=rest)) if rest else outcome), message

    def _without_storage(self, incoming: Incoming) -> Outbound:
        """Nothing could be stored. Whoever is in danger is answered all the same; others are asked to try again."""
        desk = self.content.desk
        text = incoming.content.text if isinstance(incoming.content, Text) else ""
        if not desk.phrases.emergency(bare_of(text)):
            return self._notice("more.failed")
        return self._work_out(incoming, Dialog())[1]

    def _notice(self, key: str) -> Outbound:
        """Something said outside any turn."""
        texts = self.content.desk.texts
        reply = Reply(ReplyKind.HELP, texts.paragraphs(key))
        return self.renderer.render(reply, texts.paragraph("more.hint"), int(self.clock.now().timestamp()))[0]

    def _lock(self, resident: str) -> asyncio.Lock:
        """One resident's turns come one after the other."""
        lock = self._locks.get(resident)
        if lock is None:
            lock = self._locks[resident] = asyncio.Lock()
        return lock
