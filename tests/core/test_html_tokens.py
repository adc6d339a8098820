"""Reading HTML: tags and text as browsers see them, and what a reader sees of a page."""

import pytest

from app.core.html_tokens import End, Start, Text, plain_text, tokens


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<P Lang=ar>خبر</P>", [Start("p", {"lang": "ar"}), Text("خبر"), End("p")]),
        ("<a b='1' B=2 c=\"x>y\"d>", [Start("a", {"b": "1", "c": "x>y", "d": ""})]),
        ("<br/><img src=a/>", [Start("br", {}), Start("img", {"src": "a/"})]),
        ("&lt;b&gt; &amp;amp; &#1593; &#x639; &unknown;", [Text("<b> &amp; ع ع &unknown;")]),
        ('<a href="?a=1&section=2&amp;copy=3&lt">', [Start("a", {"href": "?a=1&section=2&copy=3<"})]),
        ("a<!-- <b> -->b<!doctype x>c<?php d ?>e<![CDATA[f]]>g", [Text(char) for char in "abceg"]),
        ("<!-->a<!-- hidden", [Text("a")]),
        ("<script>if (a<b) '</p>'</script >x", [Start("script", {}), End("script"), Text("x")]),
        ("<title>a<b>c", [Start("title", {})]),
        ("1 < 2 <3 </ >", [Text("1 "), Text("<"), Text(" 2 "), Text("<"), Text("3 ")]),
        ("a <b c='", [Text("a "), Text("<b c='")]),
        ("&#" + "9" * 5000 + ";", [Text("\ufffd" + "9" * 4992 + ";")]),
    ],
)
def test_tags_and_text(html: str, expected: list[Start | End | Text]) -> None:
    assert list(tokens(html)) == expected


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h2>عنوان</h2>\n<p>one\n two<br>three</p><p>four</p>", "عنوان\none two\nthree\nfour"),
        ("<p>a <em>b</em><strong>c</strong></p>", "a bc"),
        ("<ul><li>x<ul><li>y</li></ul></li></ul>", "x\ny"),
        ("<table><tr><th>اسم</th><td>1</td></tr><tr><td>2</td></tr></table>", "اسم 1\n2"),
        ("<pre>a\n  b</pre><p>c\n\nd</p>", "a\nb\nc d"),
        ('<p>note <a href="#fnref1" class="footnote-backref">↩</a> end <a href="#x">kept</a></p>', "note end kept"),
        ("<p>5 &lt; 6 &amp; &nbsp;خبر</p>", "5 < 6 & خبر"),
        ("", ""),
    ],
)
def test_plain_text_has_a_line_for_every_block(html: str, text: str) -> None:
    assert plain_text(html) == text
