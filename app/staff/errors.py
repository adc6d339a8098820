"""What can go wrong at the staff entrance."""

from app.core.errors import Conflict, DomainError, NotFound, Unauthenticated


class TokenRefused(DomainError):
    """RFC 6749, section 5.2: what every refusal of a token says twice, for clients of either standard."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.members = {"error": self.slug.replace("-", "_"), "error_description": self.detail}


class InvalidGrant(TokenRefused):
    """The e-mail, the password or the refresh token is wrong, or the account is disabled."""

    status, title, slug = 400, "Sign-in refused", "invalid-grant"
    recorded = True  # the failed attempt is counted and written down


class InvalidTokenRequest(TokenRefused):
    """A parameter of the grant is missing."""

    status, title, slug = 400, "Token request incomplete", "invalid-request"


class UnsupportedGrantType(TokenRefused):
    """grant_type must be password or refresh_token."""

    status, title, slug = 400, "Unknown grant type", "unsupported-grant-type"


class EmailTaken(Conflict):
    """There is an account with this e-mail address."""

    code = "email_taken"


class UserNotFound(NotFound):
    """No account has this id."""


class LastAdmin(Conflict):
    """Nobody else could manage accounts: make somebody else an admin first."""

    code = "last_admin"


class LinkRefused(DomainError):
    """This link opens nothing: it is unknown, was used, taken back or has run out."""

    status, title, slug = 400, "Link refused", "link-refused"


class InvitationNotFound(NotFound):
    """No invitation has this id."""


class InvitationAccepted(Conflict):
    """The account is open already: disable it instead."""

    code = "invitation_accepted"


class WrongPassword(DomainError):
    """The present password is another one."""

    status, title, slug = 400, "Wrong password", "wrong-password"
    recorded = True  # the failed attempt is counted and written down


class SessionNotFound(NotFound):
    """No session of yours that has not ended has this id."""


class KeyNotFound(NotFound):
    """No API key has this id."""


class KeyRefused(Unauthenticated):
    """The API key is unknown, has expired or was revoked, or opens no door of this kind."""

    def __init__(self) -> None:
        super().__init__(error="invalid_token")
