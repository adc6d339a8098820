"""The rules of the desk as tables: what may happen to a dossier, and what must be there before it is published."""

from collections.abc import Set
from enum import StrEnum
from typing import NamedTuple

from app.core.errors import IllegalMove
from app.posts.models import Life, Revision, State
from app.staff.permissions import Permission as P


class Action(StrEnum):
    """What a person can do to a dossier."""

    EDIT = "edit"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    TRASH = "trash"
    RESTORE = "restore"


# (public life, action) → public life afterwards; what is not here is illegal
LIFE: dict[tuple[Life, Action], Life] = {
    (Life.UNPUBLISHED, Action.EDIT): Life.UNPUBLISHED,
    (Life.UNPUBLISHED, Action.PUBLISH): Life.PUBLISHED,
    (Life.UNPUBLISHED, Action.TRASH): Life.TRASHED,
    (Life.PUBLISHED, Action.EDIT): Life.PUBLISHED,
    (Life.PUBLISHED, Action.PUBLISH): Life.PUBLISHED,
    (Life.PUBLISHED, Action.UNPUBLISH): Life.UNPUBLISHED,
    (Life.TRASHED, Action.RESTORE): Life.UNPUBLISHED,
}

# the permission for what is one's own, and for anyone's
NEEDS: dict[Action, tuple[P, P]] = {
    Action.EDIT: (P.POSTS_WRITE_OWN, P.POSTS_WRITE_ANY),
    Action.PUBLISH: (P.POSTS_PUBLISH_OWN, P.POSTS_PUBLISH_ANY),
    Action.UNPUBLISH: (P.POSTS_PUBLISH_OWN, P.POSTS_PUBLISH_ANY),
    Action.TRASH: (P.POSTS_TRASH_OWN, P.POSTS_TRASH_ANY),
    Action.RESTORE: (P.POSTS_TRASH_OWN, P.POSTS_TRASH_ANY),
}


def after(action: Action, life: Life) -> Life:
    """Public life after an action. Raises IllegalMove with the actions that are possible."""
    try:
        return LIFE[life, action]
    except KeyError:
        possible = [move.value for state, move in LIFE if state is life]
        raise IllegalMove(f"a dossier that is {life.value} cannot take: {action.value}", allowed=possible) from None


def state_after_edit(state: State) -> State:
    """An edit of an approved revision is a draft again; one in review stays there."""
    return State.DRAFT if state is State.APPROVED else state


def permitted(action: Action, permissions: Set[str], *, own: bool) -> bool:
    """Whether someone with these permissions may do it to what is (not) their own."""
    for_own, for_any = NEEDS[action]
    return for_any in permissions or (own and for_own in permissions)


def allowed(life: Life, permissions: Set[str], *, own: bool) -> list[str]:
    """The actions that the state and the person permit, for `allowed` on the wire."""
    return [action.value for state, action in LIFE if state is life and permitted(action, permissions, own=own)]


class Finding(NamedTuple):
    """One line of the publish checklist."""

    code: str
    pointer: str
    detail: str


class Checklist(NamedTuple):
    """What blocks publishing, and what only deserves a look."""

    blockers: list[Finding]
    warnings: list[Finding]


def checklist(revision: Revision) -> Checklist:
    """The publish checklist: title and body block, all else warns."""
    blocking = (
        (not revision.title, Finding("title_missing", "/title", "a story needs a title")),
        (not revision.body_text.strip(), Finding("body_missing", "/body", "a story needs a text")),
    )
    warning = (
        (not revision.author_ids, Finding("byline_missing", "/authors", "no byline is named")),
        (revision.section_id is None, Finding("section_missing", "/section", "no section is chosen")),
    )
    return Checklist(
        [finding for missing, finding in blocking if missing], [finding for missing, finding in warning if missing]
    )
