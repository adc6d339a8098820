"""A thread as it should be: what may happen to its comments, what is told of it and what everyone then sees."""

from dataclasses import dataclass, field
from uuid import UUID

from app.comments import workflow
from app.comments.models import Status
from app.comments.workflow import Action

THRESHOLD = 2


@dataclass
class Said:
    """One comment; `reviewed` and `edited` are the steps in which that happened."""

    id: UUID
    parent: "Said | None"
    status: Status
    staff: bool = False
    revision: int = 1
    reviewed: int | None = None
    edited: int | None = None
    reports: int = 0
    held_by_reports: bool = False
    below: list["Said"] = field(default_factory=list)

    @property
    def depth(self) -> int:
        """1 at the top."""
        return 1 if self.parent is None else self.parent.depth + 1

    @property
    def published_below(self) -> int:
        """How many of its answers are published, at any depth."""
        return sum((said.status is Status.PUBLISHED) + said.published_below for said in self.below)

    @property
    def approved(self) -> bool:
        """Whether a moderator read what it now says."""
        return self.reviewed is not None and (self.edited is None or self.edited <= self.reviewed)


@dataclass
class Batch:
    """What a decision changed, so that it can be taken back."""

    id: str
    said: Said | None = None
    before: Status = Status.PENDING
    after: Status = Status.DELETED
    revision: int = 0
    reviewed: int | None = None
    reports: int = 0
    undone: bool = False


class Thread:
    """The comments that are left; each verb answers the events that it should have caused."""

    def __init__(self) -> None:
        self.comments: list[Said] = []
        self.batches: list[Batch] = []

    def seen(self) -> dict[str, tuple[str, int | None]]:
        """What everyone sees: status and number of answers, no number for tombstones."""
        found: dict[str, tuple[str, int | None]] = {}
        for said in self.comments:
            if said.status is Status.PUBLISHED:
                found[str(said.id)] = ("published", said.published_below)
            elif said.published_below:
                found[str(said.id)] = ("deleted", None)
        return found

    def count(self) -> int:
        """The one number."""
        return sum(said.status is Status.PUBLISHED for said in self.comments)

    def add(self, said: Said) -> list[str]:
        """A comment that was taken."""
        self.comments.append(said)
        if said.parent is not None:
            said.parent.below.append(said)
        published = ["comment.published"] if said.status is Status.PUBLISHED else []
        return published if said.staff else ["comment.received", *published]

    def decide(self, said: Said, action: Action, batch: Batch, step: int) -> list[str]:
        """A decision about the newest revision; nothing when the table does not know it."""
        self.batches.append(batch)
        if (said.status, action) not in workflow.MOVES:
            return []
        batch.said, batch.before, batch.after = said, said.status, workflow.MOVES[said.status, action]
        batch.revision, batch.reviewed, batch.reports = said.revision, said.reviewed, said.reports
        said.status, said.reviewed, said.reports = batch.after, step, 0
        if action is Action.DELETE:
            self._bury(said)
        return [workflow.EVENTS[action]]

    def undo(self, batch: Batch) -> list[str]:
        """The decision taken back, if nothing happened since."""
        if batch.undone:
            return []
        batch.undone = True
        said = batch.said
        if (
            said is None
            or batch.after is Status.DELETED
            or (said.status, said.revision) != (batch.after, batch.revision)
        ):
            return ["decision.undone"]
        said.status, said.reviewed = batch.before, batch.reviewed
        said.reports += batch.reports
        return [workflow.EVENTS_OF_UNDO[batch.after, batch.before], "decision.undone"]

    def edit(self, said: Said, step: int, *, held: bool) -> list[str]:
        """A new text; `held` says what the checks made of it."""
        if said.status not in workflow.EDITABLE:
            return []
        said.revision += 1
        said.edited = step
        if said.status is Status.PUBLISHED and held:
            said.status = Status.PENDING
            return ["comment.held_again"]
        return ["comment.edited"]

    def withdraw(self, said: Said) -> list[str]:
        """Its writer takes it away."""
        if said.status is Status.DELETED:
            return []
        said.status = Status.DELETED
        self._bury(said)
        return ["comment.deleted"]

    def report(self, said: Said) -> list[str]:
        """One more reader says that something is wrong with it."""
        if said.status is not Status.PUBLISHED:
            return []
        said.reports += 1
        if said.reports < THRESHOLD or said.approved or said.staff or said.held_by_reports:
            return ["comment.reported"]
        said.status, said.held_by_reports = Status.PENDING, True
        return ["comment.reported", "comment.held_again"]

    def _bury(self, said: Said | None) -> None:
        """Tombstones on which nothing hangs are gone, up the branch."""
        if said is not None:
            said.reports = 0
        while said is not None and said.status is Status.DELETED and not said.below:
            self.comments.remove(said)
            if said.parent is not None:
                said.parent.below.remove(said)
            said = said.parent
