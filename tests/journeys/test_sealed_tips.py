"""A tip is sealed in a real browser and opened in Python, and the other way round, from the same vectors."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi import FastAPI, Response
from playwright.sync_api import Browser, Page, Route, expect
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core import base64url, sealing, tip_keys
from app.sealing import pages
from tests.browser import Watch, open_page, serving
from tests.server import Server
from tests.tips import KEYS, VECTORS, filled_with, message_of, padded, private_key

DESK, NIGHT = KEYS["news desk"], KEYS["night desk"]
ARABIC = next(vector for vector in VECTORS if vector["name"] == "Arabic")
BLANK = "/blank"
HOSTILE = {
    "body": "first\n<script>document.title = 'taken'</script><img src=/stolen onerror=\"document.title = 'taken'\">",
    "name": "</dd><form action=/stolen>",
    "contact": "javascript:document.title='taken'",
    "subject": "\u202eموضوع",
    '"]<b>x': "an unknown member",
}


class Site(NamedTuple):
    """The pages on a port of their own, what the server was asked for, and a browser's page."""

    origin: str
    asked: list[str]
    page: Page

    def run(self, script: str, **given: Any) -> Any:
        """The answer of a script in an empty page without policy; `m` has all that the two modules export."""
        self.page.goto(self.origin + BLANK)
        modules = "const m = {...await import('/widgets/seal.js'), ...await import('/widgets/open.js')};"
        return self.page.evaluate(f"async (given) => {{ {modules} {script} }}", given)

    def refusal(self, script: str, **given: Any) -> str:
        """The code with which a script fails."""
        caught = f"try {{ {script}; return 'nothing' }} catch (error) {{ return error.code ?? String(error) }}"
        return str(self.run(caught, **given))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with open_site() as site:
        yield site


@contextmanager
def open_site() -> Iterator[Site]:
    app = FastAPI()
    app.include_router(pages.router)
    asked: list[str] = []

    @app.get(BLANK)
    async def show_blank() -> Response:
        return Response("<!doctype html><link rel=icon href=data:,>", media_type="text/html")

    class Listener:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            asked.append(scope["path"])
            await self.app(scope, receive, send)

    app.add_middleware(Listener)
    with serving(app) as origin, open_page() as page:
        yield Site(origin, asked, page)


def own(key: dict[str, str]) -> Any:
    return private_key(key["private_key_pkcs8"])


def points(*keys: dict[str, str]) -> list[bytes]:
    return [base64url.to_bytes(key["public_key"]) for key in keys]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_browser_opens_the_vectors(site: Site, vector: dict[str, Any]) -> None:
    recipients = [KEYS[name] for name in vector["recipients"]]
    text = vector.get("envelope") or sealing.seal(message_of(vector), points(*recipients))
    opened = site.run(
        "return Promise.all(given.keys.map((key) => m.openTip(given.text, key.key_file, key.passphrase)))",
        text=text,
        keys=recipients,
    )
    assert opened == [message_of(vector)] * len(recipients)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_python_opens_what_the_browser_seals(site: Site, vector: dict[str, Any]) -> None:
    recipients = [KEYS[name] for name in vector["recipients"]]
    text = site.run("return m.sealTip(given.keys, given.message)", keys=recipients, message=message_of(vector))
    assert sealing.inspect(text) == sealing.Envelope(tuple(map(sealing.key_id, points(*recipients))), vector["bucket"])
    assert [sealing.open_sealed(text, own(key)) for key in recipients] == [message_of(vector)] * len(recipients)


def test_the_browser_makes_keys_that_python_reads(site: Site) -> None:
    passphrase = "Zoe\u0308 and five more words"
    made = site.run("return m.generateKey(given.passphrase)", passphrase=passphrase)
    key = tip_keys.unlock(made["keyFile"], "Zo\u00eb and five more words")
    point = sealing.public_point(key)
    assert (base64url.to_text(point), sealing.fingerprint(point)) == (made["publicKey"], made["fingerprint"])
    items = [{"public_key": made["publicKey"], "fingerprint": made["fingerprint"]}]
    text = site.run("return m.sealTip(given.items, {body: 'half \\ud83d, whole 🗞️'})", items=items)
    assert sealing.open_sealed(text, key) == {"body": "half \ufffd, whole 🗞️"}


