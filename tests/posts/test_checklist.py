"""The publish checklist: every rule row by row, and what an editor meets at the door."""

from typing import Any

import pytest

from app.core.clock import now
from app.core.ids import new_id
from app.posts.checklist import Manuscript, judge
from app.posts.models import Revision
from app.publications.models import Kind
from app.site.checklist import ChecklistPolicy, OwnRule
from app.site.policies import SiteSettings
from tests.newsroom import Newsroom
from tests.posts.desk import POSTS, opened

ANY = {"If-Match": "*"}
BARE = '<p><img src="https://img.example/quay.jpg"></p>'
GOOD = '<figure><img src="https://img.example/quay.jpg" alt="الرصيف"><figcaption>Photo: Layla</figcaption></figure>'
SOUND: dict[str, Any] = {
    "title": "أصوات الميناء", "body_html": f"<p>Before dawn.</p>{GOOD}", "body_text": "Before dawn.",
    "author_ids": [str(new_id())], "section_id": new_id(),
}  # fmt: skip


def codes(
    facts: dict[str, Any], policy: dict[str, Any], *, kind: str = "article", languages: str = "en ar"
) -> tuple[list[str], list[str]]:
    """What blocks and what warns of a sound story in which something was changed."""
    revision = Revision(id=new_id(), post_id=new_id(), number=1, slug="x", created_at=now(), **SOUND | facts)
    manuscript = Manuscript(revision, Kind(kind), "ar", frozenset(languages.split()))
    found = judge(manuscript, SiteSettings(checklist=ChecklistPolicy.model_validate(policy)))
    return [finding.code for finding in found.blockers], [finding.code for finding in found.warnings]


BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("title", {"title": ""}, "block"),
    ("body", {"body_text": " \n", "body_html": ""}, "block"),
    ("byline", {"author_ids": []}, "warn"),
    ("section", {"section_id": None}, "warn"),
    ("alt", {"body_html": GOOD.replace(' alt="الرصيف"', "")}, "warn"),
    ("alt", {"body_html": GOOD.replace("الرصيف", " ")}, "warn"),
    ("credit", {"body_html": '<p><img src="/a.jpg" alt="الرصيف"></p>'}, "warn"),
    ("credit", {"body_html": GOOD.replace("Photo: Layla", " ")}, "warn"),
]


@pytest.mark.parametrize(("rule", "facts", "default"), BROKEN)
def test_each_rule_blocks_warns_or_is_silent(rule: str, facts: dict[str, Any], default: str) -> None:
    code = f"{rule}_missing"
    assert codes(facts, {}) == (([code], []) if default == "block" else ([], [code]))
    assert codes(facts, {rule: "block"}) == ([code], [])
    assert codes(facts, {rule: "warn"}) == ([], [code])
    assert codes(facts, {rule: "off"}) == ([], [])


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"body_html": ""},
        {"body_html": GOOD, "body_text": ""},
        {"body_html": '<p><img src="/a.jpg" alt="الرصيف" title="Photo: Layla"></p>'},
        {"body_html": '<figure><figcaption>By <em>Layla</em></figcaption><img src="/a" alt="a"><img src="/b" alt="b">'
         "</figure>"},
    ],
)  # fmt: skip
def test_a_sound_story_has_nothing_to_mend(facts: dict[str, Any]) -> None:
    assert codes(facts, {}) == ([], [])


def test_every_picture_is_looked_at() -> None:
    caption_of_the_first = GOOD + BARE + BARE
    assert codes({"body_html": caption_of_the_first}, {}) == ([], ["alt_missing"] * 2 + ["credit_missing"] * 2)


def test_pages_have_no_byline_and_no_section() -> None:
    facts: dict[str, Any] = {"author_ids": [], "section_id": None}
    assert codes(facts, {"byline": "block"}, kind="page") == ([], [])


@pytest.mark.parametrize(
    ("languages", "missing"), [("en ar", False), ("ar", True), ("ar fr", True), ("ar en fr", False)]
)
def test_every_language_of_the_site_wants_its_version(languages: str, missing: bool) -> None:
    assert codes({}, {}, languages=languages) == ([], ["translation_missing"] if missing else [])


