"""How comments come before the abuse stack: what is known of one, and what follows from what the stack says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.abuse import addresses, flood, stack
from app.abuse.attempt import Attempt, Ruling
from app.abuse.external import CHECK_TASK
from app.abuse.stack import Judgement
from app.comments import external, queries, workflow
from app.comments.errors import DuplicateComment
from app.comments.models import Comment, Status
from app.comments.prepared import Story
from app.comments.schemas import CommentDraft
from app.core import render_tokens
from app.core.folding import fold
from app.core.keys import Keys
from app.core.render_tokens import FormKind, Verdict
from app.core.rows import fill
from app.jobs import service as jobs
from app.site.policies import Moderation, SiteSettings

# asked for hash, stack and search column of one comment after the other
folded = lru_cache(maxsize=4)(fold)


def judge_new(
    session: Session,
    comment: Comment,
    draft: CommentDraft,
    story: Story,
    *,
    slug: str,
    posts: Sequence[UUID],
    network: str,
    reader: UUID | None,
    keys: Keys,
    at: datetime,
) -> None:
    """Give a comment that is not stored yet its status, reasons and evidence. Raises DuplicateComment."""
    policy = story.settings.comments.policy
    attempt = _attempt(
        comment,
        story.settings,
        keys=keys,
        at=at,
        subject=_fetched_under(session, draft, slug, posts, keys=keys, at=at),
        thread=tuple(posts),
        homepage=draft.homepage,
        render_token=draft.render_token,
        altcha=draft.altcha,
        network=network,
        reader=reader,
        story_age=at - story.published_at,
        known_writer=policy is not Moderation.SOMETIMES or _is_known(session, comment, keys),
        twin=queries.has_twin(session, comment.body_hash or "", posts, at=at),
    )
    judged = stack.judge(session, attempt)
    if judged.ruling is Ruling.REFUSE:
        raise DuplicateComment()
    status = workflow.ARRIVALS[judged.ruling]
    fill(comment, status=status, hold_reasons=judged.hold_reasons, evidence=judged.evidence)
    most = story.settings.comments.flood_per_minute
    if status is not Status.PUBLISHED and most is not None:
        flood.count_held(session, most, at=at)


def _fetched_under(
    session: Session, draft: CommentDraft, slug: str, posts: Sequence[UUID], *, keys: Keys, at: datetime
) -> str:
    """The slug that the form was fetched for: the story may have moved since, or a translation share its thread."""

    def fits(name: str) -> bool:
        verdict = render_tokens.verdict(keys, draft.render_token, FormKind.COMMENT, name, at=at)
        return verdict is not Verdict.FORGED

    return slug if fits(slug) else next(filter(fits, queries.list_slugs(session, posts)), slug)


def _is_known(session: Session, comment: Comment, keys: Keys) -> bool:
    """Somebody approved a comment of the owner of this address, who is known to be the one who writes."""
    proved = addresses.is_verified(session, comment.reader_id, comment.author_email, keys=keys)
    return proved and queries.is_known_writer(session, comment.author_email)


def ask_outside(session: Session, comment: Comment, *, at: datetime) -> None:
    """Owe the question to the external check, where the site has one and the comment waits for its answer."""
    if external.waits(comment):
        jobs.enqueue(session, CHECK_TASK, at=at, comment_id=str(comment.id))


def judge_again(session: Session, comment: Comment, settings: SiteSettings, *, keys: Keys, at: datetime) -> Judgement:
    """What the stack says of a text that its writer changed: there is no form, and no network to look at."""
    return stack.judge(session, _attempt(comment, settings, keys=keys, at=at, reader=comment.reader_id, is_edit=True))


def _attempt(comment: Comment, settings: SiteSettings, *, keys: Keys, at: datetime, **facts: Any) -> Attempt:
    body = comment.body or ""
    known: dict[str, Any] = {
        "subject": "",
        "thread": (comment.post_id,),
        "homepage": None,
        "render_token": None,
        "altcha": None,
        "network": "",
        "reader": None,
        "story_age": timedelta(0),
    }
    return Attempt(
        form=FormKind.COMMENT,
        id=comment.id,
        body=body,
        folded=folded(body),
        body_html=comment.body_html or "",
        name=comment.author_name,
        email=comment.author_email,
        locale=comment.locale,
        settings=settings,
        keys=keys,
        at=at,
        **known | facts,
    )
