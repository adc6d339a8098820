"""Imports every room's models: what Alembic and the tests call the schema."""

from sqlmodel import SQLModel

from app.abuse import memory_models as abuse_memory
from app.abuse import models as abuse
from app.comments import models as comments
from app.contact import models as contact
from app.core import day_keys
from app.core.http import answers, limits
from app.correspondence import models as correspondence
from app.events import models as events
from app.jobs import models as jobs
from app.mail import models as mail
from app.posts import locks_models as locks
from app.posts import models as posts
from app.posts import previews_models as previews
from app.posts import review_models as review
from app.posts import withdrawal_models
from app.publications import front_models as fronts
from app.publications import models as publications
from app.publications import redirects_models as redirects
from app.sealing import models as sealing
from app.search import models as search
from app.site import models as site
from app.staff import invitations_models as invitations
from app.staff import keys_models as keys
from app.staff import models as staff
from app.staff import resets_models as resets
from app.taxonomy import models as taxonomy
from app.webhooks import models as webhooks

ROOMS = (
    *(answers, limits, day_keys, jobs, events, mail, staff, invitations, resets, keys, site, taxonomy, sealing, abuse),
    *(abuse_memory, publications, fronts, redirects, posts, previews, withdrawal_models, review, locks, comments),
    *(contact, correspondence, search, webhooks),
)

metadata = SQLModel.metadata


def described(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic compares it with the models: the index of search (of FTS5 several tables) has none."""
    return kind != "table" or name is None or not name.startswith("search_index")
