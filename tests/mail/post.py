"""What the tests of the post share: letters of every kind, owing one, a look at what was written down."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from app.core.mail import Postman
from app.core.settings import Settings
from app.core.smtp import SmtpPostman
from app.core.smtp_url import parse_smtp_url
from app.events.models import Event
from app.jobs.models import Job
from app.mail import service
from app.mail.models import Mail
from app.mail.workflow import TEMPLATES
from app.worker import loop_of, open_night
from tests.newsroom import Newsroom
from tests.smtp import MailServer

NOON = datetime(2026, 11, 22, 12, 34, 56, 789_012, tzinfo=UTC)
SUBJECT = UUID("0190a8a2-0000-7000-8000-000000000001")
RANDOM_SUBJECT = UUID("7f1d4f0e-3b0a-4c0e-9d55-2f6f4f1f7a11")

LINK = "https://news.example/staff/invitations/g"

ARGS: dict[str, dict[str, Any]] = {
    "contact_received": {
        **{"site_name": "The Harbour Times", "kind_label": "Correction", "reference": "7K3F-9QXT"},
        **{"subject": "The tram", "sender": "Salma <reader@example.org>", "body": "It was line 3.\n\nNot line 4."},
        **{"desk_hint": "Answer it at https://news.example/desk?message=7."},
    },
    "contact_tip": {"site_name": "The Harbour Times", "count_hint": "3 of them are new."},
    "contact_acknowledged": {"site_name": "The Harbour Times", "reference": "7K3F-9QXT"},
    "contact_reply": {
        **{"site_name": "The Harbour Times", "reference": "7K3F-9QXT", "subject": "The tram"},
        **{"body": "Thank you.\nYou are right.", "author_name": "Leila"},
    },
    "contact_followed_up": {
        **{"site_name": "The Harbour Times", "reference": "7K3F-9QXT"},
        **{"sender": "Salma <reader@example.org>", "body": "One more thing."},
    },
    "comment_confirm": {
        **{"site_name": "The Harbour Times", "story_title": "The ferry", "asked_hint": "You will get a letter."},
        **{"confirm_url": "https://news.example/comments/links/a"},
    },
    "comment_notice": {
        **{"site_name": "The Harbour Times", "story_title": "The ferry", "about_hint": "Somebody answered:"},
        **{"comment_url": "https://news.example/en/ferry#comment-7"},
        **{"unsubscribe_url": "https://news.example/comments/unsubscribe/b?locale=en"},
        **{"unsubscribe_all_url": "https://news.example/comments/unsubscribe/c?locale=en"},
    },
    "comment_export": {"site_name": "The Harbour Times", "export_url": "https://news.example/comments/links/d"},
    "comment_erase": {"site_name": "The Harbour Times", "erase_url": "https://news.example/comments/links/e"},
    "comment_moderation": {
        "site_name": "The Harbour Times",
        "comments": [
            {
                **{"author": "Salma", "title": "The ferry", "reasons": "a first comment", "body": "Late.\n\nAgain."},
                **{"approve_url": "https://news.example/comments/links/f"},
                **{"reject_url": "https://news.example/comments/links/g"},
                **{"spam_url": "https://news.example/comments/links/h"},
            }
        ],
        "rest_hint": "More wait.",
    },
    "staff_invitation": {"site_name": "The Harbour Times", "inviter_name": "Leila"},
    "staff_password": {"site_name": "The Harbour Times"},
}
# as a template gets them: what opens an account is put in last
RENDERED = {name: args | ({"link_url": LINK} if TEMPLATES[name].link else {}) for name, args in ARGS.items()}
READER = "reader@example.org"


async def owe(newsroom: Newsroom, template: str = "contact_reply", to: str = READER, **facts: Any) -> UUID:
    """Owe a letter, as the verb of some other room would; the id of its row."""
    args = ARGS.get(template, {}) | facts.pop("args", {})
    return await newsroom.db.write(
        service.owe,
        template,
        to,
        **({"locale": "en", "args": args, "about": SUBJECT, "at": newsroom.app.state.clock()} | facts),
        into=lambda mail: mail.id,
    )


async def night(newsroom: Newsroom, postman: Postman | None = None, **settings: Any) -> None:
    """The night shift with another postman, or other settings."""
    state = newsroom.app.state
    changed = Settings(_env_file=None, **(state.settings.model_dump(exclude_unset=True) | settings))
    post = postman or newsroom.post
    async with open_night(changed, newsroom.db, state.keys, clock=state.clock, postman=post) as shift:
        await loop_of(shift).drain()


def postman_to(server: MailServer, *, patience: float = 5.0) -> SmtpPostman:
    """A postman who walks to this server, and waits no longer than that for an answer."""
    sender = Settings(_env_file=None, mail_from="The Harbour Times <desk@news.example>").sender
    return SmtpPostman(parse_smtp_url(server.url), sender=sender, command=patience)


async def rows(newsroom: Newsroom, model: type[SQLModel]) -> list[Any]:
    """Every row of a table."""

    def query(session: Session) -> list[Any]:
        return list(session.scalars(select(model)))

    return await newsroom.stored(query)


async def letter(newsroom: Newsroom, mail_id: UUID | None = None) -> Mail:
    """The row of a letter, or of the only one."""
    found = [mail for mail in await rows(newsroom, Mail) if mail_id in (None, mail.id)]
    assert len(found) == 1
    mail: Mail = found[0]
    return mail


async def jobs(newsroom: Newsroom) -> list[Job]:
    """The jobs of letters."""
    return [job for job in await rows(newsroom, Job) if job.task == "mail.send"]


async def events(newsroom: Newsroom) -> list[str]:
    """What the diary says about letters, in order."""

    def query(session: Session) -> Sequence[str]:
        told = select(Event.name).where(col(Event.name).like("mail.%"))  # type: ignore[call-overload]
        return list(session.scalars(told.order_by(col(Event.at), col(Event.id))))

    return list(await newsroom.stored(query))
