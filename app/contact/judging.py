"""How letters come before the abuse stack: what it would hold is flagged, and only the trap makes spam."""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.abuse import stack
from app.abuse.attempt import Attempt, Ruling
from app.contact import queries
from app.contact.errors import DuplicateMessage
from app.contact.models import MessageKind, MessageState, Submission
from app.contact.schemas import ContactMessage
from app.core.folding import fold
from app.core.keys import Keys
from app.core.render_tokens import FormKind
from app.site.policies import SiteSettings


def judge(
    session: Session,
    submission: Submission,
    message: ContactMessage,
    settings: SiteSettings,
    *,
    network: str,
    keys: Keys,
    at: datetime,
) -> None:
    """Give a letter that is not stored yet its state and flags. Raises DuplicateMessage."""
    attempt = Attempt(
        form=FormKind.CONTACT,
        subject="",
        thread=(),
        id=submission.id,
        body=submission.body,
        folded=fold(submission.body),
        body_html="",
        name=message.name,
        email=message.email,
        locale=submission.locale,
        homepage=message.homepage,
        render_token=message.render_token,
        altcha=message.altcha,
        network=network,
        reader=None,
        settings=settings,
        story_age=timedelta(0),
        keys=keys,
        at=at,
        twin=_has_twin(session, submission, at),
    )
    phases = stack.TIP_PHASES if submission.kind is MessageKind.TIP else stack.LETTER_PHASES
    judged = stack.judge(session, attempt, phases)
    if judged.ruling is Ruling.REFUSE:
        raise DuplicateMessage()
    if judged.ruling is Ruling.SPAM:
        submission.state = MessageState.SPAM
    submission.flags = list(dict.fromkeys(finding.flag for finding in judged.findings if finding.flag))


def _has_twin(session: Session, submission: Submission, at: datetime) -> bool:
    """Of a tip no fingerprint was taken, so that nobody learns which words are known here."""
    print_ = submission.fingerprint
    return print_ is not None and queries.find_twin(session, print_, at=at) is not None
