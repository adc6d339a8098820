"""What goes over the wire: the events of the stream, what somebody did, the jobs of the queue."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from app.activity import workflow
from app.core.clock import Moment
from app.core.http.filters import AnyOf
from app.core.http.paging import LimitParam, PageQuery
from app.events.workflow import CATALOGUE
from app.jobs.models import JobState


def _known(names: Collection[str]) -> AfterValidator:
    """Each pattern must mean something: a misspelled one would be silent for ever."""

    def check(patterns: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [pattern for pattern in patterns if not workflow.named([pattern], names)]
        if unknown:
            raise ValueError(f"must be names such as post.published or rooms such as post.*, not {', '.join(unknown)}")
        return patterns

    return AfterValidator(check)


def _where(value: object, read: ValidatorFunctionWrapHandler) -> UUID | Literal["now"] | None:
    """One error, not one for each kind of answer that would have done."""
    try:
        found: UUID | Literal["now"] | None = read(value)
    except ValidationError:
        raise ValueError("must be the `cursor` of an answer, or `now`") from None
    return found


class EventsQuery(BaseModel):
    """Where to go on, and what to look for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Annotated[
        UUID | Literal["now"] | None,
        WrapValidator(_where),
        Field(description="`cursor` of the answer before; `now` begins at the end, nothing at the beginning"),
    ] = None
    limit: LimitParam = 20
    names: Annotated[AnyOf | None, _known(workflow.STREAM), Field(description="such as `post.*,site.changed`")] = None


class _Recorded(BaseModel):
    """What every entry of the diary has."""

    id: UUID
    name: Annotated[str, Field(examples=["post.published"])]
    subject_id: Annotated[UUID | None, Field(description="what it happened to")]
    origin: Annotated[str, Field(description="user, key, guest, system or import")]
    request_id: str | None
    at: Annotated[datetime, Field(description="of a tip only the day")]
    data: dict[str, Any]


class StreamedEvent(_Recorded):
    """One change of state."""

    actor_id: UUID | None


class EventStream(BaseModel):
    """What follows in the diary, oldest first."""

    items: list[StreamedEvent]
    next: Annotated[UUID | None, Field(description="set when more can be had at once with `after`")]
    cursor: Annotated[UUID | None, Field(description="where to go on when there is something new")]


class ActivityQuery(PageQuery):
    """Filters combine as and."""

    actor: Annotated[UUID | None, Field(description="who did it")] = None
    subject: Annotated[UUID | None, Field(description="what it happened to")] = None
    name: Annotated[AnyOf | None, _known(CATALOGUE), Field(description="such as `user.*,login.failed`")] = None
    after: Annotated[Moment | None, Field(description="inclusive")] = None
    before: Annotated[Moment | None, Field(description="exclusive")] = None


class ActivityPerson(BaseModel):
    """Someone with an account, open or not."""

    id: UUID
    name: str


class ActivityEntry(_Recorded):
    """Who did what."""

    actor: ActivityPerson | None


class JobsQuery(PageQuery):
    """Which jobs."""

    state: JobState = JobState.PARKED
    task: Annotated[str | None, Field(max_length=64, examples=["mail.send"])] = None


class JobShown(BaseModel):
    """A job that is owed."""

    id: UUID
    task: str
    state: JobState
    args: dict[str, Any]
    attempts: Annotated[int, Field(description="tries so far")]
    run_at: Annotated[datetime, Field(description="when it is tried next, or was given up; of a tip only the day")]
    error: Annotated[str, Field(description="what went wrong the last time")]
