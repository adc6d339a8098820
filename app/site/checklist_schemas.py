"""The publish checklist as an admin sets it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictInt, StrictStr

from app.core.folding import fold
from app.core.language import Locale
from app.core.merge_patch import Patch
from app.core.text import Line
from app.site.checklist import LARGEST, MOST_RULES, Level, Member, OwnRule


def _word(value: str) -> str:
    if not fold(value):
        raise ValueError("must have a letter or a digit")
    return value


Word = Annotated[Annotated[str, Line(60)], AfterValidator(_word)]


class OwnRuleWritten(OwnRule):
    """A rule of the site's own."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "code": "long_title",
                    "level": "warn",
                    "member": "title",
                    "at_most": 80,
                    "text": {"en": "Titles longer than 80 characters are cut on telephones.", "ar": "العنوان طويل."},
                }
            ]
        },
    )

    code: Annotated[StrictStr, Field(pattern="^[a-z][a-z0-9_]{0,39}$", examples=["long_title"])]
    level: Level = Level.WARN
    member: Member
    kind: Annotated[Literal["article", "page"] | None, Field(description="null: both")] = None
    at_least: Annotated[
        Annotated[StrictInt, Field(ge=1, le=LARGEST)] | None,
        Field(description="characters; words of `body`; items of `tags` and `authors`"),
    ] = None
    at_most: Annotated[StrictInt, Field(ge=0, le=LARGEST)] | None = None
    forbidden_words: Annotated[
        tuple[Word, ...],
        Field(
            max_length=100, description="words and phrases, found in any spelling that the search takes for the same"
        ),
    ] = ()
    text: Annotated[
        dict[Locale, Annotated[str, Line(300)]],
        Field(
            default_factory=dict,
            max_length=100,
            description="what is said, in the language of the story; else an English sentence",
        ),
    ]


class ChecklistPatch(Patch):
    """How strictly each rule is taken: `block`, `warn` or `off`."""

    title: Level = Level.BLOCK
    body: Level = Level.BLOCK
    byline: Annotated[Level, Field(description="articles only")] = Level.WARN
    section: Annotated[Level, Field(description="articles only")] = Level.WARN
    alt: Annotated[Level, Field(description="the alternative text of every picture in the body")] = Level.WARN
    credit: Annotated[Level, Field(description="a caption around, or a title on, every picture in the body")] = (
        Level.WARN
    )
    translation: Annotated[Level, Field(description="a version in each of the site's languages")] = Level.WARN
    own: Annotated[tuple[OwnRuleWritten, ...], Field(max_length=MOST_RULES, description="replaced as a whole")] = ()
