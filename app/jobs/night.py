"""What the night shift has at hand: the database, the time, the keys, the post with its templates, a safe way out."""

from dataclasses import dataclass, field

from app.core.clock import Clock
from app.core.db import Database
from app.core.fetch import Fetcher
from app.core.keys import Keys
from app.core.mail import Postman


@dataclass(frozen=True, slots=True)
class Night:
    """The first argument of every task."""

    db: Database
    keys: Keys
    clock: Clock
    postman: Postman
    fetcher: Fetcher
    templates: str = ""  # the site's own folder, if it has one
    check_url: str = ""  # the service that is asked about comments, and the secret that signs what it is asked
    check_secret: str = field(default="", repr=False)
