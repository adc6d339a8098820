"""What the phases that only look at a text say, row by row: what is held beside what only looks like it."""

from datetime import UTC, datetime, timedelta
from time import thread_time
from typing import Any, cast

import pytest
from sqlmodel import Session

from app.abuse.attempt import Attempt, Phase, Ruling
from app.abuse.phases import links, mixed_scripts, policy, shouting, words
from app.abuse.stack import judge
from app.core.folding import fold
from app.core.ids import new_id
from app.core.keys import Keys
from app.core.render_tokens import FormKind
from app.site.policies import CommentPolicy, Moderation, SiteSettings

NO_SESSION = cast(Session, None)  # these phases look nothing up
LISTS = {"banned_words": ("casino", "ربح مضمون"), "suspect_words": ("غبي",)}


def attempt_of(body: str, *, rules: dict[str, Any] | None = None, **facts: Any) -> Attempt:
    """A comment as it comes before the stack, on a site that publishes at once."""
    settings = SiteSettings(comments=CommentPolicy.model_validate({"policy": "postmoderate"} | (rules or {})))
    known: dict[str, Any] = {
        **{"form": FormKind.COMMENT, "subject": "harbour", "thread": (), "id": new_id(), "body": body},
        **{"folded": fold(body), "body_html": "", "name": "Salma", "email": None, "locale": "en", "homepage": None},
        **{"render_token": None, "altcha": None, "network": "", "reader": None, "settings": settings},
        **{"story_age": timedelta(0), "keys": Keys(b"k" * 32), "at": datetime(2026, 11, 22, 12, tzinfo=UTC)},
    }
    return Attempt(**known | facts)


LINKS = [
    ("No link at all.", {}, False),
    ("See https://shop.example", {}, True),
    ("www.shop.example", {}, True),
    ("gov.uk is down, and so is node.js", {}, False),
    ("shop.example/boats has them", {}, True),
    ("and/or, 24/7, km/h, e.g./i.e.", {}, False),
    ("me@news.example/x is no address", {}, False),
    ("hxxps://shop.example", {}, True),
    ("shop[.]example", {}, True),
    ("shop (dot) example", {}, True),
    ("متجر (نقطة) example", {}, True),
    ("https : //shop.example", {}, True),
    ("Polka (dot) is a pattern", {}, True),
    ("He (dotty as ever) smiled.", {}, False),
    ("https://a.example https://b.example", {"links_allowed": 2}, False),
    ("https://a.example https://b.example", {"links_allowed": 1}, True),
]


@pytest.mark.parametrize(("body", "rules", "held"), LINKS)
def test_links(body: str, rules: dict[str, Any], held: bool) -> None:
    finding = links.examine(NO_SESSION, attempt_of(body, rules=rules))
    assert (finding is not None) is held
    assert finding is None or (finding.ruling, finding.reason, finding.flag) == (Ruling.HOLD, "link", "links")


@pytest.mark.parametrize(
    ("name", "held"), [("shop.com", True), ("https://x.example", True), ("St. John", False), ("سلمى", False)]
)
def test_links_in_the_place_of_a_name(name: str, held: bool) -> None:
    assert (links.examine(NO_SESSION, attempt_of("Hello.", name=name)) is not None) is held


LETTER_LINKS = [
    ("http://a.example https://b.example HTTP://c.example", False),
    ("http://a.example https://b.example HTTP://c.example www.d.example", True),
    ("اقرأ https://a.example و https://b.example و https://c.example و https://d.example", True),
    ("awww. bwww. cwww. dwww.", False),
]


@pytest.mark.parametrize(("body", "held"), LETTER_LINKS)
def test_letters_may_have_three(body: str, held: bool) -> None:
    assert (links.examine(NO_SESSION, attempt_of(body, form=FormKind.CONTACT)) is not None) is held


SCRIPTS = [
    ("саsino", True),
    ("Βest prices", True),
    ("الإداраة", True),
    ("كازينo", True),
    ("c\u200bаsino", True),
    ("casino и мама", False),
    ("الـPDF والGPS وبالـAPI وللBBC", False),
    ("رسائل SMSات كثيرة", False),
    ("5 μm, 3 kΩ, ΔT, Δx", False),
    ("قال:Hello", False),
    ("Mesut Özil, Émile, Łódź", False),
    ("شُكْرًا جَزِيلًا", False),
    ("日本語のTシャツ", False),
]


@pytest.mark.parametrize(("body", "held"), SCRIPTS)
def test_scripts(body: str, held: bool) -> None:
    assert (mixed_scripts.examine(NO_SESSION, attempt_of(body)) is not None) is held


LOUD = [
    ("WAKE UP PEOPLE OF THE HARBOUR", True),
    ("NATO, the EU and UNICEF", False),
    ("NATO EU UNICEF", False),
    ('He shouted "WE WILL NOT LEAVE THE HARBOUR" and left.', False),
    ("> WAKE UP PEOPLE OF THE HARBOUR\n\nSo they said.", False),
    ("Really?!", False),
    ("liars!!!!!!", True),
    ("لماذا؟؟؟؟؟؟؟", True),
    ("خونـــــــــــة", True),
    ("جميييل", False),
    ("ههههه", False),
    ("noooooooo", True),
    ("1111111111", False),
    ("كلامهم «كفى!!!!!!!!» لا يكفي", False),
]