def test_nothing_is_sealed_twice_alike(site: Site) -> None:
    texts = site.run("return Promise.all([1, 2].map(() => m.sealTip([given.key], {body: 'x'})))", key=DESK)
    first, second = map(base64url.to_bytes, texts)
    assert first[5:70] != second[5:70]
    assert first[134:-16] != second[134:-16]


OTHER_POINT = {"public_key": DESK["public_key"], "fingerprint": NIGHT["fingerprint"]}
OFF_CURVE = {"public_key": base64url.to_text(points(DESK)[0][:-1] + bytes([points(DESK)[0][-1] ^ 1]))}


@pytest.mark.parametrize(
    ("keys", "message", "code"),
    [
        ([DESK], {}, "no-text"),
        ([DESK], {"body": " \n"}, "no-text"),
        ([DESK], {"body": "x" * 65_522}, "too-long"),
        ([DESK], {"body": "س" * 32_761}, "too-long"),
        ([], {"body": "x"}, "bad-keys"),
        ([DESK] * 2, {"body": "x"}, "bad-keys"),
        ([DESK] * 9, {"body": "x"}, "bad-keys"),
        ([OTHER_POINT], {"body": "x"}, "bad-keys"),
        ([OFF_CURVE], {"body": "x"}, "bad-keys"),
        ([{"public_key": DESK["public_key"] + "="}], {"body": "x"}, "bad-keys"),
        ([{"public_key": base64url.to_text(bytes(32))}], {"body": "x"}, "bad-keys"),
        ([{}], {"body": "x"}, "bad-keys"),
    ],
)
def test_what_the_browser_does_not_seal(site: Site, keys: list[Any], message: dict[str, str], code: str) -> None:
    assert site.refusal("await m.sealTip(given.keys, given.message)", keys=keys, message=message) == code


def test_members_are_not_dropped_in_silence(site: Site) -> None:
    for message in ({"body": "x", "email": "a@b.example"}, {"body": "x", "name": None}):
        said = site.refusal("await m.sealTip([given.key], given.message)", key=DESK, message=message)
        assert said.startswith("TypeError: A message has the texts")


GOOD = sealing.seal({"body": "x"}, points(DESK, NIGHT))


# two bits of the last letter say nothing; ours are zero
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
OTHER_SPELLING = GOOD[:-1] + ALPHABET[ALPHABET.index(GOOD[-1]) + 1]


def changed(at: int, by: int = 1) -> str:
    data = base64url.to_bytes(GOOD)
    return base64url.to_text(data[:at] + bytes([data[at] ^ by]) + data[at + 1 :])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad-envelope"),
        ("hello", "bad-envelope"),
        (GOOD + "=", "bad-envelope"),
        (OTHER_SPELLING, "bad-envelope"),
        (GOOD[:-1], "bad-envelope"),
        (GOOD + "AAAA", "bad-envelope"),
        (GOOD[:-4], "bad-envelope"),
        (changed(0), "bad-envelope"),
        (changed(4), "bad-envelope"),
        (changed(4, 2), "bad-envelope"),
        (changed(5, 2), "bad-envelope"),
        (changed(69), "damaged"),
        (changed(70), "other-keys"),
        (changed(86), "damaged"),
        (changed(133), "damaged"),
        (changed(134), "damaged"),
        (changed(197), "damaged"),
        (changed(198), "damaged"),
        (changed(1221), "damaged"),
        (changed(1237), "damaged"),
        (sealing.seal({"body": "x"}, points(NIGHT)), "other-keys"),
    ],
)
def test_what_the_browser_does_not_open(site: Site, text: str, code: str) -> None:
    script = "await m.openTip(given.text, given.file, given.passphrase)"
    assert site.refusal(script, text=text, file=DESK["key_file"], passphrase=DESK["passphrase"]) == code


MEMBERS = json.loads(DESK["key_file"])


