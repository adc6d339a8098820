"""Stories and comments as HTML: what Markdown becomes, and that nothing executable ever comes out."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import markup
from app.core.markup import MAX_BRACKETS, Rendered, render_comment, render_story, rendered_in_full
from tests.timing import at_most

FIXTURES = Path(__file__).parents[2].parent / "shared" / "fixtures"
BASE = "https://paper.example/2026/story"
REL = 'rel="noopener noreferrer"'
UGC = 'rel="nofollow ugc noopener noreferrer"'

STORY_TAGS = (
    "a abbr aside b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em figcaption figure h2"
    " h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strong sub sup table tbody td tfoot th"
    " thead time tr u ul var wbr"
)
COMMENT_TAGS = "a blockquote br code em li ol p pre strong ul"


def markdown(source: str) -> Rendered:
    return render_story(source, "markdown", base_url=BASE)


def from_html(source: str) -> Rendered:
    return render_story(source, "html", base_url=BASE)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("# عنوان\n\nنص **مهم**", "<h2>عنوان</h2>\n<p>نص <strong>مهم</strong></p>"),
        ("a\nb  \nc ~~d~~", "<p>a\nb<br>\nc <s>d</s></p>"),
        ("[x](/y 'z')", f'<p><a href="https://paper.example/y" title="z" {REL}>x</a></p>'),
        ("![وصف](i.jpg)", '<p><img src="https://paper.example/2026/i.jpg" alt="وصف" loading="lazy"></p>'),
        ("see https://a.example.", f'<p>see <a href="https://a.example" {REL}>https://a.example</a>.</p>'),
        ("read gov.uk and me@gov.uk", "<p>read gov.uk and me@gov.uk</p>"),
        ("<bdi>BBC</bdi> *x*", "<p><bdi>BBC</bdi> <em>x</em></p>"),
        ("```py\n<a>\n```", '<pre><code class="language-py">&lt;a&gt;\n</code></pre>'),
    ],
)
def test_markdown_of_stories(source: str, html: str) -> None:
    assert markdown(source)[::2] == (html, ())


@pytest.mark.parametrize("mark", "\u060c\u061b\u061f\u06d4»…")
def test_arabic_punctuation_ends_an_address(mark: str) -> None:
    html = markdown(f"انظر https://a.example/x{mark} ثم").html
    assert html == f'<p>انظر <a href="https://a.example/x" {REL}>https://a.example/x</a>{mark} ثم</p>'


def test_tables_keep_their_alignment() -> None:
    html = markdown("| a | b |\n|--:|---|\n| 1 | 2 |").html.replace("\n", "")
    assert '<th align="right">a</th><th>b</th>' in html
    assert '<td align="right">1</td><td>2</td>' in html


def test_footnotes_lead_there_and_back_but_only_their_words_are_text() -> None:
    rendered = markdown("رأي[^1]\n\n[^1]: مصدر")
    assert f'<a href="#fn1" id="fnref1" {REL}>[1]</a>' in rendered.html
    assert f'<a href="#fnref1" class="footnote-backref" {REL}>' in rendered.html
    assert '<li id="fn1" class="footnote-item">' in rendered.html
    assert (rendered.text, rendered.warnings) == ("رأي[1]\nمصدر", ())


def test_what_markdown_loses_is_told() -> None:
    rendered = markdown("[a](javascript:x) <b onclick=y>b</b>\n\n<script>z</script>")
    assert rendered.html == "<p><a>a</a> <b>b</b></p>"
    assert rendered.warnings == (
        "removed link with scheme javascript:",
        "removed attribute onclick on <b>",
        "removed element <script>",
    )


def test_too_many_brackets_are_left_as_text() -> None:
    rendered = markdown("[" * MAX_BRACKETS + "[x](https://a.example)")
    assert rendered.html.startswith(f"<p>{'[' * MAX_BRACKETS}[x](")
    assert rendered.warnings == (f"links left as text: more than {MAX_BRACKETS} square brackets",)
    assert from_html("[" * (MAX_BRACKETS + 1)).warnings == ()


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (
            "سطر أول\nسطر ثانٍ\n\n**b** *i* `c`",
            "<p>سطر أول<br>\nسطر ثانٍ</p>\n<p><strong>b</strong> <em>i</em> <code>c</code></p>",
        ),
        ("> q\n\n- a\n- b", "<blockquote>\n<p>q</p>\n</blockquote>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("# a\n\nb\n---", "<p># a</p>\n<p>b<br>\n---</p>"),
        ("|a|\n|-|\n|b|", "<p>|a|<br>\n|-|<br>\n|b|</p>"),
        ("<b>x</b> <!-- y -->", "<p>&lt;b&gt;x&lt;/b&gt; &lt;!-- y --&gt;</p>"),
        ("    four", "<p>four</p>"),
        ("https://a.example/x؟", f'<p><a href="https://a.example/x" {UGC}>https://a.example/x</a>؟</p>'),
        ("<https://a.example>", f'<p><a href="https://a.example" {UGC}>https://a.example</a></p>'),
        ("[t](https://a.example)", f'<p>[t](<a href="https://a.example" {UGC}>https://a.example</a>)</p>'),
        ("![t](https://a.example)", f'<p>![t](<a href="https://a.example" {UGC}>https://a.example</a>)</p>'),
        ("ftp://a.example mailto:a@b.example //c.example", "<p>ftp://a.example mailto:a@b.example //c.example</p>"),
        (
            "[a]: https://a.example\n[a]",
            f'<p>[a]: <a href="https://a.example" {UGC}>https://a.example</a><br>\n[a]</p>',
        ),
    ],
)
def test_markdown_of_comments(source: str, html: str) -> None:
    assert render_comment(source) == html


class Finder(HTMLParser):
    """Collects what must not be in HTML that readers get."""

    def __init__(self, allowed: str) -> None:
        super().__init__()
        self.allowed = allowed.split()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.allowed:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            address = re.sub(r"[\s\x00-\x1f]", "", unescape(value or "")).lower()
            if name.startswith("on") or name in {"style", "srcdoc", "target"} or ":" in name:
                self.found.append(name)
            if name in {"href", "src", "cite"} and not re.match(r"https?://|mailto:|tel:|#", address):
                self.found.append(address)
            if name not in {"alt", "title"} and re.match("(javascript|data|vbscript):", address):
                self.found.append(address)

    def handle_comment(self, data: str) -> None:
        self.found.append(data)

    def handle_decl(self, decl: str) -> None:
        self.found.append(decl)


def dangers(html: str, allowed: str) -> list[str]:
    finder = Finder(allowed)
    finder.feed(html)
    finder.close()
    return finder.found


def loofah() -> Iterator[str]:
    text = (FIXTURES / "html" / "loofah" / "testdata_sanitizer_tests1.dat").read_text("utf-8")
    for literal in re.findall(r'"input": ("(?:[^"\\]|\\.)*")', text):
        yield json.loads(literal, strict=False)


def bleach() -> Iterator[str]:
    for path in sorted((FIXTURES / "html" / "bleach").glob("*.test")):
        yield path.read_text("utf-8").split("\n--")[0]


def feedparser() -> Iterator[str]:
    for path in sorted((FIXTURES / "html" / "feedparser").glob("*.xml")):
        text = path.read_bytes().decode("utf-8", "replace")
        yield from (text, unescape(text), unescape(unescape(text)))


def h5sc() -> Iterator[str]:
    yield (FIXTURES / "html" / "h5sc-test.svg").read_text("utf-8")


def naughty_strings() -> Iterator[str]:
    for text in json.loads((FIXTURES / "strings" / "naughty-strings.json").read_text("utf-8")):
        yield from (text, f"<p title='{text}'>{text}</p>", f"[{text}]({text})", f"<a href={text}>x</a>")


CORPORA = [(loofah, 90), (bleach, 10), (feedparser, 1000), (h5sc, 1), (naughty_strings, 1000)]


@pytest.mark.skipif(not FIXTURES.exists(), reason="the shared fixtures are not here")
@pytest.mark.parametrize(("corpus", "size"), CORPORA, ids=[corpus.__name__ for corpus, _ in CORPORA])
def test_nothing_executable_comes_out_of_attacks_others_collected(
    corpus: Callable[[], Iterator[str]], size: int
) -> None:
    attacks = list(corpus())
    assert len(attacks) >= size
    for attack in attacks:
        story, imported, comment = markdown(attack), from_html(attack), render_comment(attack)
        assert dangers(story.html, STORY_TAGS) == [], attack
        assert dangers(imported.html, STORY_TAGS) == [], attack
        assert dangers(comment, COMMENT_TAGS) == [], attack
        assert from_html(story.html) == (story.html, story.text, ()), attack
        assert from_html(imported.html) == (imported.html, imported.text, ()), attack


@pytest.mark.skipif(not FIXTURES.exists(), reason="the shared fixtures are not here")
@pytest.mark.parametrize("name", ["ar_Arab", "he_Hebr"])
def test_right_to_left_prose_is_kept_word_for_word(name: str) -> None:
    samples = re.findall(r'^  \w+: "(.+)"$', (FIXTURES / "rtl" / f"{name}.textproto").read_text("utf-8"), re.MULTILINE)
    prose = [sample for sample in samples if not re.search(r"[\\*_`\[\]<>&#~|-]", sample)]
    assert len(prose) >= 8
    for sample in prose:
        assert markdown(sample)[1:] == (re.sub(r"\s+", " ", sample).strip(), ())


PROSE = st.sampled_from(
    [*"ab كِز9\u00e9\u0301 ,.;?!'\"()-\u2013\u201c\u00ab\u060c\u061f", "\n", "\n\n", "12", "www.", "the harbour"]
)
TEMPTING = st.sampled_from([*"*_`~[]<>/&:@#|+=\\\u00a0\u2028\t0) ", "http://a.b", "1. ", "- ", "   "])


@given(st.lists(PROSE | TEMPTING, max_size=30).map("".join) | st.lists(PROSE, max_size=30).map("".join))
def test_plain_prose_takes_a_short_way_to_the_same_place(source: str) -> None:
    assert render_comment(source) == rendered_in_full(source)


@pytest.mark.parametrize(
    "source", ["شكرًا على هذا التحقيق.", "First, thanks.\nThen (no)", "Why? 12 boats!\n\n2026 was wet"]
)
def test_most_comments_take_it(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rendered_in_full(source)
    monkeypatch.setattr(markup, "rendered_in_full", lambda _source: pytest.fail("the parser was asked"))
    assert render_comment(source) == whole


@given(st.text(st.sampled_from("ab*_`~[]()!<>/&;:#|-+=^\"'\\\n 1.خ")))
def test_rendering_the_output_again_changes_nothing(source: str) -> None:
    rendered = markdown(source)
    assert from_html(rendered.html) == (rendered.html, rendered.text, ())
    assert dangers(rendered.html, STORY_TAGS) == dangers(render_comment(source), COMMENT_TAGS) == []


NESTED_LISTS = "".join("  " * level + "- a\n" for level in range(440))
HOSTILE = [
    "[",
    "![",
    "[^",
    "^[",
    "[](",
    ">",
    "> ",
    "*",
    "**a ",
    "_",
    "`a",
    "<",
    "<a ",
    "<!--",
    "<div>\n\n",
    "&",
    "- ",
    "1. ",
]
HOSTILE += [
    "> - ",
    "|",
    "[a]: x\n",
    "[^1]: x\n\n",
    "~",
    "\\",
    "http://",
    NESTED_LISTS,
    "<div>" * 10_000,
    "<b>" * 10_000,
]


@pytest.mark.parametrize("piece", HOSTILE, ids=[piece[:8] for piece in HOSTILE])
@pytest.mark.parametrize("render", [markdown, render_comment])
def test_hostile_markdown_takes_bounded_time(render: Callable[[str], object], piece: str) -> None:
    source = (piece * (100_000 // len(piece) + 1))[:100_000]
    with at_most(seconds=3):
        render(source)
