"""Strings that broke other systems: each is stored clean or refused, none breaks anything."""

import json
from pathlib import Path

import pytest

from app.core.http.limits import Limiter
from app.core.text import clean_line, clean_prose
from tests.contact.letters import INBOX, URL, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

NAME = Path("shared", "fixtures", "strings", "naughty-strings.json")
FILES = [parent / NAME for parent in Path(__file__).parents if (parent / NAME).is_file()]
LIMITS = {"name": 120, "subject": 200, "body": 20_000}


def cleaned(member: str, text: str) -> str | None:
    """What should be stored, or None for what should be refused."""
    try:
        clean = clean_prose(text) if member == "body" else clean_line(text)
    except ValueError:
        return None
    return clean if len(clean) <= LIMITS[member] and (clean or member != "body") else None


@pytest.mark.skipif(not FILES, reason=f"{NAME} is not beside the repository")
async def test_naughty_strings(newsroom: Newsroom) -> None:
    newsroom.app.state.limiter = Limiter(newsroom.app.state.keys, on=False)
    expected: dict[str, dict[str, str]] = {}
    refusals = 0
    for number, text in enumerate(json.loads(FILES[0].read_text())):
        email = f"reader{number}@example.org"
        wanted = {member: cleaned(member, text) for member in LIMITS}
        answer = await newsroom.reader.post(URL, json=dict.fromkeys(LIMITS, text) | {"email": email})
        bad = {f"/body/{member}" for member, clean in wanted.items() if clean is None}
        if bad:
            refusals += 1
            assert answer.status_code == 422, text
            assert {error["pointer"] for error in answer.json()["errors"]} == bad, text
            letter = {member: text for member, clean in wanted.items() if clean is not None}
            answer = await newsroom.reader.post(URL, json={"body": "Plain"} | letter | {"email": email})
        assert answer.status_code == 202, text
        good = {member: clean for member, clean in wanted.items() if clean is not None}
        expected[email] = {"name": "", "subject": "", "body": "Plain"} | good
    assert refusals > 0
    assert len(expected) > 200
    assert {row.email: {name: getattr(row, name) for name in LIMITS} for row in await stored(newsroom)} == expected


@pytest.mark.skipif(not FILES, reason=f"{NAME} is not beside the repository")
async def test_naughty_words_in_a_search(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    statuses = [(await editor.get(INBOX, params={"q": text})).status_code for text in json.loads(FILES[0].read_text())]
    assert set(statuses) <= {200, 422}
