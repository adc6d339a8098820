"""What the stack looks up: traffic, near copies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Executable, func, literal, or_
from sqlmodel import Session, col, select

from app.abuse import workflow
from app.abuse.models import Trace
from app.abuse.sketch import Sketch, likeness
from app.abuse.workflow import Traffic
from app.core.http.limits import GUEST_POSTS, recent_hits
from app.core.keys import Keys
from app.core.render_tokens import FormKind
from app.site import queries as site_queries
from app.site.policies import ProofOfWork


def get_traffic(session: Session, keys: Keys, network: str, *, at: datetime) -> Traffic:
    """What guests wrote lately, on the site and from this network: one query, bounded."""
    return Traffic(*session.execute(_traffic(session, keys, network, at)).one())


def get_asked(session: Session, keys: Keys, network: str, *, at: datetime) -> int:
    """The largest number of the challenge that a form gets now; 0 for none. Two queries at most."""
    mode = site_queries.get_settings(session).proof_of_work
    if mode is ProofOfWork.NEVER:
        return 0
    return workflow.asked(mode, get_traffic(session, keys, network, at=at))


def _traffic(session: Session, keys: Keys, network: str, at: datetime) -> Executable:
    fresh = select(literal(1)).where(col(Trace.seen_at) > at - workflow.RISK_WINDOW).limit(workflow.MOST_COUNTED)
    site = select(func.count()).select_from(fresh.subquery()).scalar_subquery()
    return select(site, recent_hits(session, keys, GUEST_POSTS, network, at=at))


def count_copies(session: Session, sketch: Sketch, form: FormKind, id: UUID, *, at: datetime) -> int:
    """How many near copies of a text came in the last day, at most fifty looked at: one query."""
    bands = (col(Trace.first_band), col(Trace.second_band), col(Trace.third_band), col(Trace.fourth_band))
    alike = or_(*(band == value for band, value in zip(bands, sketch, strict=True)))
    since = col(Trace.seen_at) > at - workflow.WINDOW
    found = select(*bands).where(alike, since, col(Trace.form) == form, col(Trace.id) != id)
    rows = session.execute(found.limit(workflow.MOST_COPIES)).all()
    return sum(likeness(row, sketch) >= workflow.NEAR for row in rows)