@pytest.mark.parametrize(
    ("file", "passphrase", "code"),
    [
        ("", "", "bad-key-file"),
        ("null", "", "bad-key-file"),
        (DESK["key_file"][:-10], DESK["passphrase"], "bad-key-file"),
        (json.dumps(MEMBERS | {"format": "x"}), DESK["passphrase"], "bad-key-file"),
        (json.dumps(MEMBERS | {"iterations": 2048}), DESK["passphrase"], "bad-key-file"),
        (json.dumps(MEMBERS | {"iterations": 10**9}), DESK["passphrase"], "bad-key-file"),
        (json.dumps(MEMBERS | {"public_key": NIGHT["public_key"]}), DESK["passphrase"], "wrong-passphrase"),
        (DESK["key_file"], "", "wrong-passphrase"),
        (DESK["key_file"], DESK["passphrase"] + " ", "wrong-passphrase"),
    ],
)
def test_key_files_that_the_browser_does_not_unlock(site: Site, file: str, passphrase: str, code: str) -> None:
    script = "await m.openTip(given.text, given.file, given.passphrase)"
    assert site.refusal(script, text=GOOD, file=file, passphrase=passphrase) == code


def test_short_passphrases_make_no_key(site: Site) -> None:
    assert site.refusal("await m.generateKey('éééééééééé!')") == "short-passphrase"


def test_the_private_key_cannot_be_read_out_of_the_page(site: Site) -> None:
    script = """
    const { privateKey } = await m.unlockKey(given.file, given.passphrase);
    if (privateKey.extractable) throw new Error("extractable");
    await crypto.subtle.exportKey("pkcs8", privateKey)"""
    said = site.refusal(script, file=DESK["key_file"], passphrase=DESK["passphrase"])
    assert "InvalidAccessError" in said or said == "15"


def seal_to_night_desk(message: dict[str, str]) -> str:
    """Sealed with members that only a careless or hostile front end adds."""
    return filled_with(padded(json.dumps(message).encode()), points(NIGHT)[0])


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    """A page in a fresh profile for what a person does."""
    page = browser_of(site).new_page()
    page.set_default_timeout(15_000)
    yield page
    page.close()


def browser_of(site: Site) -> Browser:
    browser = site.page.context.browser
    assert browser
    return browser


def open_by_hand(page: Page, folder: Path, text: str, *, passphrase: str = NIGHT["passphrase"]) -> None:
    file = folder / "key.json"
    file.write_text(NIGHT["key_file"], encoding="utf-8")
    page.get_by_label("Your private key file").set_input_files(file)
    page.locator("#passphrase").fill(passphrase)
    page.get_by_role("textbox", name="The sealed tip").fill(text)
    page.get_by_role("button", name="Open").click()


def test_an_editor_opens_a_tip_and_nothing_leaves_the_page(site: Site, page: Page, tmp_path: Path) -> None:
    watch = Watch(page)
    page.goto(site.origin + pages.OPEN_PATH)
    assert watch.addresses == [site.origin + pages.OPEN_PATH]
    site.asked.clear()
    text = sealing.seal(message_of(ARABIC), points(NIGHT))
    open_by_hand(page, tmp_path, "\n".join(text[at : at + 76] for at in range(0, len(text), 76)))
    tip = page.get_by_role("region", name="The tip")
    expect(tip.locator("pre")).to_have_text(message_of(ARABIC)["body"])
    expect(tip).to_contain_text("سلمى")
    expect(tip).not_to_contain_text("How to reach them", use_inner_text=True)
    assert tip.locator("pre").evaluate("element => getComputedStyle(element).direction") == "rtl"
    page.get_by_role("button", name="العربية").click()
    expect(page.get_by_role("region", name="المعلومة")).to_contain_text("العقد 7/2026", use_inner_text=True)
    assert page.evaluate("document.documentElement.dir") == "rtl"
    page.get_by_role("button", name="امسح كل شيء").click()
    expect(page.locator("#opened")).to_be_hidden()
    left = "[...document.querySelectorAll('pre, dd')].map(e => e.textContent).concat(envelope.value, passphrase.value)"
    assert set(page.evaluate(left)) == {""}
    assert (watch.addresses, site.asked, watch.complaints) == ([site.origin + pages.OPEN_PATH], [], [])


