"""The pictures of a text, as they stand in its sanitised HTML."""

from typing import NamedTuple

from app.core.html_tokens import End, Start, Text, tokens


class Image(NamedTuple):
    """One picture; its credit is the caption of its figure, without one its title. Sizes only where the text says."""

    src: str
    alt: str
    credit: str
    width: int | None
    height: int | None


def images_in(html: str) -> list[Image]:
    """Every picture in its order."""
    found: list[Image] = []
    figures: list[tuple[int, list[str]]] = []  # where the pictures of each open figure begin, and its caption
    captions = 0
    for token in tokens(html) if "<img" in html else ():
        match token:
            case Start("img", attributes):
                found.append(_image(attributes))
            case Start("figure"):
                figures.append((len(found), []))
            case Start("figcaption"):
                captions += 1
            case End("figcaption"):
                captions -= 1
            case Text(text) if captions and figures:
                figures[-1][1].append(text)
            case End("figure") if figures:
                first, caption = figures.pop()
                said = " ".join("".join(caption).split())
                found[first:] = [image._replace(credit=said or image.credit) for image in found[first:]]
    return found


def _image(attributes: dict[str, str]) -> Image:
    alt, title = (" ".join(attributes.get(name, "").split()) for name in ("alt", "title"))
    return Image(
        attributes.get("src", ""), alt, title, *(_pixels(attributes.get(name)) for name in ("width", "height"))
    )


def _pixels(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() and value.isascii() and int(value) else None
