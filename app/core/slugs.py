"""The last part of a story's address: in the script of its title or in ASCII, never empty, never mistaken for an id."""

import unicodedata
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictStr
from slugify import slugify as dashed

from app.core.folding import ARABIC_MARKS
from app.core.text import BIDI_CONTROLS

MAX_SLUG_LENGTH = 120
# Room for vowel marks; a bound, because normalising piles of marks takes quadratic time.
MAX_TITLE_LENGTH = 4 * MAX_SLUG_LENGTH
UNTITLED = "untitled"

# "don't" is one word, a Persian word parted by ZWNJ reads well with a hyphen, and nothing in an address is invisible.
_RESPELLED = str.maketrans({"'": None, "\u2019": None, "\u00ad": None, "\u200d": None, "\u200c": "-"})


def slugify(title: str, *, transliterate: bool = False) -> str:
    """A slug for any title, "untitled" for one without letters; slugifying it again changes nothing."""
    # Marks go first: to the library they are no letters, and a shadda would split its word.
    plain = unicodedata.normalize("NFKC", title[:MAX_TITLE_LENGTH])
    bare = ARABIC_MARKS.sub("", BIDI_CONTROLS.sub("", plain))
    slug = dashed(
        bare.translate(_RESPELLED),
        allow_unicode=not transliterate,
        entities=False,
        decimal=False,
        hexadecimal=False,
        max_length=MAX_SLUG_LENGTH,
        word_boundary=True,
        save_order=True,
        algorithm="modern",
    )
    return f"s-{slug}" if _looks_like_uuid(slug) else slug or UNTITLED


def check_slug(value: str) -> str:
    """The slug in NFC as a client asked for it; raises ValueError, saying what is right, instead of repairing."""
    slug = unicodedata.normalize("NFC", value)
    if _looks_like_uuid(slug):
        raise ValueError("a slug must not look like a UUID: put a word before it, such as s-")
    if slugify(slug) != slug:
        raise ValueError(
            "a slug is lower-case letters and digits joined by single hyphens, without Arabic vowel marks, "
            f"at most {MAX_SLUG_LENGTH} characters, such as spring-budget-2026"
        )
    return slug


def _looks_like_uuid(slug: str) -> bool:
    try:
        UUID(slug)
    except ValueError:
        return False
    return True


Slug = Annotated[
    StrictStr,
    Field(min_length=1, max_length=MAX_SLUG_LENGTH, examples=["spring-budget-2026", "ميزانية-الربيع"]),
    AfterValidator(check_slug),
]