def test_a_hostile_tip_is_text_and_nothing_else(site: Site, page: Page, tmp_path: Path) -> None:
    watch = Watch(page)
    page.goto(site.origin + pages.OPEN_PATH)
    site.asked.clear()
    open_by_hand(page, tmp_path, seal_to_night_desk(HOSTILE))
    expect(page.locator("pre")).to_have_text(HOSTILE["body"])
    for text in (*HOSTILE, *HOSTILE.values()):
        assert text in {"body", "name", "contact", "subject"} or text in page.locator("#opened").inner_text()
    assert (
        page.locator("#opened").evaluate("element => element.querySelectorAll('img, script, form, a, b').length") == 0
    )
    assert "taken" not in page.title()
    open_by_hand(page, tmp_path, sealing.seal({"body": "the next"}, points(NIGHT)))
    expect(page.locator("pre")).to_have_text("the next")
    expect(page.locator("#told > div")).to_have_count(3)
    assert (site.asked, watch.complaints) == ([], [])


@pytest.mark.parametrize(
    ("text", "passphrase", "said"),
    [
        (GOOD, "wrong passphrase", "passphrase is wrong"),
        ("hello", NIGHT["passphrase"], "no sealed tip"),
        (changed(200), NIGHT["passphrase"], "is damaged"),
        (sealing.seal({"body": "x"}, points(DESK)), NIGHT["passphrase"], "other keys"),
    ],
)
def test_an_editor_is_told_what_is_wrong(
    site: Site, page: Page, tmp_path: Path, text: str, passphrase: str, said: str
) -> None:
    page.goto(site.origin + pages.OPEN_PATH)
    open_by_hand(page, tmp_path, text, passphrase=passphrase)
    expect(page.get_by_role("alert")).to_contain_text(said, use_inner_text=True)
    expect(page.locator("#opened")).to_be_hidden()


def test_a_saved_copy_works_from_the_disk_without_network(site: Site, page: Page, tmp_path: Path) -> None:
    copy = tmp_path / "open.html"
    copy.write_bytes(httpx.get(site.origin + pages.OPEN_PATH).content)
    watch = Watch(page)
    page.goto(copy.as_uri())
    open_by_hand(page, tmp_path, sealing.seal({"body": "من القرص"}, points(NIGHT)))
    expect(page.locator("pre")).to_have_text("من القرص")
    fetching = "fetch('http://127.0.0.1:9/').then(() => 'sent', (error) => error.name)"
    assert (watch.addresses, watch.complaints) == ([copy.as_uri()], [])
    assert page.evaluate(fetching) == "TypeError"
    assert any("connect-src" in complaint for complaint in watch.complaints)


def test_an_editor_makes_a_key_in_the_page(site: Site, page: Page) -> None:
    watch = Watch(page)
    page.goto(site.origin + pages.OPEN_PATH)
    site.asked.clear()
    page.get_by_text("Make a new key pair").click()
    page.get_by_label("Passphrase for the private key").fill("five words make a key")
    page.get_by_label("The same again").fill("five words make a kez")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("alert")).to_contain_text("differ", use_inner_text=True)
    page.get_by_label("The same again").fill("five words make a key")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("link", name="Save the private key")).to_be_visible()
    expect(page.get_by_role("status", name="Public key, for Masthead")).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the private key").click()
    key = tip_keys.unlock(download.value.path().read_text(), "five words make a key")
    point = sealing.public_point(key)
    expect(page.get_by_role("status", name="Public key, for Masthead")).to_have_text(base64url.to_text(point))
    expect(page.get_by_role("status", name="Its fingerprint")).to_have_text(sealing.fingerprint(point))
    assert page.get_by_label("Passphrase for the private key").input_value() == ""
    assert (site.asked, watch.complaints) == ([], [])


