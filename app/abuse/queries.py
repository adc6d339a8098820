"""What the stack looks up: traffic, near copies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, literal, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.sqltypes import UTCDateTime

from app.abuse import workflow
from app.abuse.models import Trace
from app.abuse.sketch import Sketch, likeness
from app.abuse.workflow import Traffic
from app.core import statements
from app.core.db import Prepared
from app.core.http.limits import GUEST_POSTS, RECENT_HITS, recent_keys
from app.core.keys import Keys
from app.core.render_tokens import FormKind
from app.site import queries as site_queries
from app.site.policies import ProofOfWork


def get_traffic(session: Session, keys: Keys, network: str, *, at: datetime) -> Traffic:
    """What guests wrote lately, on the site and from this network: one query, bounded."""
    parameters = recent_keys(session, keys, GUEST_POSTS, network, at=at)
    ((site, own),) = statements.rows(session, _TRAFFIC, {**parameters, "since": at - workflow.RISK_WINDOW})
    return Traffic(site, own)


def get_asked(session: Session, keys: Keys, network: str, *, at: datetime) -> int:
    """The largest number of the challenge that a form gets now; 0 for none. Two queries at most."""
    mode = site_queries.get_settings(session).proof_of_work
    if mode is ProofOfWork.NEVER:
        return 0
    return workflow.asked(mode, get_traffic(session, keys, network, at=at))


def count_copies(session: Session, sketch: Sketch, form: FormKind, id: UUID, *, at: datetime) -> int:
    """How many near copies of a text came in the last day, at most fifty looked at: one query."""
    parameters = {**sketch._asdict(), "since": at - workflow.WINDOW, "form": form.value, "id": id}
    return sum(likeness(row, sketch) >= workflow.NEAR for row in statements.rows(session, _ALIKE, parameters))


_BANDS = (col(Trace.first_band), col(Trace.second_band), col(Trace.third_band), col(Trace.fourth_band))
_SINCE = col(Trace.seen_at) > bindparam("since", type_=UTCDateTime())
_FRESH = select(literal(1)).where(_SINCE).limit(workflow.MOST_COUNTED).subquery()
_TRAFFIC = Prepared(lambda: select(select(func.count()).select_from(_FRESH).scalar_subquery(), RECENT_HITS))
_ALIKE = Prepared(
    lambda: (
        select(*_BANDS)
        .where(or_(*(band == bindparam(name) for band, name in zip(_BANDS, Sketch._fields, strict=True))))
        .where(_SINCE, col(Trace.form) == bindparam("form"), col(Trace.id) != bindparam("id"))
        .limit(workflow.MOST_COPIES)
    )
)
