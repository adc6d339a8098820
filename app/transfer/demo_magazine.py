"""The demonstration magazine: a small one in two languages, so that a new server has something to show."""

import secrets
import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.comments import service as comments_service
from app.comments.models import Status
from app.contact import service as contact_service
from app.contact.schemas import ContactMessage
from app.core.actor import Actor, system
from app.core.http.conditional import Match
from app.posts import publishing
from app.posts import service as posts_service
from app.posts.models import Post
from app.posts.schemas import PostCreate, PublicationInput
from app.site import service as site_service
from app.site.policies import SiteSettings
from app.staff import service as staff_service
from app.staff.models import Role, User
from app.staff.passwords import hash_password
from app.staff.permissions import PERMISSIONS
from app.taxonomy import service as taxonomy_service
from app.taxonomy.schemas import AuthorCreate, SectionCreate, TagCreate

CONTENT = Path(__file__).parent / "demo"
ACCOUNT = "demo@masthead.example"
ANY = Match(anything=True)


def is_empty(session: Session) -> bool:
    """Whether nobody has an account here and nothing was written yet."""
    return not (session.exec(select(User.id)).first() or session.exec(select(Post.id)).first())


def load(session: Session, *, at: datetime) -> str:
    """Load the magazine and its account through the rooms' own verbs; answers how to sign in."""
    magazine = tomllib.loads((CONTENT / "magazine.toml").read_text("utf-8"))
    by = system("demo", permissions=PERMISSIONS[Role.ADMIN])
    password = _account(session, by=by, at=at)
    site_service.configure(session, SiteSettings.model_validate(magazine["site"]), by=by, at=at)
    _terms(session, magazine, by=by, at=at)
    posts = _posts(session, magazine["posts"], by=by, at=at)
    _comments(session, magazine["comments"], posts, by=by, at=at)
    for message in magazine["contact"]:
        received = at - timedelta(hours=message.pop("hours_ago"))
        # an import fires no reaction: people who do not exist get no letter
        contact_service.import_submission(
            session, ContactMessage(**message), by=replace(by, origin="import"), at=received
        )
    return f"The demo magazine is loaded. Sign in as {ACCOUNT} with the password {password}"


def _account(session: Session, *, by: Actor, at: datetime) -> str:
    """An admin with a password of its own on every server: a known one would be an open door."""
    password = secrets.token_urlsafe(12)
    facts: dict[str, Any] = {"email": ACCOUNT, "name": "Demo", "role": Role.ADMIN}
    staff_service.create_user(session, **facts, password_hash=hash_password(password), by=by, at=at)
    return password


def _terms(session: Session, magazine: dict[str, Any], *, by: Actor, at: datetime) -> None:
    for position, section in enumerate(magazine["sections"]):
        taxonomy_service.create_section(session, SectionCreate(**section, position=position), by=by, at=at)
    for tag in magazine["tags"]:
        taxonomy_service.create_tag(session, TagCreate(**tag), by=by, at=at)
    for author in magazine["authors"]:
        taxonomy_service.create_author(session, AuthorCreate(**author), by=by, at=at)


def _posts(session: Session, planned: list[dict[str, Any]], *, by: Actor, at: datetime) -> dict[str, Post]:
    """Dossiers by their key, each published at its age unless it is a draft."""
    made: dict[str, Post] = {}
    for plan in planned:
        then = at - timedelta(days=plan["days_ago"])
        members = {name: value for name, value in plan.items() if name in PostCreate.model_fields}
        members["body"] = (CONTENT / "bodies" / plan["body"]).read_text("utf-8")
        if "translation_of" in plan:
            members["translation_of"] = made[plan["translation_of"]].id
        post, _warnings = posts_service.create(session, PostCreate(**members), by=by, at=then)
        if plan.get("state") != "draft":
            publishing.publish(session, post.id, PublicationInput(), ANY, by=by, at=then)
        made[plan["key"]] = post
    return made


def _comments(
    session: Session, planned: list[dict[str, Any]], posts: dict[str, Post], *, by: Actor, at: datetime
) -> None:
    made: dict[str, UUID] = {}
    for plan in planned:
        post = posts[plan["post"]]
        assert post.published_at is not None
        comment = comments_service.import_comment(
            session,
            post.id,
            plan["body"],
            locale=post.locale,
            written_at=post.published_at + timedelta(hours=plan["hours_after"]),
            by=by,
            at=at,
            status=Status(plan["status"]),
            author_name=plan["author_name"],
            author_email=plan.get("author_email"),
            parent_id=made[plan["parent"]] if "parent" in plan else None,
        )
        made[plan["key"]] = comment.id
