"""The site that is measured: a plan that is the same on every machine, written through the verbs of the rooms."""

import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlmodel import Session, select

from app.comments import service as comments_service
from app.core.actor import Actor, system
from app.core.clock import now
from app.core.http.conditional import Match
from app.core.settings import Settings
from app.main import open_site
from app.posts import publishing
from app.posts import service as posts_service
from app.posts.schemas import PostCreate, PublicationInput
from app.publications.models import Unindexed
from app.search import service as search_service
from app.staff.models import Role
from app.staff.permissions import PERMISSIONS
from app.taxonomy import service as taxonomy_service
from app.taxonomy.schemas import AuthorCreate, SectionCreate, TagCreate

SECTIONS = 5
TAGS = 50
TAGS_PER_STORY = 3
AUTHORS = 5
BODY_BYTES = 4_000
COMMENTED_STORIES = 100
RARE_WORD = "saffron"  # in one story of fifty: search is measured with it
RARE_EVERY = 50
STORY_GAP = timedelta(minutes=37)
COMMENT_GAP = timedelta(minutes=2)

_VOCABULARY = {
    "en": (
        "council budget harbour school river market train minister report evening village hospital court bridge farmer "
        "museum library water energy season player theatre storm winter summer festival engineer doctor teacher union "
        "price housing street forest island border parliament voter ballot committee reporter archive family kitchen"
    ),
    "ar": (
        "المجلس الميزانية الميناء المدرسة النهر السوق القطار الوزير التقرير المساء القرية "
        "المستشفى المحكمة الجسر المزارع المتحف المكتبة المياه الطاقة الموسم اللاعب المسرح "
        "العاصفة الشتاء الصيف المهرجان المهندس الطبيب المعلم النقابة السعر السكن الشارع "
        "الغابة الجزيرة الحدود البرلمان الناخب الاقتراع اللجنة الصحفي الأرشيف العائلة المطبخ"
    ),
}
_WORDS = {locale: tuple(words.split()) for locale, words in _VOCABULARY.items()}
_NAMES = {"en": ("Section", "Tag", "Author"), "ar": ("قسم", "وسم", "كاتب")}
_SLUG_WORD = {"en": "story", "ar": "قصة"}


@dataclass(frozen=True)
class PlannedTerm:
    """A section, tag or byline with its name in each language."""

    slug: str
    names: dict[str, str]


@dataclass(frozen=True)
class PlannedStory:
    """A published story; age is how long before the seeding it came out, so that the newest is number 0."""

    number: int
    locale: str
    slug: str
    title: str
    dek: str
    body: str
    section: str
    tags: tuple[str, ...]
    author: str
    age: timedelta


@dataclass(frozen=True)
class PlannedComment:
    """A published comment of the long thread; parent is the number of the one it answers."""

    number: int
    parent: int | None
    author_name: str
    body: str
    age: timedelta


@dataclass(frozen=True)
class SeedFacts:
    """What the measured routes need to know of the seeded site."""

    story_slug: str
    thread_slug: str
    tag_slug: str
    resolve_path: str
    rare_word: str
    commented_slugs: tuple[str, ...]


def seed(database_url: str, *, stories: int, comments: int) -> SeedFacts:
    """Fill a migrated, empty database with the plan, everything published. Answers what the routes need."""
    settings = Settings(_env_file=None, database_url=database_url, secret_key=secrets.token_hex(32))
    database, at = open_site(settings), now()
    by = system("bench", permissions=PERMISSIONS[Role.ADMIN])
    with database.transaction() as session:
        for section in planned_sections():
            taxonomy_service.create_section(session, SectionCreate(**asdict(section)), by=by, at=at)
        for tag in planned_tags():
            taxonomy_service.create_tag(session, TagCreate(**asdict(tag)), by=by, at=at)
        for author in planned_authors():
            taxonomy_service.create_author(session, AuthorCreate(**asdict(author)), by=by, at=at)
        ids = [_publish(session, story, by=by, at=at) for story in planned_stories(stories)]
        made: list[UUID] = []
        for comment in planned_comments(comments):
            stored = comments_service.import_comment(
                session,
                ids[thread_number(stories)],
                comment.body,
                locale="en",
                written_at=at - comment.age,
                by=by,
                at=at,
                author_name=comment.author_name,
                parent_id=None if comment.parent is None else made[comment.parent],
            )
            made.append(stored.id)
        while session.exec(select(Unindexed)).first():
            search_service.catch_up(session, at=at)
    database.engine.dispose()
    return facts(stories)


