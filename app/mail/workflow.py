"""The rules of the post: which letters there are and what each needs, how often it is tried, what may be kept of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.core.clock import day_of
from app.core.mail import MailError, MailRefused, Receipt
from app.mail.models import MailState


class Link(NamedTuple):
    """An address that ends in a token derived from what the letter is about: under which path, for which purpose."""

    path: str
    purpose: str


INVITATION = Link("/staff/invitations", "invitation")
PASSWORD_RESET = Link("/staff/passwords", "password-reset")


@dataclass(frozen=True, slots=True)
class Template:
    """What a letter is made of: `args` are needed, all of them and no others.

    `auto`: no person wrote it. `subscribed`: the recipient once asked for letters of this kind and can end them with
    one click, for which it takes one more argument, `unsubscribe_url`. `link`: what the letter is about opens an
    account; its address is made when the letter goes out, so that it stands in no table.
    """

    args: frozenset[str]
    auto: bool = True
    subscribed: bool = False
    link: "Link | None" = None

    @property
    def needs(self) -> frozenset[str]:
        """The names of all arguments."""
        return self.args | ({"unsubscribe_url"} if self.subscribed else set())


def _of(args: str, **facts: Any) -> Template:
    return Template(frozenset(args.split()), **facts)


# `…_label` and `…_hint` are text in the language of the recipient, a hint may be empty
TEMPLATES: dict[str, Template] = {
    "contact_received": _of("site_name kind_label reference subject sender body desk_hint"),
    "contact_tip": _of("site_name count_hint"),
    "contact_acknowledged": _of("site_name reference"),  # no word of the sender's: he may have typed another's address
    "contact_reply": _of("site_name reference subject body author_name", auto=False),
    "contact_followed_up": _of("site_name reference sender body"),
    # no word of the comment's in letters to readers: whoever wrote it may have typed another's address
    "comment_confirm": _of("site_name story_title asked_hint confirm_url"),
    "comment_notice": _of("site_name story_title comment_url about_hint unsubscribe_all_url", subscribed=True),
    "comment_export": _of("site_name export_url"),
    "comment_erase": _of("site_name erase_url"),
    "comment_moderation": _of("site_name comments rest_hint"),
    "staff_invitation": _of("site_name inviter_name", link=INVITATION),
    "staff_password": _of("site_name", link=PASSWORD_RESET),
}


def check_args(template: str, args: Iterable[str]) -> None:
    """Raises KeyError for a letter that does not exist, ValueError for arguments that are missing or not its own."""
    needs, given = TEMPLATES[template].needs, set(args)
    if needs != given:
        raise ValueError(f"{template}: missing {sorted(needs - given)}, unknown {sorted(given - needs)}")


# seconds: a greylist lets a letter in after minutes, a server that is being moved takes it after hours
DELAYS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800)
SECONDS = 120.0  # for one try: more than a postman takes before he gives up himself

KEPT = timedelta(days=30)

WAITS = frozenset({MailState.QUEUED, MailState.PARKED})  # a parked one is sent when its job is put back
STUCK = frozenset({MailState.REFUSED, MailState.PARKED})

EVENTS = {
    MailState.SENT: "mail.sent",
    MailState.REFUSED: "mail.parked",
    MailState.PARKED: "mail.parked",
    MailState.BOUNCED: "mail.bounced",
}


class Outcome(NamedTuple):
    """What one try came to: a letter that is still `queued` was put off."""

    state: MailState
    said: str


def outcome(answer: Receipt | MailError, *, private: bool) -> Outcome:
    """The new state, and what may be kept of the mail server's answer.

    Servers put a clock into theirs (`250 OK 1763841600 …`, a queue number made of the time): of an answer about a
    private letter the three digits alone are kept, and our own words where no server spoke.
    """
    if isinstance(answer, Receipt):
        return Outcome(MailState.SENT, answer.response[:3] if private else answer.response)
    state = MailState.REFUSED if isinstance(answer, MailRefused) else MailState.QUEUED
    return Outcome(state, str(answer.code) if private and answer.code is not None else str(answer))


def told_time(at: datetime, *, private: bool) -> datetime:
    """The time that may be written down: of a private letter the day alone."""
    return day_of(at) if private else at


def fold_address(address: str) -> str:
    """Addresses compare without case; letters go to the address as it was written."""
    return address.strip().casefold()
