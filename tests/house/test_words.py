"""Sentences live in their places: no Chinese in the code layers, every text used, every key known."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from config.settings import ROOT
from domain.complaints.news import PICTURE_MISSING, TOLD_ACTIONS, TOLD_STATES
from domain.complaints.terms import State
from domain.complaints.transitions import TRANSITIONS
from domain.platform_codes import PlatformCode
from knowledge.texts import slots_of
from services.desk import Desk
from services.interview import CHOICES
from services.progress import ACTS, LEVELS
from storage.outbox import NOBODY, UNDELIVERED, UNSURE

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODE_LAYERS = ("handlers", "services", "storage", "bot", "web", "config", "matching")
# Errors that an operator or an editor reads name the remedy where they are raised.
OPERATOR_SENTENCES = {"services/desk.py", "config/settings.py", "config/secrets.py", "bot/menu.py"}
# Texts whose names come from the vocabulary: one for each member, no more.
RESIDENTS_ACTS = {action.value for action, _ in ACTS}
STATES = {state.value for state in State}
FAMILIES = {
    "filing_ask": {"kind", "domain"},
    "filing_choice": {value.replace("=", "_") for values in CHOICES.values() for value in values},
    "filing_unfit": {"video", "file", "link"},
    "case_do": RESIDENTS_ACTS,
    "case_did": RESIDENTS_ACTS,
    "case_cannot": RESIDENTS_ACTS,
    "case_satisfied": set(LEVELS),
    "status": STATES,
    "status_short": STATES,
    "timeline": {row.action.value for row in TRANSITIONS if row.is_public},
    "push": {UNSURE, UNDELIVERED, NOBODY},
    "news": {
        "lead",
        "look",
        PICTURE_MISSING,
        *(state.value for state in TOLD_STATES),
        *(a.value for a in TOLD_ACTIONS),
    },
}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def literals(tree: ast.AST) -> list[ast.Constant]:
    """String literals that are no docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


@pytest.mark.parametrize("path", modules(*CODE_LAYERS), ids=name_of)
def test_no_sentence_stands_in_the_code(path: Path) -> None:
    if name_of(path) in OPERATOR_SENTENCES or name_of(path).startswith("matching/"):
        return
    words = [
        c.value
        for c in literals(ast.parse(path.read_text(encoding="utf-8")))
        if len(CHINESE.findall(c.value)) > 4
    ]
    assert not words


def used_keys() -> set[str]:
    keys = set()
    for path in modules("handlers", "bot", "services", "cli", "web"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(r"[a-z_]+\.(?!html|css|js)[a-z_]+", text):
                keys.add(text)
    return keys | {f"platform.{code.name.lower()}" for code in PlatformCode}


def test_every_text_that_is_used_exists_and_every_text_is_used(desk: Desk) -> None:
    texts = set(desk.library.texts)
    files = {key.partition(".")[0] for key in texts}
    used = {key for key in used_keys() if key.partition(".")[0] in files}
    used |= {f"{family}.{name}" for family, names in FAMILIES.items() for name in names}
    assert used - texts == set(), "used, but written nowhere"
    assert texts - used == set(), "written, but used nowhere"


def test_links_in_texts_lead_somewhere(desk: Desk) -> None:
    templates = [*desk.library.texts.values(), *(intent.reply for intent in desk.library.intents.values())]
    for template in templates:
        for target in re.findall(r"\]\(([^)]+)\)", template):
            assert target.startswith(("say:", "/p/", "my:/p/")), template


def test_what_a_link_says_is_understood(desk: Desk) -> None:
    """A click is a sentence: the assistant must know its own sentences."""
    from domain.dialog import Dialog
    from services.understanding import understand

    templates = [*desk.library.texts.values(), *(intent.reply for intent in desk.library.intents.values())]
    says = {say for template in templates for say in re.findall(r"\]\(say:([^){]+)\)", template)}
    says -= {word for words in desk.library.answers.values() for word in words} | {
        "改3"
    }  # in an interview only
    says |= {child.say for button in desk.library.menu for child in button.children if child.say}
    slotted = {say for say in says if slots_of(say)}
    assert slotted <= {"{title}"}, "the only words put into a link are a guide's title"
    says |= {guide.title for guide in desk.library.guides.values()}
    for say in says - slotted - {"1"}:
        target = understand(say, Dialog(), desk, 0).target
        assert target not in {"intent:fallback", "intent:clarify"}, say


def test_slots_of_fixed_replies_are_known(desk: Desk) -> None:
    for intent in desk.library.intents.values():
        assert slots_of(intent.reply) <= {"city", "assistant"}, intent.id


def test_residents_are_spoken_to_politely(desk: Desk) -> None:
    templates = [*desk.library.texts.values(), *(intent.reply for intent in desk.library.intents.values())]
    for template in templates:
        assert "你" not in template.replace("你好", ""), template
        assert not re.search("[！!]|亲|哦|请知悉|抱歉|很高兴", template), template


def test_examples_we_show_are_understood(desk: Desk) -> None:
    """The README's questions and the simulator's try-buttons are the first thing a newcomer says."""
    from domain.dialog import Dialog
    from services.understanding import understand

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"run\.py ask (\S+)", readme) + re.findall(
        r"：(罚款记录咋消|老赖能不能坐高铁|征信花了咋整)", readme
    )
    page = (ROOT / "web/templates/simulator_tries.html").read_text(encoding="utf-8")
    tries = [
        word for word in re.findall(r'"([^"<>{}]+)"', page) if CHINESE.search(word) and "天气" not in word
    ]
    assert len(shown) >= 3
    assert len(tries) >= 5
    for words in [*shown, *tries]:
        assert understand(words, Dialog(), desk, 0).target not in {"intent:fallback", "intent:clarify"}, words