def _publish(session: Session, story: PlannedStory, *, by: Actor, at: datetime) -> UUID:
    then = at - story.age
    draft = PostCreate(
        title=story.title,
        slug=story.slug,
        locale=story.locale,
        dek=story.dek,
        body=story.body,
        section=story.section,
        tags=list(story.tags),
        authors=[story.author],
    )
    post, _warnings = posts_service.create(session, draft, by=by, at=then)
    publishing.publish(session, post.id, PublicationInput(), Match(anything=True), by=by, at=then)
    return post.id


def facts(stories: int) -> SeedFacts:
    """What the plan alone tells: the middle story, and a thread a quarter down, both English for readable addresses."""
    middle = _slug_of(stories // 2 // 2 * 2)
    return SeedFacts(
        story_slug=middle,
        thread_slug=_slug_of(thread_number(stories)),
        tag_slug=planned_tags()[1].slug,
        resolve_path=f"/en/{middle}",
        rare_word=RARE_WORD,
        commented_slugs=tuple(_slug_of(number) for number in range(min(stories, COMMENTED_STORIES))),
    )


def thread_number(stories: int) -> int:
    """The number of the story that carries the long thread."""
    return stories // 4 // 2 * 2


def planned_sections() -> tuple[PlannedTerm, ...]:
    """Five sections."""
    return _terms(0, SECTIONS)


def planned_tags() -> tuple[PlannedTerm, ...]:
    """Fifty tags, each on about six stories of a hundred."""
    return _terms(1, TAGS)


def planned_authors() -> tuple[PlannedTerm, ...]:
    """Five bylines."""
    return _terms(2, AUTHORS)


def planned_stories(n: int) -> Iterator[PlannedStory]:
    """The first n stories, newest first, English and Arabic in turn; the same ones for every n."""
    sections, tags, authors = planned_sections(), planned_tags(), planned_authors()
    for number in range(n):
        random, locale = _random(f"story {number}"), _locale_of(number)
        yield PlannedStory(
            number=number,
            locale=locale,
            slug=_slug_of(number),
            title=f"{_sentence(random, locale, 7)} {number}",
            dek=_sentence(random, locale, 18) + ".",
            body=_body(random, locale, RARE_WORD if number % RARE_EVERY == 0 else ""),
            section=sections[number % SECTIONS].slug,
            tags=tuple(tag.slug for tag in random.sample(tags, TAGS_PER_STORY)),
            author=authors[number // SECTIONS % AUTHORS].slug,
            age=STORY_GAP * (number + 1),
        )


def planned_comments(n: int) -> Iterator[PlannedComment]:
    """The first n comments of the thread, oldest first: each top-level one is followed by its one reply."""
    for number in range(n):
        random = _random(f"comment {number}")
        locale = _locale_of(number // 2)
        yield PlannedComment(
            number=number,
            parent=number - 1 if number % 2 else None,
            author_name=f"{random.choice(_WORDS[locale])} {number}",
            body=f"{_sentence(random, locale, random.randint(8, 40))}. {number}",
            age=COMMENT_GAP * (n - number),
        )


def planned_bodies(n: int) -> tuple[str, ...]:
    """Bodies of comments to send in turn; `{n}` stands for a number, twice, that makes each one new."""
    return tuple(
        f"{{n}} {_sentence(_random(f'post {number}'), _locale_of(number), 12 + number % 20)} {{n}}"
        for number in range(n)
    )


def _terms(kind: int, count: int) -> tuple[PlannedTerm, ...]:
    stem = _NAMES["en"][kind].lower()
    return tuple(
        PlannedTerm(f"{stem}-{number}", {locale: f"{names[kind]} {number}" for locale, names in _NAMES.items()})
        for number in range(count)
    )


def _random(name: str) -> Random:
    return Random(name)  # noqa: S311  repeatable, not secret


def _locale_of(number: int) -> str:
    return "ar" if number % 2 else "en"


def _slug_of(number: int) -> str:
    return f"{_SLUG_WORD[_locale_of(number)]}-{number:06d}"


def _sentence(random: Random, locale: str, words: int) -> str:
    return " ".join(random.choices(_WORDS[locale], k=words)).capitalize()


def _body(random: Random, locale: str, extra: str) -> str:
    """Markdown of about four kilobytes in UTF-8, in the shapes of a story: paragraphs, headings, links, lists."""
    blocks = [f"{_sentence(random, locale, 30)} {extra}".strip() + "."]
    while len("\n\n".join(blocks).encode()) < BODY_BYTES:
        blocks.append(f"## {_sentence(random, locale, 5)}")
        blocks.append(f"{_sentence(random, locale, 40)}, **{_sentence(random, locale, 3)}**.")
        blocks.append(f"[{_sentence(random, locale, 3)}](https://example.org/{random.randint(1, 9999)})")
        blocks.append("\n".join(f"- {_sentence(random, locale, 6)}" for _ in range(3)))
    return "\n\n".join(blocks)
