"""The publish checklist as data: how strictly each rule is taken, and the rules that a site adds of its own."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.errors import FieldError
from app.core.http.problems import pointer

MOST_RULES = 50
LARGEST = 100_000


class Level(StrEnum):
    """What a rule does to a story that breaks it."""

    BLOCK = "block"
    WARN = "warn"
    OFF = "off"


class Member(StrEnum):
    """What a rule of one's own looks at: lines and texts by their characters, the body by its words, lists by items."""

    TITLE = "title"
    DEK = "dek"
    EXCERPT = "excerpt"
    BODY = "body"
    TAGS = "tags"
    AUTHORS = "authors"
    SEO_TITLE = "seo.title"
    SEO_DESCRIPTION = "seo.description"


LISTS = frozenset({Member.TAGS, Member.AUTHORS})


class OwnRule(BaseModel):
    """A rule of the site's own: a size, or words that must not stand there; `text` is what its writers are told."""

    model_config = ConfigDict(frozen=True)

    code: str
    level: Level = Level.WARN
    member: Member
    kind: Literal["article", "page"] | None = None
    at_least: Annotated[int | None, Field(ge=1, le=LARGEST)] = None
    at_most: Annotated[int | None, Field(ge=0, le=LARGEST)] = None
    forbidden_words: tuple[str, ...] = ()
    text: dict[str, str] = {}


class ChecklistPolicy(BaseModel):
    """How strictly each rule is taken; byline and section are asked of articles only."""

    model_config = ConfigDict(frozen=True)

    title: Level = Level.BLOCK
    body: Level = Level.BLOCK
    byline: Level = Level.WARN
    section: Level = Level.WARN
    alt: Level = Level.WARN
    credit: Level = Level.WARN
    translation: Level = Level.WARN
    own: tuple[OwnRule, ...] = ()


# codes of the built-in rules, which a rule of one's own may not borrow
CODES = {name: f"{name}_missing" for name in ("title", "body", "byline", "section", "alt", "credit", "translation")}


def faults(policy: ChecklistPolicy, locales: tuple[str, ...]) -> list[FieldError]:
    """What does not fit together in rules whose members are sound one by one."""
    found: list[FieldError] = []
    taken = set(CODES.values())
    for number, rule in enumerate(policy.own):
        found += [
            FieldError(pointer("body", ("checklist", "own", number, *steps)), code, detail)
            for steps, code, detail in _faults_of(rule, taken, locales)
        ]
        taken.add(rule.code)
    return found


def _faults_of(rule: OwnRule, taken: set[str], locales: tuple[str, ...]) -> list[tuple[tuple[str, ...], str, str]]:
    found: list[tuple[tuple[str, ...], str, str]] = []
    if rule.code in taken:
        found.append((("code",), "taken", "is the code of another rule"))
    if rule.at_least is None and rule.at_most is None and not rule.forbidden_words:
        found.append(((), "empty", "needs at_least, at_most or forbidden_words"))
    if rule.at_least is not None and rule.at_most is not None and rule.at_least > rule.at_most:
        found.append((("at_most",), "too_small", "must not be less than at_least"))
    if rule.forbidden_words and rule.member in LISTS:
        found.append((("forbidden_words",), "not_a_text", f"words are looked for in texts, not in {rule.member.value}"))
    offered = f"the site's locales are {', '.join(locales)}"
    found += [(("text", code), "unknown_locale", offered) for code in rule.text if code not in locales]
    return found
