"""Terms: a slug and a name per language each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import false
from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE, LONG_TEXT


class Term(SQLModel):
    """What sections, tags and bylines share."""

    id: UUID = Field(primary_key=True)
    slug: str = Field(max_length=160, unique=True)
    names: dict[str, str] = Field(sa_type=JSON_TYPE)
    descriptions: dict[str, str] = Field(sa_type=JSON_TYPE, default_factory=dict)
    search_text: str = Field(default="", sa_type=LONG_TEXT)
    version: int = 1
    created_at: datetime
    updated_at: datetime
    updated_by: UUID | None = Field(default=None, foreign_key="staff_user.id")


class Section(Term, table=True):
    """A department of the magazine; `parent_id` makes a tree, `position` orders siblings."""

    __tablename__ = "section"

    parent_id: UUID | None = Field(default=None, foreign_key="section.id", index=True)
    position: int = 0


class Tag(Term, table=True):
    """A free keyword; `public` once an editor made or changed it as a tag, or a story that carries it came out: until
    then it is a word of somebody's draft.
    """

    __tablename__ = "tag"

    public: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Author(Term, table=True):
    """A byline; `user_id` says which account it belongs to, if any."""

    __tablename__ = "author"

    user_id: UUID | None = Field(default=None, foreign_key="staff_user.id", index=True)


class Series(Term, table=True):
    """Stories told in parts; which, and in what order, stands with what is public."""

    __tablename__ = "series"
