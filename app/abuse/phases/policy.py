"""What the site wants a person to read first, whatever the checks say: three rules, each a phase of its own."""

from datetime import timedelta

from sqlmodel import Session

from app.abuse.attempt import Attempt, Finding, Phase, Ruling
from app.site.policies import Moderation

OLD_STORY = timedelta(days=14)


def every_comment(session: Session, attempt: Attempt) -> Finding | None:
    """Holds everything where the site premoderates, edits too."""
    if attempt.settings.comments.policy is not Moderation.PREMODERATE:
        return None
    return Finding("policy", Ruling.HOLD, "every comment is read before it is shown", "site_policy")


def first_comment(session: Session, attempt: Attempt) -> Finding | None:
    """Holds writers of whom nobody approved a comment before."""
    if attempt.known_writer or not _sometimes(attempt):
        return None
    return Finding("policy", Ruling.HOLD, "no approved comment before", "first_comment")


def old_story(session: Session, attempt: Attempt) -> Finding | None:
    """Holds what is written below stories that few people still watch."""
    if attempt.story_age <= OLD_STORY or not _sometimes(attempt):
        return None
    return Finding("policy", Ruling.HOLD, "the story is old", "old_story")


def _sometimes(attempt: Attempt) -> bool:
    return attempt.settings.comments.policy is Moderation.SOMETIMES and not attempt.is_edit


RULES: tuple[Phase, ...] = (every_comment, first_comment, old_story)
