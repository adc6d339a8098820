"""One row: the settings of the site."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.core.columns import JSON_TYPE, Json


class Site(SQLModel, table=True):
    """The settings document (`policies.SiteSettings`) under a rising version."""

    __tablename__ = "site"

    id: int = Field(default=1, primary_key=True)
    settings: Json = Field(sa_type=JSON_TYPE)
    version: int = 1
    updated_at: datetime
    updated_by: UUID | None = None
