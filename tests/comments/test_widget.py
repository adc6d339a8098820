"""The widget as it is served: small, checked by its hash, open to every origin, cached no longer than it is true."""

import base64
import gzip
import re
from hashlib import sha256, sha384

import pytest

from app.comments import widget
from tests.newsroom import Newsroom

MOST_BYTES = 20_000
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_it_is_small_and_needs_nothing_else(newsroom: Newsroom) -> None:
    answer = await newsroom.reader.get(widget.SCRIPT_PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(gzip.compress(answer.content, 6)) < MOST_BYTES
    assert re.findall(r"\b(?:import|export|eval|innerHTML)\b.*", answer.text) == [
        "innerHTML = policy ? policy.createHTML(html) : html;"
    ]


async def test_the_card_has_the_hash_of_what_stands_at_its_address(newsroom: Newsroom) -> None:
    card = (await newsroom.reader.get(widget.CARD_PATH)).json()
    assert set(card) == {"version", "url", "integrity"}
    assert card["url"] == f"/widgets/{card['version']}/comments.js"
    kept = await newsroom.reader.get(card["url"])
    assert card["integrity"] == f"sha384-{base64.b64encode(sha384(kept.content).digest()).decode()}"
    newest = await newsroom.reader.get(widget.SCRIPT_PATH)
    assert newest.content == kept.content
    assert "immutable" in kept.headers["cache-control"]
    assert "immutable" not in newest.headers["cache-control"]


async def test_another_version_is_not_there_and_not_cached(newsroom: Newsroom) -> None:
    answer = await newsroom.reader.get("/widgets/0123456789ab/comments.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize("path", [widget.SCRIPT_PATH, widget.CARD_PATH, widget.address()])
async def test_every_origin_may_load_it_and_asks_again_for_nothing(newsroom: Newsroom, path: str) -> None:
    answer = await newsroom.reader.get(path, headers={"Origin": "https://herald.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    again = await newsroom.reader.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await newsroom.reader.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_the_page_to_try_it_lets_in_our_scripts_and_style_and_nothing_else(newsroom: Newsroom) -> None:
    answer = await newsroom.reader.get(f"{widget.DEMO_PATH}?locale=ar")
    assert '<html lang="ar" dir="rtl"' in answer.text
    rules = dict(rule.split(maxsplit=1) for rule in answer.headers["content-security-policy"].split("; "))
    for name in ("script", "style"):
        (inline,) = re.findall(rf"<{name}(?: type=\"module\")?>(.*?)</{name}>", answer.text, re.DOTALL)
        assert f"'sha256-{base64.b64encode(sha256(inline.encode()).digest()).decode()}'" in rules.pop(f"{name}-src")
    assert rules == {
        "default-src": "'none'",
        "connect-src": "'self'",
        "worker-src": "blob:",
        "img-src": "data:",
        "trusted-types": "masthead",
        "require-trusted-types-for": "'script'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert f'<script src="{widget.address()}" integrity="{widget.integrity()}"' in answer.text
