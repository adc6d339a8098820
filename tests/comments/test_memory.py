"""What the stack remembers: borrowed names, proved addresses, networks of a day, words that moderators judged."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from app.abuse import addresses, bayes, names
from app.abuse.memory_models import BayesWord, Label, TrainedText, VerifiedAddress
from app.abuse.phases.bayes import rule
from app.comments.models import Comment, Status
from app.core.folding import fold
from app.core.ids import random_id
from app.site.policies import CommentPolicy, SiteSettings
from tests.comments.talk import (
    NOON,
    decide,
    one,
    open_thread,
    plant,
    reader_at,
    reader_key,
    say,
    set_policy,
    set_site,
    stored,
    verify,
)
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

SPAM = "win big casino bonus today click fast jackpot"
HAM = "the ferry was late again because of fog"


def phases(comment: Comment) -> set[str]:
    return {found["phase"] for found in comment.evidence if found["verdict"] in ("hold", "spam")}


# --- borrowed names


@pytest.mark.parametrize(
    ("guest", "held"),
    [
        ("Layla Haddad", True),
        ("layla  HADDAD", True),
        ("L.a.y.l.a Haddad", True),
        ("Lаylа Hаddаd", True),  # Cyrillic а
        ("Láyla Haddad", True),
        ("Layla Ηaddad", True),  # Greek Eta
        ("ليلى حدّاد", True),
        ("لیلی حداد", True),  # Persian ye
        ("ليـــلى حداد", True),
        ("The Harbour Lantern", True),
        ("منارة الميناء", True),
        ("Editor In Chief", True),
        ("Layla", False),
        ("Layla Hadad", False),
        ("ليلى", False),
        ("Salma", False),
    ],
)
async def test_a_borrowed_name_waits_for_a_person(newsroom: Newsroom, guest: str, held: bool) -> None:
    await open_thread(newsroom)
    desk = await newsroom.staff("editor", name="Editor In Chief")
    byline = {"names": {"en": "Layla Haddad", "ar": "ليلى حداد"}}
    assert (await desk.post("/v1/editor/authors", json=byline)).status_code == 201
    names_of_site = {"en": "The Harbour Lantern", "ar": "منارة الميناء"}
    settings = SiteSettings(name=names_of_site, comments=CommentPolicy.model_validate({"policy": "postmoderate"}))
    await set_site(newsroom, settings)
    await newsroom.db.write(names.refresh)
    answer = await say(newsroom, author_name=guest)
    assert answer.status_code == (202 if held else 201)
    (row,) = await stored(newsroom)
    assert ("reputation" in phases(row)) == held
    assert row.hold_reasons == (["content"] if held else [])


@pytest.mark.parametrize(
    ("guest", "held"),
    [
        ("Moderator", True),
        ("admin", True),
        ("A D M I N", True),
        ("*Adm1n*", True),
        ("Аdmin", True),  # Cyrillic А
        ("M0derator", True),
        ("Editor", True),
        ("Editor-in-Chief", True),
        ("The Editors", True),
        ("مشرف", True),
        ("المشرف", True),
        ("مشـــرِف", True),
        ("الإدارة", True),
        ("الاداره", True),
        ("محرر", True),
        ("المحرّر", True),
        ("هيئة التحرير", True),
        ("مدیر التحریر", True),  # Persian ye
        ("Edith Editor", False),
        ("Editha", False),
        ("Adminah", False),
        ("Modi", False),
        ("Maud", False),
        ("Salma Moderator", False),
        ("مشرف الدين", False),
        ("برويز مشرف", False),
        ("محرر بن خلف", False),
        ("مدير حسن", False),
        ("نور الإدارة", False),
    ],
)
async def test_a_title_waits_for_a_person_and_names_with_it_do_not(newsroom: Newsroom, guest: str, held: bool) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    answer = await say(newsroom, author_name=guest)
    assert answer.status_code == (202 if held else 201)
    (row,) = await stored(newsroom)
    assert (row.author_name, row.hold_reasons) == (guest, ["content"] if held else [])


async def test_names_follow_bylines_colleagues_and_the_site(newsroom: Newsroom) -> None:
    async def taken(name: str) -> bool:
        return await newsroom.stored(lambda session: names.is_protected(session, name))

    admin = await newsroom.staff("admin", name="Nadia Karam")
    made = await admin.post("/v1/editor/authors", json={"names": {"en": "Omar Aziz", "ar": "عمر عزيز"}})
    assert [await taken(name) for name in ("Nadia Karam", "Omar Aziz", "عمر عزيز")] == [True, True, True]
    path, tag = made.headers["Location"], {"If-Match": made.headers["ETag"]}
    changed = await admin.patch(path, json={"names": {"ar": "عمر العزيز"}}, headers=tag)
    assert changed.status_code == 200, changed.text
    assert [await taken(name) for name in ("عمر عزيز", "عمر العزيز")] == [True, True]  # an article hides nobody
    gone = await admin.delete(path, headers={"If-Match": changed.headers["ETag"]})
    assert gone.status_code == 204
    assert not await taken("Omar Aziz")
    site = await admin.get("/v1/editor/site")
    tag = {"If-Match": site.headers["ETag"]}
    assert (await admin.patch("/v1/editor/site", json={"name": {"en": "Salt"}}, headers=tag)).status_code == 200
    assert [await taken(name) for name in ("Salt", "Masthead")] == [True, False]


# --- proved addresses


@pytest.mark.parametrize(
    ("typed", "key", "proved", "known"),
    [
        ("salma@example.org", True, "salma@example.org", True),
        ("Salma@Example.org", True, "salma@example.org", True),
        ("salma@example.org", True, None, False),  # typed only
        ("salma@example.org", False, "salma@example.org", False),  # proved by somebody else's browser
        ("salma@example.org", True, "other@example.org", False),
        ("other@example.org", True, "other@example.org", False),  # proved, never approved
    ],
)
async def test_only_a_proved_address_makes_a_known_writer(
    newsroom: Newsroom, typed: str, key: bool, proved: str | None, known: bool
) -> None:
    post_id = await open_thread(newsroom)
    await set_policy(newsroom, "sometimes")
    first = await plant(newsroom, post_id, "Good morning.", author_email="salma@example.org", status=Status.PENDING)
    await decide(await newsroom.staff("moderator"), first, "approve")
    reader, header = await reader_key(newsroom)
    if proved is not None:
        await verify(newsroom, reader, proved)
    async with reader_at(newsroom, "192.0.2.9", **(header if key else {})) as client:
        newsroom.reader = client
        answer = await say(newsroom, "Good evening to the harbour.", author_email=typed)
    assert answer.status_code == (201 if known else 202), answer.text
    assert answer.json()["hold_reasons"] == ([] if known else ["first_comment"])


async def test_a_proof_names_nobody_and_is_forgotten_with_the_address(newsroom: Newsroom) -> None:
    keys, (reader, _) = newsroom.app.state.keys, await reader_key(newsroom)
    for email in ("salma@example.org", "other@example.org"):
        await verify(newsroom, reader, email)
        await verify(newsroom, reader, email)
    rows = await newsroom.stored(lambda session: session.exec(select(VerifiedAddress)).all())
    assert len(rows) == 2
    assert "example" not in repr(rows)
    assert reader.hex not in repr(rows)
    await newsroom.db.write(addresses.forget_address, "SALMA@example.org", keys=keys)

    async def is_known(email: str) -> bool:
        return await newsroom.stored(lambda session: addresses.is_verified(session, reader, email, keys=keys))

    assert [await is_known(email) for email in ("salma@example.org", "other@example.org")] == [False, True]
    await newsroom.db.write(addresses.sweep, at=NOON + addresses.GOOD_FOR - timedelta(seconds=1))
    assert await is_known("other@example.org")
    await newsroom.db.write(addresses.sweep, at=NOON + addresses.GOOD_FOR)
    assert not await is_known("other@example.org")


# --- networks


async def test_networks_are_forgotten_after_a_week(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await say(newsroom)
    (row,) = await stored(newsroom)
    assert row.network is not None
    for days, kept in ((6.9, True), (8, False)):
        newsroom.set_clock(NOON + timedelta(days=days))
        await newsroom.night()
        (row,) = await stored(newsroom)
        assert (row.network is not None) == kept


# --- words


async def train(newsroom: Newsroom, texts: int, *, locale: str = "en", spam: str = SPAM, ham: str = HAM) -> None:
    """So many texts of either kind, each with a word of its own."""

    def work(session: Session) -> None:
        for number in range(texts):
            for label, text in ((Label.SPAM, spam), (Label.HAM, ham)):
                bayes.settle(session, random_id(), label, fold(f"{text} own{label.value}{number}"), locale)

    await newsroom.db.write(work)


async def counted(newsroom: Newsroom) -> dict[str, tuple[int, int]]:
    """Every word that is counted, and the texts under the empty word."""
    rows = await newsroom.stored(lambda session: session.exec(select(BayesWord)).all())
    return {row.word: (row.ham, row.spam) for row in rows}


@pytest.mark.parametrize(
    ("texts", "body", "verdict"),
    [
        (9, "casino jackpot bonus for you", None),  # nothing is said before ten of each kind
        (10, "casino jackpot bonus for you", "hold"),
        (10, "the ferry is late because of fog", None),
        (10, "our children sing in the choir on Sunday", None),  # words that nobody judged
        (10, "casino and the ferry was late again because of fog", None),
        (50, "win the casino bonus today, click fast: jackpot", "spam"),
        (50, "casino jackpot", "hold"),  # two words are not enough to file a text where nobody looks
    ],
)
async def test_words_hold_back_and_only_many_file_as_spam(
    newsroom: Newsroom, texts: int, body: str, verdict: str | None
) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    await train(newsroom, texts)
    answer = await say(newsroom, body)
    assert answer.status_code == (201 if verdict is None else 202)
    (row,) = await stored(newsroom)
    found = [finding["verdict"] for finding in row.evidence if finding["phase"] == "bayes"]
    assert found == ([] if verdict is None else [verdict])
    assert row.status is {None: Status.PUBLISHED, "hold": Status.PENDING, "spam": Status.SPAM}[verdict]


async def test_languages_learn_apart_and_arabic_learns_too(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    await train(newsroom, 10, locale="ar", spam="اربح المال بسرعة مع كازينو", ham="تأخرت العبارة بسبب الضباب")
    assert (await say(newsroom, "كازينو المال بسرعة", locale="ar")).status_code == 202
    assert (await say(newsroom, "تأخّرت العبّارة اليوم", locale="ar")).status_code == 201
    assert (await say(newsroom, "كازينو المال بسرعة الآن", locale="en")).status_code == 201


def test_it_never_speaks_for_a_text() -> None:
    for probability in (0.0, 0.2, 0.79):
        assert rule(bayes.Opinion(probability, ["a", "b", "c", "d", "e"], 1_000)) is None


async def test_decisions_teach_and_taking_them_back_unteaches_exactly(newsroom: Newsroom) -> None:
    await train(newsroom, 3)
    before = await counted(newsroom)
    post_id = await open_thread(newsroom)
    desk = await newsroom.staff("moderator")
    first = await plant(newsroom, post_id, f"{SPAM} Unique1", status=Status.PENDING)

    async def undo(batch: str) -> None:
        answer = await desk.post(f"/v1/editor/comments/decisions/{batch}/undo")
        assert "problem" not in answer.json()["results"][0], answer.text

    approved = await decide(desk, first, "approve")
    assert (await counted(newsroom))["casino"] == (1, 3)
    assert (await counted(newsroom))[""] == (4, 3)
    marked = await decide(desk, first, "spam")
    assert (await counted(newsroom))["casino"] == (0, 4)
    await undo(marked["batch"])
    assert (await counted(newsroom))["casino"] == (1, 3)  # approved, as before
    await decide(desk, first, "spam")
    restored = await decide(desk, first, "restore")
    assert (await counted(newsroom))["casino"] == (1, 3)
    await undo(restored["batch"])
    assert (await counted(newsroom))["unique1"] == (0, 1)
    await decide(desk, first, "restore")
    await decide(desk, first, "unpublish")
    assert await counted(newsroom) == before
    again = await decide(desk, first, "approve")
    await undo(again["batch"])
    assert await counted(newsroom) == before
    assert approved["batch"] != again["batch"]


async def test_what_only_the_checks_decided_teaches_nothing(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom, "postmoderate")
    await say(newsroom, homepage="https://spam.example")
    await say(newsroom, "A kind word.")
    assert await counted(newsroom) == {}


@pytest.mark.parametrize(("action", "stays"), [("approve", set()), ("spam", {"", "casino", "jackpot"})])
async def test_of_a_deleted_text_no_rare_word_remains(newsroom: Newsroom, action: str, stays: set[str]) -> None:
    post_id = await open_thread(newsroom)
    desk = await newsroom.staff("moderator")
    for number in range(2):
        other = await plant(newsroom, post_id, f"casino jackpot Neighbour{number}", status=Status.PENDING)
        await decide(desk, other, "spam")
    before = await counted(newsroom)
    about = await plant(newsroom, post_id, "casino jackpot Zarqawi 5551234", status=Status.PENDING)
    await decide(desk, about, action)
    assert {"zarqawi", "5551234"} <= set(await counted(newsroom))
    await decide(desk, about, "delete")
    after = await counted(newsroom)
    assert {"zarqawi", "5551234"} & set(after) == set()
    assert {word for word, counts in after.items() if counts != before.get(word)} == stays
    texts = await newsroom.stored(lambda session: session.get(TrainedText, about))
    assert texts is None
    assert await one(newsroom, about) is None


async def test_the_export_leaves_out_what_could_point_to_somebody(newsroom: Newsroom) -> None:
    await train(newsroom, 4)
    await train(newsroom, 3, locale="ar", spam="كازينو", ham="ميناء")
    desk = await newsroom.staff("moderator")
    shown = (await desk.get("/v1/editor/abuse/bayes", params={"locale": "en"})).json()
    assert (shown["language"], shown["ham"], shown["spam"]) == ("en", 4, 4)
    words: dict[str, Any] = {entry["word"]: (entry["ham"], entry["spam"]) for entry in shown["words"]}
    assert (words["casino"], words["ferry"]) == ((0, 4), (4, 0))
    assert not any(word.startswith("own") for word in words)
    arabic = (await desk.get("/v1/editor/abuse/bayes", params={"locale": "ar"})).json()
    assert {entry["word"] for entry in arabic["words"]} == {"كازينو", "ميناء"}
    assert (await desk.get("/v1/editor/abuse/bayes", params={"locale": "xx"})).status_code == 422


async def test_a_long_text_is_judged_by_a_bounded_number_of_words() -> None:
    words = bayes.words_of(" ".join(f"w{number}" for number in range(5_000)))
    assert len(words) == bayes.FIRST_WORDS + bayes.LAST_WORDS
    assert (words[0], words[-1]) == ("w0", "w4999")