class Doors:
    """The three doors that the page for sources knocks at, in the browser's own post."""

    def __init__(self, page: Page, *keys: dict[str, str], status: int = 202) -> None:
        self.posted: list[dict[str, Any]] = []
        self.sent: list[str] = []
        self._status = status
        page.on("request", lambda request: self.sent.append(f"{request.url} {request.headers} {request.post_data}"))
        page.route("**/v1/contact/keys", lambda route: route.fulfill(json={"items": keys}))
        page.route("**/v1/challenge?form=contact", lambda route: route.fulfill(json={"render_token": "token"}))
        page.route("**/v1/contact", self._take)

    def _take(self, route: Route) -> None:
        self.posted.append(json.loads(route.request.post_data or ""))
        if self._status == 0:
            route.abort()
        else:
            route.fulfill(status=self._status, json={"reference": "7K3F-9QXT", "receipt": "a-receipt"})


WORDS = {"body": "الوثيقة خلف المرآة", "subject": "A mirror", "name": "Nobody at all", "contact": "by pigeon"}


def write(page: Page) -> None:
    page.get_by_role("textbox", name="Your tip").fill(WORDS["body"])
    page.get_by_role("textbox", name="Subject").fill(WORDS["subject"])
    page.get_by_role("textbox", name="Your name").fill(WORDS["name"])
    page.get_by_role("textbox", name="How we can reach you").fill(f" {WORDS['contact']} ")
    page.get_by_role("button", name="Seal and send").click()


def test_a_source_sends_what_only_the_newsroom_can_read(site: Site, page: Page) -> None:
    watch, doors = Watch(page), Doors(page, DESK, NIGHT)
    page.goto(site.origin + pages.NEW_PATH)
    expect(page.get_by_role("listitem")).to_have_text([DESK["fingerprint"], NIGHT["fingerprint"]])
    write(page)
    expect(page.get_by_role("status", name="Reference")).to_have_text("7K3F-9QXT")
    expect(page.get_by_role("status", name="Receipt")).to_have_text("a-receipt")
    (posted,) = doors.posted
    assert posted == {"kind": "tip", "sealed": posted["sealed"], "homepage": "", "render_token": "token"}
    assert [sealing.open_sealed(posted["sealed"], own(key)) for key in (DESK, NIGHT)] == [WORDS] * 2
    assert [word for word in WORDS.values() if any(word in sent for sent in doors.sent)] == []
    assert {page.locator(f"[data-member={name}]").input_value() for name in WORDS} == {""}
    assert watch.strangers(site.origin) == watch.complaints == []
    assert page.context.cookies() == page.evaluate("Object.keys(localStorage)") == []


def test_only_what_is_filled_in_is_sealed_and_arabic_is_read_from_the_right(site: Site, page: Page) -> None:
    doors = Doors(page, NIGHT)
    page.goto(f"{site.origin}{pages.NEW_PATH}?locale=ar")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    page.get_by_role("textbox", name="المعلومة").fill("كلمة")
    page.get_by_role("button", name="اختم وأرسل").click()
    expect(page.get_by_role("status", name="رقم المرجع")).to_have_text("7K3F-9QXT")
    assert sealing.open_sealed(doors.posted[0]["sealed"], own(NIGHT)) == {"body": "كلمة"}


@pytest.mark.parametrize(("status", "said"), [(422, "did not take it"), (429, "try again in a minute"), (0, "broke")])
def test_a_source_loses_no_word_when_it_is_not_taken(site: Site, page: Page, status: int, said: str) -> None:
    doors = Doors(page, DESK, status=status)
    page.goto(site.origin + pages.NEW_PATH)
    write(page)
    expect(page.get_by_role("alert")).to_contain_text(said, use_inner_text=True)
    assert page.get_by_role("textbox", name="Your tip").input_value() == WORDS["body"]
    page.get_by_role("button", name="Seal and send").click()
    expect(page.locator("#send")).to_be_enabled()
    first, second = (posted["sealed"] for posted in doors.posted)
    assert first != second


