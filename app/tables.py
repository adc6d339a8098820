"""Imports every room's models: what Alembic and the tests call the schema."""

from sqlmodel import SQLModel

from app.comments import models as comments
from app.contact import models as contact
from app.core.http import answers, limits
from app.events import models as events
from app.posts import models as posts
from app.publications import models as publications
from app.site import models as site
from app.staff import models as staff
from app.taxonomy import models as taxonomy

ROOMS = (answers, limits, events, staff, site, taxonomy, publications, posts, comments, contact)

metadata = SQLModel.metadata
