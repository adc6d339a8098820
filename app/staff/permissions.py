"""Who may do what: the table of the newsroom, role by role. The names are the `scope` strings of tokens
and what API keys list.
"""

from collections.abc import Iterable
from enum import StrEnum

from app.staff.models import Role

READING = frozenset({"GET", "HEAD"})


class Permission(StrEnum):
    """One thing that a person may be allowed to do; `.own` reaches what they made or what carries their byline."""

    POSTS_READ_OWN = "posts.read.own"
    POSTS_WRITE_OWN = "posts.write.own"
    POSTS_SUBMIT_OWN = "posts.submit.own"
    POSTS_TRASH_OWN = "posts.trash.own"
    POSTS_PREVIEW_OWN = "posts.preview.own"
    POSTS_PUBLISH_OWN = "posts.publish.own"
    POSTS_CORRECT_OWN = "posts.correct.own"
    POSTS_READ_ANY = "posts.read.any"
    POSTS_WRITE_ANY = "posts.write.any"
    POSTS_REVIEW = "posts.review"
    POSTS_PUBLISH_ANY = "posts.publish.any"
    POSTS_CORRECT_ANY = "posts.correct.any"
    POSTS_TRASH_ANY = "posts.trash.any"
    POSTS_WITHDRAW = "posts.withdraw"
    TAGS_CREATE = "tags.create"
    TERMS_WRITE = "terms.write"
    REDIRECTS_WRITE = "redirects.write"
    ADS_WRITE = "ads.write"
    MEDIA_READ = "media.read"
    MEDIA_UPLOAD = "media.upload"
    MEDIA_WRITE_OWN = "media.write.own"
    MEDIA_WRITE_ANY = "media.write.any"
    COMMENTS_MODERATE_OWN = "comments.moderate.own"
    COMMENTS_MODERATE_ANY = "comments.moderate.any"
    COMMENTS_SEE_IDENTITY = "comments.see_identity"
    COMMENTS_WRITE = "comments.write"
    CONTACT_READ = "contact.read"
    CONTACT_WRITE = "contact.write"
    CONTACT_REPLY = "contact.reply"
    CONTACT_OPEN_SEALED = "contact.open_sealed"
    CONTACT_ERASE = "contact.erase"
    USERS_MANAGE = "users.manage"
    INVITATIONS_MANAGE = "invitations.manage"
    KEYS_MANAGE = "keys.manage"
    WEBHOOKS_MANAGE = "webhooks.manage"
    SITE_WRITE = "site.write"
    ACTIVITY_READ = "activity.read"
    JOBS_MANAGE = "jobs.manage"
    EVENTS_READ = "events.read"
    EMBARGO_READ = "embargo.read"
    ACCOUNT_SELF = "account.self"


P = Permission

# contributor, author, moderator, editor, admin, API keys – as RULES prints it; R: a key may carry it, for reading alone
_WHO: dict[tuple[Permission, ...], str] = {
    (P.POSTS_READ_OWN, P.POSTS_WRITE_OWN, P.POSTS_SUBMIT_OWN, P.POSTS_TRASH_OWN, P.POSTS_PREVIEW_OWN): "CA-EDK",
    (P.POSTS_PUBLISH_OWN, P.POSTS_CORRECT_OWN): "-A-EDK",
    (P.POSTS_READ_ANY, P.POSTS_WRITE_ANY, P.POSTS_REVIEW, P.POSTS_PUBLISH_ANY, P.POSTS_CORRECT_ANY): "---EDK",
    (P.POSTS_TRASH_ANY,): "---EDK",
    (P.POSTS_WITHDRAW,): "---ED-",
    (P.TAGS_CREATE,): "CA-EDK",
    (P.TERMS_WRITE, P.REDIRECTS_WRITE, P.ADS_WRITE): "---EDK",
    (P.MEDIA_READ, P.MEDIA_UPLOAD, P.MEDIA_WRITE_OWN): "CA-EDK",
    (P.MEDIA_WRITE_ANY,): "---EDK",
    (P.COMMENTS_MODERATE_OWN,): "-AMEDK",
    (P.COMMENTS_MODERATE_ANY, P.COMMENTS_SEE_IDENTITY): "--MEDK",
    (P.COMMENTS_WRITE,): "CAMED-",
    (P.CONTACT_READ, P.CONTACT_WRITE, P.CONTACT_REPLY): "--MEDK",
    (P.CONTACT_OPEN_SEALED, P.CONTACT_ERASE): "---ED-",
    (P.USERS_MANAGE, P.INVITATIONS_MANAGE, P.KEYS_MANAGE, P.WEBHOOKS_MANAGE, P.SITE_WRITE): "----D-",
    (P.ACTIVITY_READ, P.JOBS_MANAGE): "----DR",
    (P.EVENTS_READ, P.EMBARGO_READ): "---EDK",
    (P.ACCOUNT_SELF,): "CAMED-",
}

_LETTERS = {
    Role.CONTRIBUTOR: "C",
    Role.AUTHOR: "A",
    Role.MODERATOR: "M",
    Role.EDITOR: "E",
    Role.ADMIN: "D",
}


def _held_by(letter: str) -> frozenset[str]:
    return frozenset(name.value for names, who in _WHO.items() if letter in who for name in names)


PERMISSIONS: dict[Role, frozenset[str]] = {role: _held_by(letter) for role, letter in _LETTERS.items()}
KEYS_READ = _held_by("R")
KEYS_CARRY = _held_by("K") | KEYS_READ


def carried_at(method: str) -> frozenset[str]:
    """The permissions that keys may carry to a door with this method."""
    return KEYS_CARRY if method in READING else KEYS_CARRY - KEYS_READ


def lent(listed: Iterable[str], role: Role, method: str) -> frozenset[str]:
    """What a key may do at a door: what it lists, as far as its maker's present role and the rules for keys go."""
    return carried_at(method) & PERMISSIONS[role] & frozenset(listed)
