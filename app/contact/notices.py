"""Who is told of what by letter: the newsroom of messages, senders of their arrival."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.contact import queries, workflow
from app.contact.models import MessageKind, MessageState, Submission
from app.core.errors import TooMany
from app.core.http.limits import Limit, Limiter
from app.core.language import pick
from app.mail import queries as mail_queries
from app.mail import service as mail_service
from app.mail.models import Mail
from app.mail.workflow import fold_address
from app.site import queries as site_queries
from app.site.policies import SiteSettings

# counted before a receipt goes out, in this order: whoever is over the first takes nothing from the others
PER_MAILBOX = Limit("contact-receipt-mailbox", "1/day")
PER_NETWORK = Limit("contact-receipt-network", "5/hour")
PER_SITE = Limit("contact-receipt-site", "100/hour")

LABELS = {
    MessageKind.MESSAGE: {"en": "Message", "ar": "رسالة"},
    MessageKind.CORRECTION: {"en": "Correction", "ar": "تصويب"},
    MessageKind.TIP: {"en": "Tip", "ar": "معلومة"},
    MessageKind.ADVERTISING: {"en": "Advertising", "ar": "إعلان"},
    MessageKind.ABUSE: {"en": "Report of abuse", "ar": "بلاغ عن إساءة"},
}


@dataclass(frozen=True, slots=True)
class _Case:
    """A message, held, and what it takes to write about it."""

    session: Session
    submission: Submission
    settings: SiteSettings
    at: datetime

    @classmethod
    def of(cls, session: Session, submission_id: UUID, at: datetime) -> "_Case":
        """Raises SubmissionNotFound."""
        return cls(session, queries.lock_submission(session, submission_id), site_queries.get_settings(session), at)

    def letters(self) -> list[Mail]:
        """All that were ever owed about it."""
        return mail_queries.list_about(self.session, [self.submission.id])[self.submission.id]

    def takes_mail(self, address: str) -> bool:
        """Not when a letter came back from there."""
        return mail_queries.may_mail(self.session, address, at=self.at)

    def tell(self, address: str, template: str, **facts: str) -> Mail:
        """To someone of the newsroom; about a tip nothing but that there is one."""
        if self.submission.kind is MessageKind.TIP:
            template, facts = "contact_tip", {"count_hint": ""}
        return self.owe(address, template, self.settings.default_locale, **facts)

    def owe(self, address: str, template: str, locale: str, **facts: str) -> Mail:
        """One letter in the name of the site."""
        return mail_service.owe(
            self.session,
            template,
            address,
            locale=locale,
            args={"site_name": pick(self.settings.name, locale, self.settings.default_locale), **facts},
            about=self.submission.id,
            at=self.at,
            private=self.submission.kind is MessageKind.TIP,
        )


def announce(session: Session, submission_id: UUID, *, limiter: Limiter, at: datetime) -> None:
    """Owe what a new message asks for, each letter once: to the newsroom and to the sender."""
    tell_recipients(session, submission_id, at=at)
    acknowledge(session, submission_id, limiter=limiter, at=at)


def tell_recipients(session: Session, submission_id: UUID, *, at: datetime) -> None:
    """Owe a letter about a message to each recipient of its kind, once, also when somebody was faster than the night
    shift and has opened it; of spam nobody is told.
    """
    case = _Case.of(session, submission_id, at)
    submission = case.submission
    if submission.state in _SILENT:
        return
    told = {letter.recipient_key for letter in case.letters() if letter.template in _RECEIVED}
    for address in _recipients(case):
        if fold_address(address) not in told:
            case.tell(
                address,
                "contact_received",
                kind_label=pick(LABELS[submission.kind], case.settings.default_locale, "en"),
                reference=submission.reference,
                subject=submission.subject,
                sender=_sender(submission),
                body=submission.body,
                desk_hint="",
            )


_RECEIVED = ("contact_received", "contact_tip")
_SILENT = (MessageState.SPAM, MessageState.PURGED)


def tell_of_follow_up(session: Session, submission_id: UUID, *, at: datetime) -> None:
    """Owe a letter about each turn of the sender, once, to whoever works on the message, else to its recipients."""
    case = _Case.of(session, submission_id, at)
    submission = case.submission
    if submission.state in _SILENT:
        return
    for turn in queries.list_untold(session, submission_id):
        facts = {"reference": submission.reference, "sender": _sender(submission), "body": turn.body}
        letters = [case.tell(address, "contact_followed_up", **facts) for address in _followers(case)]
        turn.mail_id = letters[0].id if letters else None


def acknowledge(session: Session, submission_id: UUID, *, limiter: Limiter, at: datetime) -> None:
    """Owe the sender a receipt with no word of the message in it, once: whoever typed it need not own the address."""
    case = _Case.of(session, submission_id, at)
    submission = case.submission
    address = workflow.confirmable(submission.kind, submission.state, submission.flags, submission.email)
    if address is None or not case.settings.contact.acknowledge or not case.takes_mail(address):
        return
    if any(letter.template == "contact_acknowledged" for letter in case.letters()):
        return
    try:
        for limit in _limits(submission, address):
            limiter.hit(session, [limit], at=at)
    except TooMany:
        return
    case.owe(address, "contact_acknowledged", submission.locale, reference=submission.reference)


def _limits(submission: Submission, address: str) -> Iterable[tuple[Limit, str]]:
    yield PER_MAILBOX, workflow.mailbox_of(address)
    if submission.network is not None:
        yield PER_NETWORK, submission.network
    yield PER_SITE, ""


def _followers(case: _Case) -> list[str]:
    assignee = case.submission.assignee_id
    address = None if assignee is None else queries.find_reader_email(case.session, assignee)
    return [address] if address is not None and case.takes_mail(address) else _recipients(case)


def _recipients(case: _Case) -> list[str]:
    """Those of the site's settings for this kind, else the admins; without addresses from which letters came back."""
    chosen = case.settings.contact.recipients.get(case.submission.kind) or queries.list_admin_emails(case.session)
    different = {fold_address(address): address for address in chosen}
    return [address for address in different.values() if case.takes_mail(address)]


def _sender(submission: Submission) -> str:
    """Name and address, as far as they are known."""
    address = submission.email or ""
    return f"{submission.name} <{address}>" if submission.name and address else submission.name or address
