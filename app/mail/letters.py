"""From a row to the letter that goes out."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from app.core.keys import Keys
from app.core.mail import Letter, MailRefused
from app.mail.models import Mail
from app.mail.workflow import TEMPLATES

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Owed:
    """A letter that is still to go out, as plain values."""

    id: UUID
    template: str
    locale: str
    recipient: str
    args: dict[str, Any]
    message_id: str
    in_reply_to: str | None
    private: bool
    about: UUID | None = None

    @classmethod
    def of(cls, mail: Mail) -> "Owed":
        """The part of the row that a letter is made of."""
        return cls(
            id=mail.id,
            template=mail.template,
            locale=mail.locale,
            recipient=mail.recipient,
            args=mail.args,
            message_id=mail.message_id,
            in_reply_to=mail.in_reply_to,
            private=mail.private,
            about=mail.about,
        )


def write(owed: Owed, folder: str, keys: Keys, base_url: str) -> Letter:
    """The letter in words, from the site's templates or ours; raises MailRefused for what no mail server would take."""
    from app.mail import rendering  # late: jinja2 takes 70 ms, and not every process sends mail

    template = TEMPLATES[owed.template]
    args = dict(owed.args)
    if template.link is not None and owed.about is not None:
        args["link_url"] = f"{base_url}{template.link.path}/{keys.token(template.link.purpose, owed.about)}"
    words = rendering.render(owed.template, owed.locale, args, folder)
    if words.complaint and not owed.private:  # a line in the log has a time
        _log.warning("mail template passed over", template=owed.template, error=words.complaint)
    try:
        return Letter(
            message_id=owed.message_id,
            to=owed.recipient,
            subject=words.subject,
            text=words.text,
            html=words.html,
            locale=words.locale,
            auto=template.auto,
            in_reply_to=owed.in_reply_to,
            references=(owed.in_reply_to,) if owed.in_reply_to else (),
            unsubscribe_url=owed.args["unsubscribe_url"] if template.subscribed else None,
        )
    except ValueError as error:
        raise MailRefused(str(error)) from None
