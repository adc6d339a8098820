"""The publish checklist: one table of rules, one evaluator; how strictly each is taken the site says."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from app.core.folding import fold
from app.core.images import Image, images_in
from app.core.language import pick
from app.core.text import count_words
from app.posts.models import Revision
from app.posts.schemas import Checklist, Finding
from app.publications.models import Kind
from app.site.checklist import CODES, Level, Member, OwnRule
from app.site.policies import SiteSettings


class Manuscript(NamedTuple):
    """What is judged: a revision, with the languages in which there is a dossier of its story."""

    revision: Revision
    kind: Kind
    locale: str
    languages: frozenset[str]


Complaints = Iterator[str]


def _title(manuscript: Manuscript, site: SiteSettings) -> Complaints:
    if not manuscript.revision.title:
        yield "a story needs a title"


def _body(manuscript: Manuscript, site: SiteSettings) -> Complaints:
    if not manuscript.revision.body_text.strip() and not images_in(manuscript.revision.body_html):
        yield "a story needs a text or a picture"


def _byline(manuscript: Manuscript, site: SiteSettings) -> Complaints:
    if manuscript.kind is Kind.ARTICLE and not manuscript.revision.author_ids:
        yield "no byline is named"


def _section(manuscript: Manuscript, site: SiteSettings) -> Complaints:
    if manuscript.kind is Kind.ARTICLE and manuscript.revision.section_id is None:
        yield "no section is chosen"


def _alt(manuscript: Manuscript, site: SiteSettings) -> Complaints:
    for number, image in _pictures(manuscript):
        if not image.alt:
            yield f"picture {number} ({_file_name(image)}) has no alternative text"


def _credit(manuscript: Manuscript, site: SiteSettings) -> Complaints:
    for number, image in _pictures(manuscript):
        if not image.credit:
            yield f"picture {number} ({_file_name(image)}) has neither a caption nor a title to name its source"


def _translation(manuscript: Manuscript, site: SiteSettings) -> Complaints:
    missing = [locale for locale in site.locales if locale not in manuscript.languages]
    if missing:
        yield f"there is no version in: {', '.join(missing)}"


# a rule's member in the settings → where an editor mends it, and what it says
RULES: dict[str, tuple[str, Callable[[Manuscript, SiteSettings], Complaints]]] = {
    "title": ("/title", _title),
    "body": ("/body", _body),
    "byline": ("/authors", _byline),
    "section": ("/section", _section),
    "alt": ("/body", _alt),
    "credit": ("/body", _credit),
    "translation": ("/translation_of", _translation),
}

_MEMBERS: dict[Member, Callable[[Revision], str | list[str]]] = {
    Member.TITLE: lambda revision: revision.title,
    Member.DEK: lambda revision: revision.dek,
    Member.EXCERPT: lambda revision: revision.excerpt,
    Member.BODY: lambda revision: revision.body_text,
    Member.TAGS: lambda revision: revision.tag_ids,
    Member.AUTHORS: lambda revision: revision.author_ids,
    Member.SEO_TITLE: lambda revision: str(revision.seo.get("title", "")),
    Member.SEO_DESCRIPTION: lambda revision: str(revision.seo.get("description", "")),
}
_UNITS = {Member.BODY: "words", Member.TAGS: "items", Member.AUTHORS: "items"}


def judge(manuscript: Manuscript, site: SiteSettings) -> Checklist:
    """What blocks publishing and what only deserves a look, by the rules of the house and those of the site."""
    found: dict[Level, list[Finding]] = {level: [] for level in Level}
    for name, (pointer, complaints) in RULES.items():
        level: Level = getattr(site.checklist, name)
        said = complaints(manuscript, site) if level is not Level.OFF else ()
        found[level] += [Finding(code=CODES[name], pointer=pointer, detail=detail) for detail in said]
    for rule in site.checklist.own:
        if rule.level is not Level.OFF and rule.kind in (None, manuscript.kind.value):
            found[rule.level] += _own(rule, manuscript, site)
    return Checklist(blockers=found[Level.BLOCK], warnings=found[Level.WARN])


def _own(rule: OwnRule, manuscript: Manuscript, site: SiteSettings) -> list[Finding]:
    """At most one finding a rule: in the site's own words, in the story's language."""
    broken = next(_broken(rule, _MEMBERS[rule.member](manuscript.revision)), None)
    if broken is None:
        return []
    detail = pick(rule.text, manuscript.locale, site.default_locale) or broken
    return [Finding(code=rule.code, pointer="/" + rule.member.value.replace(".", "/"), detail=detail)]


def _broken(rule: OwnRule, value: str | list[str]) -> Complaints:
    size = count_words(value) if rule.member is Member.BODY and isinstance(value, str) else len(value)
    unit = _UNITS.get(rule.member, "characters")
    if rule.at_least is not None and size < rule.at_least:
        yield f"{rule.member.value} has {size} {unit}, at least {rule.at_least} are wanted"
    if rule.at_most is not None and size > rule.at_most:
        yield f"{rule.member.value} has {size} {unit}, at most {rule.at_most} are wanted"
    if rule.forbidden_words and isinstance(value, str):
        text = f" {fold(value)} "
        yield from (
            f"{rule.member.value} contains “{word}”" for word in rule.forbidden_words if f" {fold(word)} " in text
        )


def _pictures(manuscript: Manuscript) -> Iterator[tuple[int, Image]]:
    return enumerate(images_in(manuscript.revision.body_html), start=1)


def _file_name(image: Image) -> str:
    return image.src.partition("?")[0].rpartition("/")[2][:80] or "without a name"
