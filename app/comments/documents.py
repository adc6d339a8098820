"""From a row to what is shown: the ready document of the hot path, the answer to its writer, the moderator's view."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from app.comments import workflow
from app.comments.editor_schemas import ModeratedAuthor, ModeratedComment, ModeratedPost, NoteShown, ReportShown
from app.comments.models import GONE, Comment, Report, Status
from app.comments.schemas import (
    CommentAuthor,
    CommentDocument,
    CommentPost,
    CommentReceipt,
    OwnComment,
    OwnTombstone,
    PublicComment,
    Replies,
    TombstoneDocument,
)
from app.core.actor import Actor
from app.core.http.answers import Created
from app.core.keyset import encode_cursor
from app.core.language import direction, text_direction
from app.staff.permissions import Permission

REPLIES_SCOPE = "comment replies"


class Placed(NamedTuple):
    """A comment with the slug and title of its story, if it ever was public, and what moderators find beside it."""

    comment: Comment
    slug: str | None
    title: str | None
    reports: Sequence[Report] = ()
    notes: Sequence[NoteShown] = ()


def replies_cursor(number: int, after: int, locale: str | None) -> str:
    """Where the rest of a branch begins: below the comment with this number, after that one."""
    return encode_cursor(REPLIES_SCOPE, (number, after, locale or ""))


def document_of(comment: Comment) -> str:
    """The public members that do not move, as JSON without braces; counts and replies are spliced behind them."""
    if comment.status is Status.PUBLISHED:
        return CommentDocument.model_validate(_document(comment)).model_dump_json()[1:-1]
    return TombstoneDocument.model_validate(_tombstone(comment)).model_dump_json()[1:-1]


def _tombstone(comment: Comment) -> dict[str, Any]:
    return {name: getattr(comment, name) for name in ("id", "number", "parent_id", "created_at")}


def _document(comment: Comment) -> dict[str, Any]:
    return _tombstone(comment) | {
        "depth": comment.depth,
        "author": CommentAuthor(**_author(comment)),
        "body_html": comment.body_html or "",
        "locale": comment.locale,
        "dir": text_direction(comment.body or "", direction(comment.locale)),
        "edited_at": comment.edited_at,
        "status": comment.status,
    }


def _author(comment: Comment) -> dict[str, Any]:
    staff = comment.staff_id is not None
    return {"name": comment.author_name, "staff": staff, "verified": staff or comment.verified}


def _public(comment: Comment) -> dict[str, Any]:
    following = replies_cursor(comment.number, 0, None) if comment.descendants else None
    return _document(comment) | {
        "recommendations": comment.recommendations,
        "reply_count": comment.descendants,
        "replies": Replies(items=[], next=following),
    }


def told_comment(comment: Comment) -> PublicComment:
    """The comment as its writer is told of it."""
    return PublicComment(**_public(comment) | {"status": workflow.told(comment.status)})


def receipt(comment: Comment) -> Created:
    """The answer to a new comment: 201 published, 202 held."""
    body = CommentReceipt(comment=told_comment(comment), hold_reasons=comment.hold_reasons)
    status = 201 if comment.status is Status.PUBLISHED else 202
    return Created(body, about=comment.id, location=f"/v1/comments/{comment.id}", status=status)


def own_comment(comment: Comment, post: CommentPost | None) -> OwnComment | OwnTombstone:
    """What the holder of its edit token sees."""
    if comment.status in GONE:
        return OwnTombstone(**_tombstone(comment), replies=_public(comment)["replies"])
    told = told_comment(comment)
    held = told.status is Status.PENDING
    return OwnComment(**dict(told), post=post, hold_reasons=comment.hold_reasons if held else [])


def moderated(placed: Placed, actor: Actor) -> ModeratedComment:
    """The moderator's view; e-mail, network and evidence only for those who may see who is behind a name."""
    comment = placed.comment
    trusted = actor.may(Permission.COMMENTS_SEE_IDENTITY)
    author = ModeratedAuthor(**_author(comment), email=comment.author_email if trusted else None)
    return ModeratedComment.model_validate(
        _public(comment)
        | {
            "author": author,
            "post": ModeratedPost(id=comment.post_id, slug=placed.slug, title=placed.title),
            "body": comment.body,
            "revision": comment.revision,
            "hold_reasons": comment.hold_reasons,
            "evidence": comment.evidence if trusted else None,
            "network": comment.network if trusted else None,
            "reports": [
                ReportShown(reason=report.reason, note=report.note if trusted else None, at=report.at)
                for report in placed.reports
            ],
            "notes": list(placed.notes),
            "pinned": comment.pinned_at is not None,
            "rejection": comment.rejection,
            "reviewed_at": comment.reviewed_at,
            "allowed": workflow.allowed(comment.status),
        }
    )


def moderated_list(rows: Sequence[Placed], actor: Actor) -> list[ModeratedComment]:
    """The same for a page."""
    return [moderated(placed, actor) for placed in rows]
