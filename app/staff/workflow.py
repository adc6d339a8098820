"""The rules of the entrance: how long its links live, how often one may knock."""

from datetime import timedelta
from typing import NamedTuple

from app.core.http.limits import Limit
from app.mail.workflow import INVITATION, PASSWORD_RESET

INVITATION_LIFE = timedelta(hours=72)
RESET_LIFE = timedelta(hours=1)  # shorter than other links: this one opens an account that there is
KEPT = timedelta(days=30)

INVITATIONS_PATH, INVITATION_TOKEN = INVITATION
RESETS_PATH, RESET_TOKEN = PASSWORD_RESET
ANSWER_FORGOTTEN = "staff.answer_forgotten"

# ten guesses from one network. From all together so many that a stranger cannot lock an editor out from where he is,
# and so few that a password of our policy takes decades
PER_ACCOUNT = Limit("sign-in-account", "10/15minute")
PER_ACCOUNT_ANYWHERE = Limit("sign-in-account-anywhere", "100/15minute")
PER_NETWORK = Limit("sign-in-network", "60/15minute")

FORGOTTEN_OF_ONE = Limit("password-forgotten", "3/hour")
FORGOTTEN_PER_NETWORK = Limit("password-forgotten-network", "20/hour")
LINKS_PER_NETWORK = Limit("staff-link-network", "60/15minute")
CHANGES_OF_ONE = Limit("password-change", "10/15minute")


class Letterhead(NamedTuple):
    """What letters to colleagues carry, and what no password may be made of: filled by the room of the site."""

    site_name: str
    locale: str
    names: tuple[str, ...]
