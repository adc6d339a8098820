"""Lists: `{"items": […], "next": cursor or null}` and a Link header, the same in every room."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, func, select
from sqlmodel import Session

from app.core.clock import wire_time

Item = TypeVar("Item", bound=BaseModel)
T = TypeVar("T")
MOST_ITEMS = 100

LimitParam = Annotated[int, Field(ge=1, le=MOST_ITEMS, description="how many items at most")]
CursorParam = Annotated[str | None, Field(max_length=1000, description="`next` of the page before")]


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next` is null on the last."""

    items: list[Item]
    next: str | None = None
    total: Annotated[int | None, Field(description="with `count=true`")] = None


class Cut(NamedTuple, Generic[T]):
    """A page before its items are shown: with the cursor of the next, and how many there are in all if asked."""

    items: Sequence[T]
    next: str | None
    total: int | None

    def shown(self, show: Callable[[T], Item]) -> Page[Item]:
        """The page, each item as it goes over the wire."""
        return Page(items=[show(item) for item in self.items], next=self.next, total=self.total)


class PageQuery(BaseModel):
    """What every list takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: LimitParam = 20
    cursor: CursorParam = None
    count: Annotated[bool, Field(description="adds `total`")] = False

    def bound_to(self, list_: str, *also: str) -> str:
        """What a cursor belongs to: the list, its filters and sort; `also` names what else changes no order."""
        return f"{list_}?{self.model_dump_json(exclude={'cursor', 'limit', 'count', *also})}"


def total_of(session: Session, everything: Select[Any], query: PageQuery) -> int | None:
    """How many rows the list has in all, when `count=true` asks; its statement is that before cursor and limit."""
    if not query.count:
        return None
    total: int = session.execute(select(func.count()).select_from(everything.order_by(None).subquery())).scalar_one()
    return total


def page_of(rows: Sequence[Any], limit: int, cursor: Callable[[Any], str]) -> tuple[Sequence[Any], str | None]:
    """Cut `limit + 1` rows to a page: the rows shown, and the cursor after the last when more follow."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursor(rows[limit - 1])


def next_link(
    path: str, query: BaseModel, cursor: str | None, *, name: str = "cursor"
) -> tuple[tuple[bytes, bytes], ...]:
    """The Link header of a page: path-absolute, the same parameters with the next cursor."""
    if cursor is None:
        return ()
    return ((b"link", f'<{path}?{_same_parameters(query, name)}{name}={cursor}>; rel="next"'.encode()),)


@lru_cache(maxsize=1024)
def _same_parameters(query: BaseModel, but: str) -> str:
    """The parameters of a query but its cursor, encoded, with a `&` at the end; the latest are remembered."""
    sent = query.model_dump(exclude_unset=True, exclude={but})
    given = {name: _plain(value) for name, value in sent.items() if value is not None}
    return urlencode(given, quote_via=quote) + "&" if given else ""


def paged(page: Page[Any], path: str, query: BaseModel) -> Response:
    """A page as an answer with its Link header, for doors that are not hot."""
    headers = {name.decode(): value.decode() for name, value in next_link(path, query, page.next)}
    body = page.model_dump_json(exclude={"total"} if page.total is None else None)
    return Response(body, headers=headers, media_type="application/json")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return wire_time(value)
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value))
    return str(value)
