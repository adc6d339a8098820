"""What a story keeps of the HTML it came in, what it loses, and that every loss is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.html_policy import ELEMENTS
from app.core.html_writer import MAX_DEPTH
from app.core.sanitizing import MAX_WARNINGS, sanitize
from tests.timing import at_most

BASE = "https://paper.example/2026/story"
A = ' rel="noopener noreferrer"'

ALREADY_GOOD = [
    '<p lang="ar" dir="rtl">خبر <bdi>BBC</bdi> و<em>رأي</em></p>',
    "<h2>a</h2><h6>b</h6><hr><ul><li>c</li></ul><dl><dt>d</dt><dd>e</dd></dl>",
    '<ol start="3" type="a" reversed="reversed"><li value="7">x</li></ol>',
    '<blockquote cite="https://a.example/q"><p>q</p></blockquote><q>r</q>',
    '<figure><img src="https://a.example/i.jpg" alt="a &quot;b&quot; \'c\'" width="10" loading="lazy">'
    "<figcaption>c</figcaption></figure>",
    f'<a href="https://a.example/?b=1&amp;section=2" title="t"{A}>x</a>',
    f'<a href="mailto:a@b.example"{A}>x</a><a href="tel:+2020"{A}>y</a><a href="#fn1"{A}>z</a>',
    '<a href="https://shop.example" rel="noopener noreferrer nofollow sponsored">paid</a>',
    '<table><caption>c</caption><thead><tr><th scope="col">h</th></tr></thead>'
    '<tbody><tr><td colspan="2" align="right">1</td></tr></tbody></table>',
    '<p>H<sub>2</sub> <abbr title="t">UN</abbr> <time datetime="2026-11-22T10:00Z">now</time> <mark>m</mark></p>',
    '<pre lang="en"><code class="language-c++">a &lt; b\n\nc</code></pre>',
    f'<sup class="footnote-ref"><a href="#fn1" id="fnref1:1"{A}>[1]</a></sup>',
    "a&nbsp;b &amp;lt; 'c' \"d\"",
]


@pytest.mark.parametrize("html", ALREADY_GOOD)
def test_good_html_passes_unchanged(html: str) -> None:
    assert sanitize(html, base_url=BASE) == (html, ())


@pytest.mark.parametrize(
    ("html", "safe", "losses"),
    [
        ("<script>x</script>a<STYLE>y</STYLE>", "a", ("removed element <script>", "removed element <style>")),
        ("<p onclick=a onclick=b>x</p><p onclick=c>", "<p>x</p><p></p>", ("removed attribute onclick on <p>",)),
        ("<" + "x" * 99 + ">a", "a", ("removed element <" + "x" * 40 + ">",)),
        ("<o:p>خبر</o:p><x-y/>", "خبر", ("removed element <o:p>", "removed element <x-y>")),
        ('<a href="jAva\tscript:x">a</a>', "<a>a</a>", ("removed link with scheme javascript:",)),
        ('<a href="&#106;avascript&colon;x">a</a>', "<a>a</a>", ("removed link with scheme javascript:",)),
        ('<a href="ftp://a.example">a</a>', "<a>a</a>", ("removed link with scheme ftp:",)),
        ("<a href=' '>a</a>", "<a>a</a>", ("removed link without an address",)),
        ('<a href="http:///x">a</a>', "<a>a</a>", ("removed link with a broken address",)),
        ('<a href="https://[x">a</a>', "<a>a</a>", ("removed link with a broken address",)),
        ('<a href="https://a%b.example">a</a>', "<a>a</a>", ("removed attribute href on <a>",)),
        ('<img src="data:image/png;base64,x">', "", ("removed image with scheme data:",)),
        ('<img src="mailto:a@b.example">', "", ("removed image with scheme mailto:",)),
        ("<img alt=x>", "", ("removed image without an address",)),
        ("<q cite=javascript:x>a</q>", "<q>a</q>", ("removed source with scheme javascript:",)),
        ('<p id="top" style="x">a</p>', "<p>a</p>", ("removed attribute id on <p>", "removed attribute style on <p>")),
        ("<p class=y>a</p>", "<p>a</p>", ("removed attribute class on <p>",)),
        ('<li id="header">a</li>', "<li>a</li>", ("removed attribute id on <li>",)),
        ('<hr class="footnotes-sep x">', '<hr class="footnotes-sep">', ("removed attribute class on <hr>",)),
        ('<a href="#fn1" target=_blank>a</a>', f'<a href="#fn1"{A}>a</a>', ("removed attribute target on <a>",)),
        ("<td>a</td>", "a", ("removed element <td>",)),
        ('<p dir="up">a</p>', "<p>a</p>", ("removed attribute dir on <p>",)),
        ('<p lang="ar_EG!">a</p>', "<p>a</p>", ("removed attribute lang on <p>",)),
    ],
)
def test_losses_are_told_once_and_in_order(html: str, safe: str, losses: tuple[str, ...]) -> None:
    assert sanitize(html, base_url=BASE) == (safe, losses)


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<h1>a</h1>", "<h2>a</h2>"),
        ("<main><strike>a</strike></main>", "<div><s>a</s></div>"),
        ("a<!-- b --><!doctype html>c", "ac"),
        ("<p>a<p>b<ul><li>c<li>d</ul>e", "<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>e"),
        ("<ul><li>a<ul><li>b</ul>c</ul>", "<ul><li>a<ul><li>b</li></ul>c</li></ul>"),
        ("<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"),
        ("<table><tr><td>a<tr><td>b</table>", "<table><tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody></table>"),
        ("<b><table><tr><td>a</b>b</table>", "<b><table><tbody><tr><td>ab</td></tr></tbody></table></b>"),
        ("<h2>a</h3>b", "<h2>a</h2>b"),
        ("<p><a href='#a'>a<p>b", f'<p><a href="#a"{A}>a</a></p><p>b</p>'),
        ("</p></b>a", "a"),
        ("5 < 6 <b", "5 &lt; 6 &lt;b"),
        ("<pre>\n\n\n\n\n\n\na</pre>", "<pre>a</pre>"),
        ("a\x00&#0;&#27;\x1bb", "a\ufffdb"),
        ("<abbr title='a\x1bb'>c</abbr>", '<abbr title="ab">c</abbr>'),
        ("<section class=' footnotes '>a</section>", '<section class="footnotes">a</section>'),
        ('<a href="https://a.ex\nample/\tb\x01">a</a>', f'<a href="https://a.example/b"{A}>a</a>'),
        ('<a href="/x y?z">a</a>', f'<a href="https://paper.example/x%20y?z"{A}>a</a>'),
        ('<a href="next#b">a</a>', f'<a href="https://paper.example/2026/next#b"{A}>a</a>'),
        ('<img src="//cdn.example/i.png">', '<img src="https://cdn.example/i.png" loading="lazy">'),
        ('<img src="/a.png" loading="eager">', '<img src="https://paper.example/a.png" loading="lazy">'),
        ('<a href="#a" rel="opener me">a</a>', '<a href="#a" rel="noopener noreferrer me">a</a>'),
    ],
)
def test_repairs_which_lose_nothing_are_silent(html: str, safe: str) -> None:
    assert sanitize(html, base_url=BASE) == (safe, ())


def test_deep_nesting_is_flattened_and_keeps_its_text() -> None:
    html, losses = sanitize("<blockquote>" * 10_000 + "خبر" + "</blockquote>" * 10_000, base_url=BASE)
    assert html == "<blockquote>" * MAX_DEPTH + "خبر" + "</blockquote>" * MAX_DEPTH
    assert losses == (f"flattened elements nested more than {MAX_DEPTH} deep",)


def test_end_tags_of_flattened_elements_close_nothing_else() -> None:
    html, _ = sanitize("<q>" * (MAX_DEPTH + 1) + "a</q>b</q>c", base_url=BASE)
    assert html == "<q>" * MAX_DEPTH + "ab</q>c" + "</q>" * (MAX_DEPTH - 1)


@pytest.mark.parametrize("tag", sorted(ELEMENTS))
def test_no_element_keeps_scripts_styles_or_other_pages(tag: str) -> None:
    html, _ = sanitize(f"<table><{tag} onclick=x onload=x style=x srcdoc=x srcset=x target=x data=x>", base_url=BASE)
    assert "=" not in html


def test_the_list_of_losses_has_an_end() -> None:
    _, losses = sanitize("".join(f"<x{number}>" for number in range(100)), base_url=BASE)
    assert losses == (*(f"removed element <x{n}>" for n in range(MAX_WARNINGS)), "and 50 more kinds of losses")


def test_what_is_left_open_does_not_multiply() -> None:
    link = f"<a href='https://a.example/{'y' * 40_000}'>"
    html, _ = sanitize(f"<p>{link}x" + "<p>x" * 12_000, base_url=BASE)
    assert len(html) < 300_000


HOSTILE = [
    "<",
    "<a ",
    '<a b="',
    "<a b='\n",
    "<a/",
    "<x y=",
    "<!--",
    "<![",
    "<?",
    "</",
    "<div>",
    "<b><p>",
    "<p>",
    "<li>",
]
HOSTILE += [
    "<ul><li>",
    "<table><tr><td>",
    "<a href=x>",
    "</b>",
    "<b></i>",
    "<script>",
    "<title>",
    "&#",
    "&#9",
    "<!-- --!",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_html_takes_bounded_time(piece: str) -> None:
    with at_most(seconds=3):
        sanitize((piece * 100_000)[:100_000], base_url=BASE)


TAG_NAMES = (
    "a b blockquote body caption col dd div dl em figure font form h1 h2 hr html img li math nobr ol option p plaintext"
    " pre ruby script section select span style svg table tbody td template textarea th title tr ul"
)
TAGS = st.sampled_from(TAG_NAMES.split())
ATTRIBUTES = st.sampled_from(
    [
        "",
        "",
        ' href="x"',
        " href=javascript:x rel=me",
        " src=//x/y",
        ' class="footnotes  y"',
        ' title="\'&nbsp;<p>"',
        ' lang="',
    ]
)
PIECES = st.one_of(
    st.builds("<{}{}>".format, TAGS, ATTRIBUTES),
    st.builds("</{}>".format, TAGS),
    st.sampled_from(["x", "\n\n", " ", "&lt;", "&nbsp;", "&#8238;", "<!--", "-->", "<![CDATA[", "]]>", "<", "خبر"]),
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_safe_html_stays_as_it_is_without_warnings(html: str) -> None:
    safe, _ = sanitize(html, base_url=BASE)
    assert sanitize(safe, base_url=BASE) == (safe, ())
