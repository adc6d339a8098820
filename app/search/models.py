"""The index beside its entries: what of each live story is searched, ranked and shown."""

from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from app.core.columns import LONG_TEXT


class SearchEntry(SQLModel, table=True):
    """One live story; `id` follows its publication, so that walking the index backwards finds the newest first.

    The lines of `words` and `shown` belong together: title, dek, names of terms, what it is filtered by, then the
    passages of the body. `words` is folded and what the index holds, `shown` is as it is written, cut word by word.
    """

    __tablename__ = "search_entry"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    post_id: UUID = Field(unique=True)  # no reference: the index has to be told what it forgets
    facets: str = Field(sa_type=LONG_TEXT)
    words: str = Field(sa_type=LONG_TEXT)
    shown: str = Field(sa_type=LONG_TEXT)