OWN: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"member": "title", "at_most": 5}, {"title": "قصيرة"}, False),
    ({"member": "title", "at_most": 5}, {"title": "طويلة جدا"}, True),
    ({"member": "dek", "at_least": 1}, {"dek": ""}, True),
    ({"member": "dek", "at_least": 1}, {"dek": "x"}, False),
    ({"member": "excerpt", "at_least": 3}, {"excerpt": "ab"}, True),
    ({"member": "body", "at_least": 3}, {"body_text": "كلمتان فقط"}, True),
    ({"member": "body", "at_least": 3}, {"body_text": "ثلاث كلمات هنا"}, False),
    ({"member": "body", "at_most": 1}, {"body_text": "one two"}, True),
    ({"member": "tags", "at_least": 1}, {"tag_ids": []}, True),
    ({"member": "tags", "at_most": 1}, {"tag_ids": ["a", "b"]}, True),
    ({"member": "authors", "at_most": 1}, {"author_ids": ["a"]}, False),
    ({"member": "seo.title", "at_least": 1}, {"seo": {}}, True),
    ({"member": "seo.description", "at_least": 1}, {"seo": {"description": "x"}}, False),
    ({"member": "body", "forbidden_words": ["اضغط هنا"]}, {"body_text": "ثم اضغطْ هُنا للمزيد"}, True),
    ({"member": "body", "forbidden_words": ["اضغط هنا"]}, {"body_text": "اضغط ثم هنا"}, False),
    ({"member": "title", "forbidden_words": ["VIRAL"]}, {"title": "A viral ferry"}, True),
    ({"member": "title", "forbidden_words": ["viral"]}, {"title": "Antiviral"}, False),
    ({"member": "dek", "at_least": 1, "kind": "page"}, {"dek": ""}, False),
    ({"member": "dek", "at_least": 1, "kind": "article"}, {"dek": ""}, True),
]


@pytest.mark.parametrize(("rule", "facts", "broken"), OWN)
def test_rules_of_the_site(rule: dict[str, Any], facts: dict[str, Any], broken: bool) -> None:
    for level, place in (("block", 0), ("warn", 1)):
        found = codes(facts, {"own": [{"code": "ours", "level": level, **rule}]})
        assert found[place] == (["ours"] if broken else []), found
        assert found[1 - place] == []
    assert codes(facts, {"own": [{"code": "ours", "level": "off", **rule}]}) == ([], [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ({"en": "Too long.", "ar": "العنوان طويل."}, "العنوان طويل."),
        ({"en": "Too long."}, "Too long."),
        ({}, "title has 13 characters, at most 3 are wanted"),
    ],
)
def test_what_is_said_comes_in_the_language_of_the_story(text: dict[str, str], said: str) -> None:
    rule = OwnRule(code="ours", member="title", at_most=3, text=text)
    revision = Revision(id=new_id(), post_id=new_id(), number=1, slug="x", created_at=now(), **SOUND)
    manuscript = Manuscript(revision, Kind.ARTICLE, "ar", frozenset({"en", "ar"}))
    (finding,) = judge(manuscript, SiteSettings(checklist=ChecklistPolicy(own=(rule,)))).warnings
    assert (finding.pointer, finding.detail) == ("/title", said)


