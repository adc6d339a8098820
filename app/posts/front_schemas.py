"""Orders of stories on the wire: the pins of a front, the parts of a series."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.core.language import Locale

MOST_PINS, MOST_PARTS = 20, 200


def _different(items: tuple[UUID, ...]) -> tuple[UUID, ...]:
    if len(set(items)) < len(items):
        raise ValueError("must not name a story twice")
    return items


_Ids = Annotated[tuple[UUID, ...], AfterValidator(_different)]


class FrontQuery(BaseModel):
    """Which language's front."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    locale: Annotated[Locale, Field(description="a locale of the site; each has a front of its own")]


class Pins(BaseModel):
    """Ids of dossiers in the order in which they stand; what is not public stands nowhere until it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: Annotated[_Ids, Field(max_length=MOST_PINS)]


class Parts(BaseModel):
    """Ids of dossiers in the order of the parts; each stands for its translations too."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: Annotated[_Ids, Field(max_length=MOST_PARTS)]
