"""The catalogue: every event there is, and who may hear of it. The source is the table "Events" of the rules."""

from enum import StrEnum


class Audience(StrEnum):
    """Who may be told: webhooks by default, those of the newsroom who may read its room, or the log alone."""

    PUBLIC = "public"
    STAFF = "staff"
    LOG = "log"


_TERMS = " ".join(
    f"{term}.{verb}" for term in ("section", "tag", "author") for verb in ("created", "changed", "deleted")
)

_OFFERED = (
    (
        Audience.PUBLIC,
        "post.published post.republished post.unpublished post.withdrawn post.reinstated post.corrected post.moved "
        "section.created section.changed section.deleted author.created author.changed author.deleted "
        "tag.created tag.changed tag.deleted tag.merged redirect.created redirect.changed redirect.deleted "
        "series.created series.changed series.deleted front.changed "
        "site.changed comment.published comment.edited comment.unpublished comment.restored comment.deleted "
        "comment.erased comment.pinned comment.unpinned thread.opened thread.closed thread.hidden",
    ),
    (
        Audience.STAFF,
        "post.created post.edited post.submitted post.recalled post.changes_requested post.approved post.scheduled "
        "post.unscheduled post.trashed post.restored post.purged post.translated "
        "preview.created preview.revoked preview.answered tag.named "
        "media.uploaded media.changed media.trashed media.purged ad.created ad.changed ad.ended "
        "comment.received comment.rejected comment.marked_spam comment.held_again comment.reported "
        "comment.reviewed comment.noted comment.verified "
        "decision.undone flood.started flood.ended sanction.created sanction.lifted "
        "contact.received contact.assigned contact.opened contact.answered contact.followed_up contact.closed "
        "contact.reopened contact.marked_spam contact.cleared contact.noted contact.snoozed contact.purged "
        "contact.erased job.parked job.retried job.discarded mail.sent mail.parked mail.bounced mail.retried "
        "webhook.created webhook.changed webhook.disabled webhook.deleted delivery.parked import.finished "
        "export.finished sealing_key.published sealing_key.retired",
    ),
    (
        Audience.LOG,
        "lock.taken user.invited user.uninvited user.joined user.changed user.role_changed user.disabled user.enabled "
        "session.started session.ended session.replayed login.failed password.changed password.reset "
        "factor.added factor.removed key.created key.revoked "
        "subscription.confirmed subscription.ended data.requested data.exported data.erased",
    ),
)

CATALOGUE: dict[str, Audience] = {name: audience for audience, names in _OFFERED for name in names.split()}


def room_of(name: str) -> str:
    """The first part of an event's name, by which permissions are given: `comment.published` → `comment`."""
    return name.partition(".")[0]


def matches(pattern: str, name: str) -> bool:
    """Whether a pattern means this event: its whole name, or its room as `comment.*`."""
    return pattern in (name, f"{room_of(name)}.*")
