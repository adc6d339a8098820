"""What moderators decide: each decision about one revision, in batches that can be taken back for a day."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.comments import feedback, lessons, queries, queue, shelf, workflow
from app.comments.editor_schemas import BatchAnswer, Decided, DecisionInput, Decisions, Undecided
from app.comments.errors import CannotUndo, CommentNotFound, StaleRevision
from app.comments.models import Comment, Decision, DecisionBatch, Status
from app.comments.workflow import Action
from app.core.actor import Actor
from app.core.errors import DomainError
from app.core.http.problems import problem_of
from app.core.ids import new_id
from app.events.service import record

Reach = dict[UUID, Comment]


def decide(session: Session, wanted: Decisions, *, by: Actor, at: datetime) -> BatchAnswer:
    """Take each decision that can be taken; what cannot is answered with its problem."""
    batch = DecisionBatch(id=new_id(), decided_by=by.id, decided_at=at)
    session.add(batch)
    session.flush()
    reach = _reach(session, {decision.id for decision in wanted.decisions}, by)
    results: list[Decided | Undecided] = []
    for place, decision in enumerate(wanted.decisions):
        try:
            results.append(_decide(session, decision, reach, batch, place, by=by, at=at))
        except DomainError as error:
            results.append(_undecided(decision.id, error, by))
    return BatchAnswer(batch=batch.id, results=results)


def decide_one(session: Session, decision: DecisionInput, *, by: Actor, at: datetime) -> UUID:
    """Take one decision as a batch of its own, whose id it answers; the comment is locked.

    Raises CommentNotFound, StaleRevision, IllegalMove.
    """
    batch = DecisionBatch(id=new_id(), decided_by=by.id, decided_at=at)
    reach = _reach(session, {decision.id}, by)
    session.add(batch)
    session.flush()
    _decide(session, decision, reach, batch, 0, by=by, at=at)
    return batch.id


def _reach(session: Session, ids: set[UUID], by: Actor) -> Reach:
    """The comments that this person may judge, locked."""
    locked = queries.lock_comments(session, ids)
    seen = set(session.exec(select(Comment.id).where(col(Comment.id).in_(ids), queue.for_moderator(by))))
    return {id_: comment for id_, comment in locked.items() if id_ in seen}


def _decide(
    session: Session,
    decision: DecisionInput,
    reach: Reach,
    batch: DecisionBatch,
    place: int,
    *,
    by: Actor,
    at: datetime,
) -> Decided:
    """One decision; raises before it changes anything, so that the others stand."""
    comment = reach.get(decision.id)
    if comment is None:
        raise CommentNotFound()
    if comment.revision != decision.revision:
        current = {"revision": comment.revision, "status": comment.status.value}
        raise StaleRevision(f"the newest revision is {comment.revision}", current=current)
    after = workflow.after(decision.action, comment.status)
    session.add(_logged(comment, decision, after, batch, place))
    comment.reviewed_by, comment.reviewed_at = by.id, at
    feedback.close_reports(session, comment, batch.id)
    comment.rejection = decision.reason.value if decision.reason and after is Status.REJECTED else None
    if decision.action is Action.DELETE:
        del reach[decision.id]
        shelf.bury(session, comment)
    else:
        shelf.move(session, comment, after)
    lessons.learn(session, comment)
    shelf.tell(session, workflow.EVENTS[decision.action], comment, by=by, at=at)
    return Decided(id=comment.id, status=after, revision=comment.revision)


def _logged(comment: Comment, decision: DecisionInput, after: Status, batch: DecisionBatch, place: int) -> Decision:
    return Decision(
        batch_id=batch.id,
        place=place,
        comment_id=comment.id,
        action=decision.action.value,
        revision=comment.revision,
        before=comment.status.value,
        after=after.value,
        rejection=comment.rejection,
        reviewed_by=comment.reviewed_by,
        reviewed_at=comment.reviewed_at,
    )


def undo(session: Session, batch_id: UUID, *, by: Actor, at: datetime) -> BatchAnswer:
    """Take the decisions of a batch back where nothing happened since. Raises BatchNotFound, CannotUndo."""
    batch = queue.get_batch(session, batch_id, by)
    if batch.undone_at is not None:
        raise CannotUndo("these decisions were taken back before")
    if at > batch.decided_at + workflow.UNDO_WINDOW:
        raise CannotUndo("decisions can be taken back for 24 hours")
    batch.undone_at = at
    decisions = queue.list_decisions(session, batch_id)
    reach = _reach(session, {decision.comment_id for decision in decisions}, by)
    results: list[Decided | Undecided] = []
    for decision in decisions:
        try:
            results.append(_undo(session, decision, reach.get(decision.comment_id), by=by, at=at))
        except DomainError as error:
            results.append(_undecided(decision.comment_id, error, by))
    record(session, "decision.undone", batch.id, by=by, at=at, count=len(results))
    return BatchAnswer(batch=batch.id, results=results)


def _undo(session: Session, decision: Decision, comment: Comment | None, *, by: Actor, at: datetime) -> Decided:
    if comment is None or decision.after == Status.DELETED.value:
        raise CannotUndo("what was deleted cannot come back")
    if (comment.status.value, comment.revision) != (decision.after, decision.revision):
        raise CannotUndo("the comment moved on since", allowed=workflow.allowed(comment.status))
    was, before = comment.status, Status(decision.before)
    comment.rejection = decision.rejection
    comment.reviewed_by, comment.reviewed_at = decision.reviewed_by, decision.reviewed_at
    feedback.reopen_reports(session, comment, decision.batch_id)
    shelf.move(session, comment, before)
    lessons.learn(session, comment)
    shelf.tell(session, workflow.EVENTS_OF_UNDO[was, before], comment, by=by, at=at, undo=True)
    return Decided(id=comment.id, status=before, revision=comment.revision)


def _undecided(comment_id: UUID, error: DomainError, by: Actor) -> Undecided:
    return Undecided(id=comment_id, problem=problem_of(error, by.request_id))
