"""An entry on credit → its answer, its basis, what else to ask."""

from __future__ import annotations

from dataclasses import replace

from domain import targets
from domain.clock import chinese_date
from domain.effects import Asked
from domain.entries import Citation, Policy, Standing
from domain.replies import Block, Choice, Paragraph, Reply, ReplyKind, Span, plain
from handlers.turn import Outcome, Turn, offered, said

RELATED = 3


def handle(turn: Turn) -> Outcome:
    """Answer the entry that was found; asked for policies in general, offer what is asked most."""
    if turn.target.kind != "policy":
        popular = turn.choices_of(turn.popular)
        return said(
            turn,
            ReplyKind.HELP,
            *offered(popular, turn.texts.paragraph("policy.popular")),
            turn.texts.paragraph("policy.browse"),
        )
    return _answer(turn)


def _answer(turn: Turn) -> Outcome:
    policy = turn.library.policies[turn.target.id]
    related = (*turn.choices_of(map(targets.policy, policy.related), RELATED), *_guide(turn, policy))
    blocks: tuple[Block, ...] = (
        plain(policy.answer_on(turn.today), may_cut=True),
        *(
            (plain(policy.detail, may_cut=True),)
            if policy.detail and not policy.is_expired(turn.today)
            else ()
        ),
        _basis(turn, policy),
        *offered(related, turn.texts.paragraph("policy.ask_more")),
        turn.texts.paragraph("policy.rate"),
    )
    target = targets.policy(policy.id)
    reply = Reply(ReplyKind.ANSWER, blocks, id=target, title=policy.title, confidence=turn.found.confidence)
    dialog = replace(turn.dialog, choices=related).about(target, turn.second)
    return Outcome(reply, dialog, (Asked(target),))


def _guide(turn: Turn, policy: Policy) -> tuple[Choice, ...]:
    if not policy.guide:
        return ()
    return (Choice(turn.texts.line("policy.guide"), targets.guide(policy.guide)),)


def _basis(turn: Turn, policy: Policy) -> Paragraph:
    lines = _citation_lines(turn, policy.basis[0])
    if len(policy.basis) > 1:
        lines.append(turn.texts.line("policy.more_basis", count=len(policy.basis)))
    if policy.caveat and policy.standing_on(turn.today) is Standing.IN_FORCE:
        lines.append(turn.texts.line("policy.caveat"))
    link = turn.texts.paragraph("policy.full_text", id=policy.id)
    return Paragraph((Span("\n".join(lines) + "\n"), *link.spans))


def _citation_lines(turn: Turn, citation: Citation) -> list[str]:
    document = turn.library.documents[citation.document]
    lines = [turn.texts.line("policy.basis", title=document.title)]
    if document.number and citation.article:
        lines.append(
            turn.texts.line("policy.number_article", number=document.number, article=citation.article)
        )
    elif document.number or citation.article:
        lines.append(document.number or citation.article)
    if document.in_force_on:
        lines.append(turn.texts.line("policy.in_force", date=chinese_date(document.in_force_on)))
    return lines
