"""Pictures are found as they stand in the HTML of a text."""

import pytest

from app.core.images import Image, images_in

A = Image("/a.jpg", "", "", None, None)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("", []),
        ("<p>No picture, but the word img</p>", []),
        ('<p><img src="/a.jpg"></p>', [A]),
        ('<img src="/a.jpg" alt=" الرصيف " title="تصوير: ليلى">', [A._replace(alt="الرصيف", credit="تصوير: ليلى")]),
        ('<img src="/a.jpg" width="640" height="480">', [A._replace(width=640, height=480)]),
        ('<img src="/a.jpg" width="-1" height="0">', [A]),
        (
            '<figure><img src="/a.jpg" title="x"><figcaption>Photo:\n <b>Layla</b></figcaption></figure>',
            [A._replace(credit="Photo: Layla")],
        ),
        ('<figure><img src="/a.jpg" title="x"><figcaption> </figcaption></figure>', [A._replace(credit="x")]),
        (
            '<figure><figcaption>Outer</figcaption><figure><img src="/a.jpg"></figure></figure>',
            [A._replace(credit="Outer")],
        ),
        ('<figure><figcaption>Photo</figcaption></figure><img src="/a.jpg">', [A]),
        ('</figure></figcaption><img src="/a.jpg">text', [A]),
    ],
)  # fmt: skip
def test_pictures(html: str, found: list[Image]) -> None:
    assert images_in(html) == found
