"""Who may do what: the table of the newsroom, role by role. The names are the `scope` strings of tokens."""

from enum import StrEnum

from app.staff.models import Role


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

# contributor, author, moderator, editor, admin – as RULES prints it
_WHO: dict[tuple[Permission, ...], str] = {
    (P.POSTS_READ_OWN, P.POSTS_WRITE_OWN, P.POSTS_SUBMIT_OWN, P.POSTS_TRASH_OWN, P.POSTS_PREVIEW_OWN): "CA-ED",
    (P.POSTS_PUBLISH_OWN, P.POSTS_CORRECT_OWN): "-A-ED",
    (P.POSTS_READ_ANY, P.POSTS_WRITE_ANY, P.POSTS_REVIEW, P.POSTS_PUBLISH_ANY, P.POSTS_CORRECT_ANY): "---ED",
    (P.POSTS_TRASH_ANY, P.POSTS_WITHDRAW): "---ED",
    (P.TAGS_CREATE,): "CA-ED",
    (P.TERMS_WRITE, P.REDIRECTS_WRITE, P.ADS_WRITE): "---ED",
    (P.MEDIA_READ, P.MEDIA_UPLOAD, P.MEDIA_WRITE_OWN): "CA-ED",
    (P.MEDIA_WRITE_ANY,): "---ED",
    (P.COMMENTS_MODERATE_OWN,): "-AMED",
    (P.COMMENTS_MODERATE_ANY, P.COMMENTS_SEE_IDENTITY): "--MED",
    (P.COMMENTS_WRITE,): "CAMED",
    (P.CONTACT_READ, P.CONTACT_WRITE, P.CONTACT_REPLY): "--MED",
    (P.CONTACT_OPEN_SEALED, P.CONTACT_ERASE): "---ED",
    (P.USERS_MANAGE, P.INVITATIONS_MANAGE, P.KEYS_MANAGE, P.WEBHOOKS_MANAGE, P.SITE_WRITE): "----D",
    (P.ACTIVITY_READ, P.JOBS_MANAGE): "----D",
    (P.EVENTS_READ, P.EMBARGO_READ): "---ED",
    (P.ACCOUNT_SELF,): "CAMED",
}

_LETTERS = {
    Role.CONTRIBUTOR: "C",
    Role.AUTHOR: "A",
    Role.MODERATOR: "M",
    Role.EDITOR: "E",
    Role.ADMIN: "D",
}

PERMISSIONS: dict[Role, frozenset[str]] = {
    role: frozenset(name.value for names, who in _WHO.items() if letter in who for name in names)
    for role, letter in _LETTERS.items()
}