@pytest.mark.parametrize(("body", "held"), LOUD)
def test_shouting(body: str, held: bool) -> None:
    assert (shouting.examine(NO_SESSION, attempt_of(body)) is not None) is held


WORDS = [
    ("Come to our C-A-S-I-N-O", {}, Ruling.SPAM),
    ("هذا رِبْحٌ مضمون", {}, Ruling.SPAM),
    ("الربح ليس مضمونًا", {}, None),
    ("كاتب غبى", {}, Ruling.HOLD),
    ("occasion, casinos", {}, None),
    ("They wrote of a casino.", {"form": FormKind.CONTACT}, Ruling.HOLD),
    ("Hello.", {"name": "Best Casino"}, Ruling.SPAM),
]


@pytest.mark.parametrize(("body", "facts", "ruling"), WORDS)
def test_words(body: str, facts: dict[str, Any], ruling: Ruling | None) -> None:
    finding = words.examine(NO_SESSION, attempt_of(body, rules=LISTS, **facts))
    assert (finding.ruling if finding else None) is ruling


OLD = timedelta(days=14)
PRE, POST, SOME = Moderation
POLICIES = [
    (PRE, {}, ["site_policy"]),
    (PRE, {"known_writer": False, "story_age": OLD * 2}, ["site_policy"]),
    (PRE, {"is_edit": True}, ["site_policy"]),
    (POST, {"known_writer": False, "story_age": OLD * 2}, []),
    (SOME, {}, []),
    (SOME, {"known_writer": False}, ["first_comment"]),
    (SOME, {"story_age": OLD}, []),
    (SOME, {"story_age": OLD + timedelta(seconds=1)}, ["old_story"]),
    (SOME, {"known_writer": False, "story_age": OLD * 2}, ["first_comment", "old_story"]),
    (SOME, {"known_writer": False, "story_age": OLD * 2, "is_edit": True}, []),
]


@pytest.mark.parametrize(("moderation", "facts", "reasons"), POLICIES)
def test_policies(moderation: Moderation, facts: dict[str, Any], reasons: list[str]) -> None:
    judged = judge(NO_SESSION, attempt_of("Fine.", rules={"policy": moderation}, **facts), policy.RULES)
    assert judged.hold_reasons == reasons
    assert judged.ruling is (Ruling.HOLD if reasons else Ruling.PASS)


TEXT_ALONE: tuple[Phase, ...] = (words.examine, links.examine, shouting.examine, *policy.RULES)


def test_whatever_is_spam_goes_no_further_and_is_told_what_anyone_is_told() -> None:
    judged = judge(NO_SESSION, attempt_of("casino www.x.example", rules=LISTS | {"policy": PRE}), TEXT_ALONE)
    assert judged.ruling is Ruling.SPAM
    assert judged.hold_reasons == ["site_policy"]
    assert [seen["phase"] for seen in judged.evidence] == ["words"]
    assert judge(NO_SESSION, attempt_of("casino", rules=LISTS), TEXT_ALONE).hold_reasons == ["content"]


def test_reasons_stand_in_order_each_once() -> None:
    judged = judge(NO_SESSION, attempt_of("غبي www.x.example !!!!!!!!", rules=LISTS), TEXT_ALONE)
    assert (judged.ruling, judged.hold_reasons) == (Ruling.HOLD, ["content", "link"])
    assert [seen["phase"] for seen in judged.evidence] == ["words", "links", "shouting"]
    assert all(seen["verdict"] == "hold" for seen in judged.evidence)


PATHOLOGICAL = [
    "ـ",
    "a",
    "a.",
    "aя ",
    "a\u200b",
    "ا ",
    "! ",
    "a(",
    '"a',
    "> a\n",
    "7مار ",
    "ه@ ",
    "http : ",
    "e\u0301",
    "ا\u064b",
]
TEXT_PHASES: tuple[Phase, ...] = (words.examine, links.examine, mixed_scripts.examine, shouting.examine)


HONEST = "The ferry left before dawn. "


@pytest.mark.parametrize("piece", PATHOLOGICAL, ids=ascii)
def test_no_text_of_the_longest_kind_holds_a_core(piece: str) -> None:
    """Against patterns that backtrack: a hostile text costs a small multiple of an honest one of the same length."""

    def cost(piece: str) -> float:
        attempt = attempt_of(piece * (10_000 // len(piece)), rules=LISTS)
        start = thread_time()
        for examine in TEXT_PHASES:
            examine(NO_SESSION, attempt)
        return thread_time() - start

    cost(HONEST)  # what is compiled at its first use is no part of it
    assert cost(piece) < 40 * cost(HONEST)
