"""``run.py ask`` and ``run.py chat``: talk to the assistant without a server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track

from bot.service import Assistant
from cli.common import assistant_for, clean_exit, console, errors, quiet_settings
from config.settings import Settings
from domain.complaints.draft import Draft
from domain.dialog import Dialog
from domain.effects import DraftDropped, DraftKept, Effect, Filed
from domain.ids import lot_of
from domain.messages import Incoming, Text
from domain.replies import Reply
from handlers import router
from handlers.router import Surroundings


@dataclass(slots=True)
class Conversation:
    """A resident at the terminal: nothing is stored, everything else is as on the phone.

    ``has_filed``: a complaint was confirmed, which here goes nowhere.
    """

    assistant: Assistant
    dialog: Dialog = field(default_factory=Dialog)
    draft: Draft | None = None
    has_filed: bool = False
    count: int = 0

    def say(self, text: str) -> Reply:
        """What a resident who says ``text`` now gets."""
        self.count += 1
        now = self.assistant.clock.now()
        incoming = Incoming(f"{self.count}:{text}", "terminal", "terminal", int(now.timestamp()), Text(text))
        content = self.assistant.content
        around = Surroundings(now, content.popular, "terminal", lot_of(b"terminal", incoming.key), self.draft)
        turn = router.read(incoming, self.dialog, content.desk, around)
        assert turn is not None, "a text is always a turn"
        outcome = router.reply(turn, self.assistant.pipeline.handlers)
        assert outcome.reply is not None, "a text always gets a reply"
        self.dialog = outcome.dialog
        for effect in outcome.effects:
            self._keep(effect)
        return outcome.reply

    def _keep(self, effect: Effect) -> None:
        match effect:
            case DraftKept(draft):
                self.draft = draft
            case DraftDropped():
                self.draft = None
            case Filed():
                self.draft, self.has_filed = None, True


def ask(
    question: Annotated[str, typer.Argument(help="一句问话")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="按 JSON 输出")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="说明怎么听懂的、为什么这样答")] = False,
    batch: Annotated[Path | None, typer.Option(help="一行一个 {“q”: 问话} 的文件", exists=True)] = None,
    output: Annotated[Path | None, typer.Option(help="批量时写到哪个文件")] = None,
) -> None:
    """问一句，看居民会得到什么回答。也可以用 --batch 一次问很多句。"""
    if bool(question) == bool(batch):
        raise typer.BadParameter("写一句问话，或者用 --batch 给一个文件，两样选一样。")
    if batch and not output:
        raise typer.BadParameter("用 --batch 时，请用 --output 说写到哪里。")
    with clean_exit():
        settings = quiet_settings()
        if batch and output:
            asyncio.run(_ask_batch(settings, _read_questions(batch), output))
        else:
            asyncio.run(_ask_one(settings, question, as_json, explain))


def chat() -> None:
    """在终端里和助手对话，选项可以回数字。空行或 Ctrl-D 结束。"""
    with clean_exit():
        asyncio.run(_chat(quiet_settings()))


async def _ask_one(settings: Settings, question: str, as_json: bool, explain: bool) -> None:
    async with assistant_for(settings) as assistant:
        reply = Conversation(assistant).say(question)
        if as_json:
            console.print_json(json.dumps(as_row(question, reply), ensure_ascii=False))
        else:
            console.print(reply.text, markup=False, highlight=False, soft_wrap=True)
        if explain:
            _explain(assistant, question)


def _read_questions(batch: Path) -> list[str]:
    lines = batch.read_text(encoding="utf-8").splitlines()
    try:
        return [str(json.loads(line)["q"]) for line in lines if line.strip()]
    except (ValueError, KeyError, TypeError):
        raise typer.BadParameter('--batch 的文件每行应是 {"q": "问话"}') from None


async def _ask_batch(settings: Settings, questions: list[str], output: Path) -> None:
    async with assistant_for(settings) as assistant:
        rows = (
            json.dumps(as_row(question, Conversation(assistant).say(question)), ensure_ascii=False)
            for question in track(questions, description="正在问", console=errors)
        )
        await asyncio.to_thread(output.write_text, "\n".join(rows) + "\n", encoding="utf-8")


async def _chat(settings: Settings) -> None:
    async with assistant_for(settings) as assistant:
        conversation = Conversation(assistant)
        console.print("直接打字就行，空行结束。", style="dim")
        while text := await asyncio.to_thread(_read_line):
            console.print(
                conversation.say(text).text, style="green", markup=False, highlight=False, soft_wrap=True
            )
            console.print()


def _read_line() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        return ""


def _explain(assistant: Assistant, question: str) -> None:
    index = assistant.content.desk.index
    match = index.match(question, explain=True)
    console.rule("怎么听懂的")
    console.print(f"整理后：{match.normalised}", markup=False)
    console.print("词：" + " ".join(f"{t.text}({t.role})" for t in match.tokens), markup=False)
    for candidate in match.candidates:
        numbers = " ".join(f"{name}={value:.2f}" for name, value in candidate.evidence.items())
        console.print(
            f"{candidate.confidence:.2f} {candidate.id} “{candidate.question}” {numbers}", markup=False
        )
    console.print(f"决定：{match.decision.value}（{match.reason}）", markup=False)
    console.print(
        f"门槛：{index.answer_threshold:.2f} 以上直接答，{index.clarify_threshold:.2f} 以上反问", markup=False
    )


def as_row(question: str, reply: Reply) -> dict[str, Any]:
    """A reply as the line that ``ask --json`` and ``ask --batch`` write."""
    _, _, ident = reply.id.partition(":")
    return {
        "q": question,
        "kind": reply.kind.value,
        "id": ident,
        "title": reply.title,
        "confidence": round(reply.confidence, 4),
        "text": reply.text,
        "choices": [choice.label for choice in reply.choices],
    }