@pytest.mark.parametrize(
    ("keys", "said"),
    [([], "published no key"), ([DESK | {"fingerprint": NIGHT["fingerprint"]}], "not right"), ([{}], "not right")],
)
def test_nothing_is_sent_for_keys_that_are_not_right(site: Site, page: Page, keys: list[Any], said: str) -> None:
    doors = Doors(page, *keys)
    page.goto(site.origin + pages.NEW_PATH)
    if keys and "public_key" in keys[0]:
        write(page)
    expect(page.get_by_role("alert")).to_contain_text(said, use_inner_text=True)
    assert page.get_by_role("textbox").count() == (4 if keys and "public_key" in keys[0] else 0)
    assert doors.posted == []


ARABIC_LETTERS = re.compile("[\u0621-\u064a]+")


@pytest.mark.parametrize("path", [pages.NEW_PATH, pages.OPEN_PATH])
def test_one_language_is_seen_at_a_time(site: Site, page: Page, path: str) -> None:
    Doors(page, DESK)
    page.goto(site.origin + path)
    main = page.locator("main")
    expect(page.get_by_role("textbox").first).to_be_visible()
    assert not ARABIC_LETTERS.search(main.inner_text())
    page.get_by_role("button", name="العربية").click()
    assert ARABIC_LETTERS.search(main.inner_text())
    assert "the" not in main.inner_text().split()
    page.get_by_role("button", name="English").click()
    assert not ARABIC_LETTERS.search(main.inner_text())
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["en", "ltr"]


@pytest.mark.parametrize("path", [pages.NEW_PATH, pages.OPEN_PATH])
def test_a_browser_that_cannot_seal_says_so(site: Site, page: Page, path: str) -> None:
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page.goto(site.origin + path)
    expect(page.get_by_role("alert")).to_contain_text("must begin with https", use_inner_text=True)
    assert page.locator("input:visible, textarea:visible").count() == 0


@pytest.mark.parametrize("path", [pages.NEW_PATH, pages.OPEN_PATH])
def test_without_script_there_is_nothing_to_type_into(site: Site, path: str) -> None:
    page = browser_of(site).new_page(java_script_enabled=False)
    page.goto(site.origin + path)
    expect(page.get_by_text("needs JavaScript for that")).to_be_visible()
    assert page.locator("input:visible, textarea:visible, button:visible").count() == 0
    page.close()


def sign_in(client: httpx.Client, password: str) -> None:
    form = {"grant_type": "password", "username": "demo@masthead.example", "password": password}
    token = client.post("/v1/auth/token", data=form).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_from_the_source_to_the_editor_past_a_server_that_cannot_read(server: Server, page: Page) -> None:
    password = server.run("demo").split()[-1]
    server.start()
    with httpx.Client(base_url=server.base) as editor:
        sign_in(editor, password)
        draft = {"public_key": NIGHT["public_key"]}
        assert editor.post("/v1/editor/contact/keys", json=draft).status_code == 201
        watch = Watch(page)
        page.goto(f"{server.base}{pages.NEW_PATH}")
        expect(page.get_by_role("listitem")).to_have_text(NIGHT["fingerprint"])
        write(page)
        reference = page.get_by_role("status", name="Reference")
        expect(reference).to_have_text(re.compile("[0-9A-Z]{4}-[0-9A-Z]{4}"))
        assert len(page.get_by_role("status", name="Receipt").inner_text()) > 40
        (tip,) = editor.get("/v1/editor/contact", params={"kind": "tip", "limit": 1}).json()["items"]
        assert (tip["reference"], tip["body"], tip["name"]) == (reference.inner_text(), "", "")
    page.goto(f"{server.base}{pages.OPEN_PATH}")
    open_by_hand(page, server.folder, tip["sealed"])
    expect(page.locator("pre")).to_have_text(WORDS["body"])
    expect(page.locator("#told")).to_contain_text(WORDS["contact"])
    assert watch.strangers(server.base) == watch.complaints == []

    server.stop()
    at_rest = b"".join(path.read_bytes() for path in server.folder.parent.glob("masthead.sqlite3*"))
    assert tip["sealed"][:64].encode() in at_rest
    assert [word for word in WORDS.values() if word.encode() in at_rest] == []
    assert [path for path in ("/tips", "/widgets", "/v1/contact", "/v1/challenge") if path in server.log()] == []
