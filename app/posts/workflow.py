"""The rules of the desk as tables: what may happen to a dossier, and who may do it."""

from collections.abc import Set
from enum import StrEnum

from app.posts.models import Life, State
from app.staff.permissions import Permission as P


class Action(StrEnum):
    """What a person can do to a dossier."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    RECALL = "recall"
    PREVIEW = "preview"
    TRANSLATE = "translate"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    REINSTATE = "reinstate"
    TRASH = "trash"
    RESTORE = "restore"


A = Action

# (workflow state of the newest revision, action) → state afterwards; what is not here is illegal
REVIEW: dict[tuple[State, Action], State] = {
    (State.DRAFT, A.SUBMIT): State.IN_REVIEW,
    (State.IN_REVIEW, A.APPROVE): State.APPROVED,
    (State.IN_REVIEW, A.REQUEST_CHANGES): State.DRAFT,
    (State.IN_REVIEW, A.RECALL): State.DRAFT,
    (State.APPROVED, A.REQUEST_CHANGES): State.DRAFT,
    (State.APPROVED, A.RECALL): State.DRAFT,
}
REVIEWING = frozenset(action for _, action in REVIEW)

# (public life, action) → public life afterwards; what is not here is illegal
LIFE: dict[tuple[Life, Action], Life] = {
    (Life.UNPUBLISHED, A.PUBLISH): Life.PUBLISHED,
    (Life.UNPUBLISHED, A.SCHEDULE): Life.SCHEDULED,
    (Life.UNPUBLISHED, A.TRASH): Life.TRASHED,
    (Life.SCHEDULED, A.PUBLISH): Life.PUBLISHED,
    (Life.SCHEDULED, A.SCHEDULE): Life.SCHEDULED,
    (Life.SCHEDULED, A.UNSCHEDULE): Life.UNPUBLISHED,
    (Life.PUBLISHED, A.PUBLISH): Life.PUBLISHED,
    (Life.PUBLISHED, A.UNPUBLISH): Life.UNPUBLISHED,
    (Life.PUBLISHED, A.SCHEDULE): Life.PUBLISHED,
    (Life.PUBLISHED, A.UNSCHEDULE): Life.PUBLISHED,
    (Life.PUBLISHED, A.CORRECT): Life.PUBLISHED,
    (Life.PUBLISHED, A.WITHDRAW): Life.WITHDRAWN,
    (Life.WITHDRAWN, A.WITHDRAW): Life.WITHDRAWN,
    (Life.WITHDRAWN, A.REINSTATE): Life.UNPUBLISHED,
    (Life.TRASHED, A.RESTORE): Life.UNPUBLISHED,
}
# what moves nothing in public, and is possible in every life but in the trash
QUIET = (A.EDIT, *sorted(REVIEWING), A.PREVIEW, A.TRANSLATE)
LIFE |= {(life, action): life for action in QUIET for life in Life if life is not Life.TRASHED}
del LIFE[Life.WITHDRAWN, A.PREVIEW]  # what was taken down is shown to nobody outside

# the permission for what is one's own, and for anyone's
NEEDS: dict[Action, tuple[P, P]] = {
    A.EDIT: (P.POSTS_WRITE_OWN, P.POSTS_WRITE_ANY),
    A.SUBMIT: (P.POSTS_SUBMIT_OWN, P.POSTS_REVIEW),
    A.RECALL: (P.POSTS_SUBMIT_OWN, P.POSTS_REVIEW),
    A.APPROVE: (P.POSTS_REVIEW, P.POSTS_REVIEW),
    A.REQUEST_CHANGES: (P.POSTS_REVIEW, P.POSTS_REVIEW),
    A.PREVIEW: (P.POSTS_PREVIEW_OWN, P.POSTS_WRITE_ANY),
    A.TRANSLATE: (P.POSTS_WRITE_OWN, P.POSTS_WRITE_ANY),
    A.PUBLISH: (P.POSTS_PUBLISH_OWN, P.POSTS_PUBLISH_ANY),
    A.UNPUBLISH: (P.POSTS_PUBLISH_OWN, P.POSTS_PUBLISH_ANY),
    A.SCHEDULE: (P.POSTS_PUBLISH_OWN, P.POSTS_PUBLISH_ANY),
    A.UNSCHEDULE: (P.POSTS_PUBLISH_OWN, P.POSTS_PUBLISH_ANY),
    A.CORRECT: (P.POSTS_CORRECT_OWN, P.POSTS_CORRECT_ANY),
    A.WITHDRAW: (P.POSTS_WITHDRAW, P.POSTS_WITHDRAW),
    A.REINSTATE: (P.POSTS_WITHDRAW, P.POSTS_WITHDRAW),
    A.TRASH: (P.POSTS_TRASH_OWN, P.POSTS_TRASH_ANY),
    A.RESTORE: (P.POSTS_TRASH_OWN, P.POSTS_TRASH_ANY),
}


def after(action: Action, life: Life) -> Life:
    """Public life after an action that is possible."""
    return LIFE[life, action]


def state_after(action: Action, state: State) -> State:
    """Workflow state after a move of the review that is possible."""
    return REVIEW[state, action]


def state_after_edit(state: State) -> State:
    """An edit of an approved revision is a draft again; one in review stays there."""
    return State.DRAFT if state is State.APPROVED else state


def permitted(action: Action, permissions: Set[str], *, own: bool) -> bool:
    """Whether someone with these permissions may do it to what is (not) their own."""
    for_own, for_any = NEEDS[action]
    return for_any in permissions or (own and for_own in permissions)


def possible(state: State, life: Life, *, scheduled: bool) -> list[Action]:
    """What can happen to a dossier that stands so, whoever asks; `scheduled`: something will happen by itself."""
    return [
        action
        for action in Action
        if (life, action) in LIFE
        and (action not in REVIEWING or (state, action) in REVIEW)
        and (scheduled or action is not A.UNSCHEDULE)
    ]


def allowed(state: State, life: Life, permissions: Set[str], *, own: bool, scheduled: bool) -> list[str]:
    """The actions that the states and the person permit, for `allowed` on the wire."""
    there = possible(state, life, scheduled=scheduled)
    return [action.value for action in there if permitted(action, permissions, own=own)]
