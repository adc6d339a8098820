"""The corpus played through the doors of a site that publishes at once: what is hostile never appears, honesty does."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.abuse.disguise import Spellings
from app.abuse.wordlist import WordList
from app.comments.models import Status
from app.site.policies import CommentPolicy, Moderation, SiteSettings
from tests.abuse.work import Crowd, fill_in
from tests.comments.talk import NOON, THREAD, open_thread, set_site, statuses, stored
from tests.newsroom import Newsroom

CORPUS = Path(__file__).parent / "corpus"
MINUTE = timedelta(minutes=1)


def read(name: str) -> Any:
    return json.loads((CORPUS / f"{name}.json").read_text())


LISTS, EVASIONS, HOSTILE, FLOODS, HONEST = map(read, ("lists", "evasions", "hostile", "floods", "honest"))


async def open_site(newsroom: Newsroom) -> Crowd:
    """A site with lists that publishes at once, a story below which everyone may write, and everyone."""
    await open_thread(newsroom)
    await set_site(newsroom, SiteSettings(comments=CommentPolicy(policy=Moderation.POSTMODERATE, **LISTS)))
    return Crowd(newsroom)


async def play(
    newsroom: Newsroom, crowd: Crowd, number: int, text: str, *, kind: str = "honest", path: str = THREAD
) -> int:
    """One writer from a network of their own, a minute after the one before; the status of the answer."""
    shown = NOON + number * MINUTE
    newsroom.set_clock(shown)
    reader = crowd.reader(number)
    draft: dict[str, Any] = {"body": text, "author_name": "Salma"}
    if kind != "missing_fields":
        draft |= await fill_in(reader, path)
    if kind == "trapped":
        draft["homepage"] = "https://shop.example"
    newsroom.set_clock(shown + timedelta(seconds=2 if kind == "hurried" else 20))
    return (await reader.post(path, json=draft)).status_code


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(EVASIONS) == 40
    assert len(HONEST) >= len(EVASIONS) + len(HOSTILE)
    texts = [row["text"] for row in [*EVASIONS, *HOSTILE, *HONEST]]
    assert len(set(texts)) == len(texts)
    assert all(row["disguise"] in row["text"] for row in EVASIONS)


@pytest.mark.parametrize("row", EVASIONS, ids=lambda row: ascii(row["disguise"]))
def test_a_word_is_found_in_its_disguise_and_without(row: dict[str, str]) -> None:
    listed = WordList((row["word"],))
    assert listed.find(Spellings.of(row["text"])) == row["word"]
    assert listed.find(Spellings.of(f"نص فيه {row['word']} صريح")) == row["word"]
    assert listed.find(Spellings.of(row["text"].replace(row["disguise"], ""))) is None


def test_no_honest_text_hides_a_listed_word() -> None:
    listed = WordList((*LISTS["banned_words"], *LISTS["suspect_words"]))
    assert [row["text"] for row in HONEST if listed.find(Spellings.of(row["text"]))] == []


@pytest.mark.anyio
async def test_nothing_hostile_appears(newsroom: Newsroom) -> None:
    crowd = await open_site(newsroom)
    attempts = [*HOSTILE, *({"kind": "evasions"} | row for row in EVASIONS)]
    answers = [await play(newsroom, crowd, place, row["text"], kind=row["kind"]) for place, row in enumerate(attempts)]
    assert Counter(answers) == {202: len(attempts)}
    appeared = [row.body for row in await stored(newsroom) if row.status is Status.PUBLISHED]
    assert appeared == []


@pytest.mark.anyio
async def test_the_honest_are_heard(newsroom: Newsroom) -> None:
    crowd = await open_site(newsroom)
    for number, row in enumerate(HONEST):
        await play(newsroom, crowd, number, row["text"])
    held = {row.body: row.evidence for row in await stored(newsroom) if row.status is not Status.PUBLISHED}
    assert len(held) < 0.05 * len(HONEST), held


@pytest.mark.anyio
async def test_what_was_published_once_does_not_appear_again(newsroom: Newsroom) -> None:
    crowd = await open_site(newsroom)
    await open_thread(newsroom, "elsewhere")
    texts = [row["text"] for row in HONEST if len(row["text"].split()) >= 10 and "//" not in row["text"]]
    for number, text in enumerate(texts):
        assert await play(newsroom, crowd, 3 * number, text) == 201
        assert await play(newsroom, crowd, 3 * number + 1, text) == 409
        assert await play(newsroom, crowd, 3 * number + 2, text, path="/v1/posts/elsewhere/comments") == 202


@pytest.mark.anyio
@pytest.mark.parametrize("flood", FLOODS, ids=["en", "ar"])
async def test_a_flood_from_one_network(newsroom: Newsroom, flood: dict[str, str]) -> None:
    reader = (await open_site(newsroom)).reader(7)
    answers = []
    for number in range(30):
        newsroom.set_clock(NOON + number * timedelta(seconds=1.5))
        token = await fill_in(reader, THREAD)
        newsroom.set_clock(NOON + number * timedelta(seconds=1.5) + timedelta(seconds=4))
        text = flood["text"].format(name=f"Reader{number}", number=7_000 + number)
        answers.append((await reader.post(THREAD, json={"body": text, "author_name": "Post"} | token)).status_code)
    assert set(answers) == {202, 429}
    assert Status.PUBLISHED not in await statuses(newsroom)


@pytest.mark.anyio
async def test_a_flood_from_a_thousand_networks(newsroom: Newsroom) -> None:
    """Patient ones: each fetched the form before. From the eleventh copy on nobody needs to look."""
    crowd = await open_site(newsroom)
    token = await fill_in(crowd.reader(0), THREAD)
    for number in range(1_000):
        newsroom.set_clock(NOON + timedelta(seconds=10 + number / 10))
        text = FLOODS[number % 2]["text"].format(name=f"Reader{number}", number=7_000 + number)
        answer = await crowd.reader(number).post(THREAD, json={"body": text, "author_name": "Post"} | token)
        assert answer.status_code == 202
    found = Counter(await statuses(newsroom))
    assert set(found) == {Status.PENDING, Status.SPAM}
    assert found[Status.SPAM] >= 950
