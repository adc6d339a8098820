"""Letters before the stack: what a comment would be held for is a flag; nothing of a tip is remembered."""

from typing import Any

import pytest
from sqlmodel import func, select

from app.abuse.models import Trace
from app.site.policies import CommentPolicy, ProofOfWork, SiteSettings
from tests.abuse.work import CHALLENGE, solve
from tests.contact.letters import LETTER, post, set_site, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

RULES = CommentPolicy(banned_words=("casino",), suspect_words=("غبي",))
LONG = "Dear editors, the timetable of line three that you printed on Monday is the one of last year"
FLAGS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"body": "You print adverts for a c.a.s.i.n.o, shame on you."}, ["words"]),
    ({"body": "كتب أحدهم عندكم أنني غبى."}, ["words"]),
    ({"body": "My раckage is late."}, ["mixed_scripts"]),
    ({"body": "WHY DOES NOBODY ANSWER MY LETTERS"}, ["shouting"]),
    ({"body": "www.a.example www.b.example www.c.example www.d.example !!!!!!"}, ["links", "shouting"]),
    ({"name": "www.shop.example"}, ["links"]),
    ({"render_token": "forged"}, ["check_missing"]),
]


@pytest.mark.parametrize("kind", ["message", "tip"])
@pytest.mark.parametrize(("changes", "flags"), FLAGS)
async def test_flags(newsroom: Newsroom, changes: dict[str, Any], flags: list[str], kind: str) -> None:
    await set_site(newsroom, SiteSettings(comments=RULES))
    assert (await post(newsroom, LETTER, kind=kind, **changes)).status_code == 202
    (row,) = await stored(newsroom)
    assert (row.state, row.flags) == ("new", flags)


async def test_near_copies_of_letters_are_flagged_and_those_of_tips_unknown(newsroom: Newsroom) -> None:
    for kind, name in [("tip", "a"), ("message", "b"), ("tip", "c"), ("message", "d")]:
        letter = LETTER | {"kind": kind, "body": f"{LONG} {name}", "subject": name}
        assert (await post(newsroom, letter, email=f"{name}@example.org")).status_code == 202
    assert {row.subject: row.flags for row in await stored(newsroom)} == {"a": [], "b": [], "c": [], "d": ["duplicate"]}
    assert await newsroom.stored(lambda session: session.exec(select(func.count()).select_from(Trace)).one()) == 2


@pytest.mark.parametrize("kind", ["message", "tip"])
async def test_work_that_is_asked_for_a_letter(newsroom: Newsroom, kind: str) -> None:
    await set_site(newsroom, SiteSettings(proof_of_work=ProofOfWork.ALWAYS))
    challenge = (await newsroom.reader.get(CHALLENGE, params={"form": "contact"})).json()["challenge"]
    await post(newsroom, LETTER, kind=kind, subject="done", altcha=solve(challenge))
    await post(newsroom, LETTER, kind=kind, subject="again", body="Another letter.", altcha=solve(challenge))
    await post(newsroom, LETTER, kind=kind, subject="none", body="A third letter.")
    found = {row.subject: row.flags for row in await stored(newsroom)}
    assert found == {"done": [], "again": ["check_missing"], "none": ["check_missing"]}
