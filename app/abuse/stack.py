"""The phases in their order, and what they say together."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session

from app.abuse.attempt import Attempt, Finding, Phase, Ruling
from app.abuse.phases import (
    bayes,
    duplicates,
    external,
    flood,
    honeypot,
    links,
    mixed_scripts,
    policy,
    proof_of_work,
    render_token,
    reputation,
    sanctions,
    shouting,
    words,
)

# RULES.md, phases 3 to 10, 12 and 13: the cheapest first
CHECKS: tuple[Phase, ...] = (
    render_token.examine,
    honeypot.examine,
    proof_of_work.examine,
    duplicates.examine,
    words.examine,
    links.examine,
    mixed_scripts.examine,
    shouting.examine,
    reputation.examine,
    bayes.examine,
)
PHASES: tuple[Phase, ...] = (*CHECKS, external.examine, *policy.RULES, sanctions.examine, flood.examine)
# what applies to letters; of a tip nothing may be remembered
LETTER_PHASES = CHECKS
TIP_PHASES: tuple[Phase, ...] = tuple(phase for phase in LETTER_PHASES if phase is not duplicates.examine)

_STRENGTH = {ruling: place for place, ruling in enumerate(Ruling)}
_LAST_WORDS = frozenset({Ruling.SPAM, Ruling.REFUSE})


class Judgement(NamedTuple):
    """The strongest ruling, what the writer is told, what moderators see, and what was found in so many words."""

    ruling: Ruling
    hold_reasons: list[str]
    evidence: list[dict[str, str]]
    findings: list[Finding]


def judge(session: Session, attempt: Attempt, phases: Sequence[Phase] = PHASES) -> Judgement:
    """Ask phase after phase; whatever is spam or refused goes no further."""
    findings: list[Finding] = []
    for examine in phases:
        finding = examine(session, attempt)
        if finding is not None:
            findings.append(finding)
            if finding.ruling in _LAST_WORDS:
                break
    ruling = max((finding.ruling for finding in findings), key=_STRENGTH.__getitem__, default=Ruling.PASS)
    return Judgement(
        ruling, _told(session, attempt, findings, ruling), [_seen(finding) for finding in findings], findings
    )


def _told(session: Session, attempt: Attempt, findings: Sequence[Finding], ruling: Ruling) -> list[str]:
    """The coarse reasons, each once; a spammer is told what anyone would be told."""
    told = [finding.reason for finding in findings if finding.reason is not None and finding.ruling is Ruling.HOLD]
    if ruling is Ruling.SPAM:
        rules = (rule(session, attempt) for rule in policy.RULES)
        told += [finding.reason for finding in rules if finding is not None and finding.reason is not None]
        told = told or ["content"]
    return list(dict.fromkeys(told))


def _seen(finding: Finding) -> dict[str, str]:
    return {"phase": finding.phase, "verdict": finding.ruling.value, "detail": finding.detail}
