"""A dossier as it should be: what may happen to it, and what the public then sees of it."""

from dataclasses import dataclass, field
from datetime import datetime

from app.posts import workflow
from app.posts.models import Life, State
from app.posts.workflow import Action


@dataclass
class Snapshot:
    """What one revision says; a dossier counts its snapshots from 1."""

    number: int
    title: str


@dataclass
class Dossier:
    """One story. `live` is what the public reads, `pinned` what it will read from `publish_at` on."""

    snapshots: list[Snapshot]
    state: State = State.DRAFT
    life: Life = Life.UNPUBLISHED
    live: Snapshot | None = None
    pinned: Snapshot | None = None
    publish_at: datetime | None = None
    unpublish_at: datetime | None = None
    published_at: datetime | None = None
    corrections: int = 0
    told: list[str] = field(default_factory=list)

    @property
    def newest(self) -> Snapshot:
        """What lies on the desk."""
        return self.snapshots[-1]

    def may(self, action: Action) -> bool:
        """Whether the tables know the move."""
        scheduled = self.publish_at is not None or self.unpublish_at is not None
        return action in workflow.possible(self.state, self.life, scheduled=scheduled)

    def pass_time(self, now: datetime) -> None:
        """What was to happen until now has happened, in its order."""
        if self.publish_at is not None and self.publish_at <= now:
            self._appear(self.pinned, self.publish_at)
            self.publish_at = self.pinned = None
        if self.unpublish_at is not None and self.unpublish_at <= now:
            self.life, self.live, self.unpublish_at = Life.UNPUBLISHED, None, None
            self.told.append("post.unpublished")

    def edit(self, title: str) -> None:
        """A new revision."""
        self.snapshots.append(Snapshot(self.newest.number + 1, title))
        self.state = workflow.state_after_edit(self.state)
        self.told.append("post.edited")

    def review(self, action: Action) -> None:
        """A move of the review."""
        self.state = workflow.state_after(action, self.state)
        names = {"submit": "submitted", "approve": "approved", "recall": "recalled"}
        self.told.append(f"post.{names.get(action.value, 'changes_requested')}")

    def publish(self, number: int, now: datetime) -> None:
        """A revision goes before the public now; what was to appear later does not any more."""
        self._appear(next(one for one in self.snapshots if one.number == number), now)
        if self.publish_at is not None:
            self.told.append("post.unscheduled")
        self.publish_at = self.pinned = None

    def schedule(self, publish_at: datetime | None, unpublish_at: datetime | None) -> None:
        """The newest revision is to appear, or what is public to go."""
        self.publish_at, self.unpublish_at = publish_at, unpublish_at
        self.pinned = self.newest if publish_at else None
        self.life = workflow.after(Action.SCHEDULE, self.life)
        self.told.append("post.scheduled")

    def unschedule(self) -> None:
        """Nothing is to happen by itself."""
        self.publish_at = self.unpublish_at = self.pinned = None
        self.life = workflow.after(Action.UNSCHEDULE, self.life)
        self.told.append("post.unscheduled")

    def take_back(self, action: Action) -> None:
        """Unpublish or withdraw; nothing is to happen by itself any more."""
        if self.publish_at is not None or self.unpublish_at is not None:
            self.told.append("post.unscheduled")
        self.publish_at = self.unpublish_at = self.pinned = self.live = None
        self.life = workflow.after(action, self.life)
        self.told.append("post.unpublished" if action is Action.UNPUBLISH else "post.withdrawn")

    def put_away(self, action: Action) -> None:
        """Trash, restore or reinstate."""
        self.life = workflow.after(action, self.life)
        names = {"trash": "trashed", "restore": "restored", "reinstate": "reinstated"}
        self.told.append(f"post.{names[action.value]}")

    def _appear(self, snapshot: Snapshot | None, at: datetime) -> None:
        assert snapshot is not None
        self.told.append("post.republished" if self.life is Life.PUBLISHED else "post.published")
        self.live, self.life = snapshot, Life.PUBLISHED
        self.published_at = self.published_at or at
        if snapshot is self.newest:
            self.state = State.APPROVED
