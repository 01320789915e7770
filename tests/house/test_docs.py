"""What the docs list is what the code has."""

from __future__ import annotations

import re
import tomllib

import typer.main

from cli.main import app
from config.settings import ROOT
from domain.replies import ReplyKind


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> set[str]:
    """Every command as it is typed: ``ask``, ``menu show`` …"""
    root = typer.main.get_command(app)
    names = set()
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        names |= {f"{name} {sub}" for sub in inner} if inner else {name}
    return names


def test_every_command_is_in_the_docs_and_the_reverse() -> None:
    assert (
        set(re.findall(r"^\| `([a-z ]+)` \|", text_of("docs/commands.md").split("每一行")[0], re.M))
        == commands()
    )


def test_every_kind_of_reply_is_in_the_docs() -> None:
    for kind in ReplyKind:
        assert f"`{kind.value}`" in text_of("docs/commands.md")


def test_layers_in_the_docs_are_the_ones_enforced() -> None:
    contract = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]
    assert "run.py → " + " → ".join(contract["layers"]) in text_of("docs/architecture.md")


def test_folders_in_the_docs_exist() -> None:
    for folder in re.findall(r"^\| `([a-z]+)/`", text_of("docs/architecture.md"), re.M):
        assert (ROOT / folder).is_dir(), folder


def test_links_between_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(((?!https?:|say:|/p/)[^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_every_decision_has_a_number_of_its_own() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(each.name[:4]) for each in decisions] == list(range(1, len(decisions) + 1))
    for number, each in enumerate(decisions, start=1):
        assert each.read_text(encoding="utf-8").startswith(f"# ADR {number}: ")


def test_requirements_are_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in text_of(name).splitlines():
            if line and not line.startswith(("#", "-r")):
                assert "==" in line, line