@pytest.mark.anyio
async def test_the_door_lists_and_refuses(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    rule = {"code": "short_dek", "level": "block", "member": "dek", "at_least": 10, "text": {"ar": "المقدمة قصيرة."}}
    patch = {"checklist": {"byline": "block", "section": "off", "own": [rule]}}
    assert (await admin.patch("/v1/editor/site", json=patch, headers=ANY)).status_code == 200
    post = await opened(admin, title="الميناء", locale="ar", body="![](https://img.example/quay.jpg)\n\nقبل الفجر.")
    path = f"{POSTS}/{post['id']}/publication"

    asked = await admin.put(f"{path}?dry_run=true", headers=ANY)
    assert asked.status_code == 200
    found = asked.json()
    assert [(line["code"], line["pointer"]) for line in found["blockers"]] == [
        ("byline_missing", "/authors"),
        ("short_dek", "/dek"),
    ]
    assert found["blockers"][1]["detail"] == "المقدمة قصيرة."
    assert [line["code"] for line in found["warnings"]] == ["alt_missing", "credit_missing", "translation_missing"]

    refused = await admin.put(path, headers=ANY)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "not_ready")
    assert {name: problem[name] for name in ("blockers", "warnings")} == found
    assert (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).status_code == 404

    await admin.post(POSTS, json={"title": "The harbour", "locale": "en", "translation_of": post["id"]})
    mended = {"dek": "صباح في سوق السمك", "body": '![الرصيف](https://img.example/quay.jpg "تصوير: ليلى")\n\nقبل الفجر.'}
    await admin.post("/v1/editor/authors", json={"names": {"ar": "ليلى"}, "slug": "layla"})
    edit = await admin.patch(f"{POSTS}/{post['id']}", json=mended | {"authors": ["layla"]}, headers=ANY)
    assert edit.status_code == 200, edit.text
    assert (await admin.put(f"{path}?dry_run=true", headers=ANY)).json() == {"blockers": [], "warnings": []}
    assert (await admin.put(path, headers=ANY)).status_code == 200


REFUSED: list[tuple[Any, str]] = [
    ({"title": "perhaps"}, "/body/checklist/title"),
    ({"title": None}, "/body/checklist/title"),
    ({"colour": "warn"}, "/body/checklist/colour"),
    ({"own": [{"code": "Ours!", "member": "title", "at_least": 1}]}, "/body/checklist/own/0/code"),
    ({"own": [{"code": "ours", "member": "slug", "at_least": 1}]}, "/body/checklist/own/0/member"),
    ({"own": [{"code": "ours", "member": "title"}]}, "/body/checklist/own/0"),
    ({"own": [{"code": "ours", "member": "title", "at_least": "1"}]}, "/body/checklist/own/0/at_least"),
    ({"own": [{"code": "ours", "member": "title", "at_least": 0}]}, "/body/checklist/own/0/at_least"),
    ({"own": [{"code": "ours", "member": "dek", "at_least": 9, "at_most": 3}]}, "/body/checklist/own/0/at_most"),
    ({"own": [{"code": "ours", "member": "tags", "forbidden_words": ["x"]}]}, "/body/checklist/own/0/forbidden_words"),
    ({"own": [{"code": "ours", "member": "dek", "forbidden_words": ["…"]}]}, "/body/checklist/own/0/forbidden_words/0"),
    ({"own": [{"code": "title_missing", "member": "dek", "at_least": 1}]}, "/body/checklist/own/0/code"),
    ({"own": [{"code": "ours", "member": "dek", "at_least": 1}] * 2}, "/body/checklist/own/1/code"),
    (
        {"own": [{"code": "ours", "member": "dek", "at_least": 1, "text": {"fr": "x"}}]},
        "/body/checklist/own/0/text/fr",
    ),
    ({"own": [{"code": "ours", "member": "dek", "at_least": 1, "x": 1}]}, "/body/checklist/own/0/x"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("checklist", "pointer"), REFUSED)
async def test_settings_that_are_refused(newsroom: Newsroom, checklist: Any, pointer: str) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.patch("/v1/editor/site", json={"checklist": checklist}, headers=ANY)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.anyio
async def test_a_dropped_language_takes_its_texts_along(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    rule = {"code": "ours", "member": "dek", "at_least": 1, "text": {"en": "Write a dek.", "ar": "اكتب مقدمة."}}
    await admin.patch("/v1/editor/site", json={"checklist": {"own": [rule]}}, headers=ANY)
    answer = await admin.patch("/v1/editor/site", json={"locales": ["ar"], "default_locale": "ar"}, headers=ANY)
    assert answer.status_code == 200, answer.text
    assert answer.json()["checklist"]["own"][0]["text"] == {"ar": "اكتب مقدمة."}
