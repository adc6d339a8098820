"""What can go wrong at the staff entrance."""

from app.core.errors import Conflict, DomainError


class InvalidGrant(DomainError):
    """The e-mail, the password or the refresh token is wrong, or the account is disabled."""

    status, title, slug = 400, "Sign-in refused", "invalid-grant"
    recorded = True  # the failed attempt is counted and written down

    def __init__(self, error: str = "invalid_grant", detail: str = "") -> None:
        super().__init__(detail)
        self.members = {"error": error, "error_description": self.detail}


class EmailTaken(Conflict):
    """There is an account with this e-mail address."""

    code = "email_taken"
