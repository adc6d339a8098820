"""The tree of domain errors: services raise these, one table in `core.http.problems` turns them into answers.

DomainError
├── Malformed            400   the request cannot be understood
├── Unauthenticated      401   who are you?
├── Forbidden            403   you may see it, not do it
├── NotFound             404   not there, or not for you to see
├── Conflict             409   the state of things is against it
│   ├── IllegalMove      409   … and `allowed` says what would be possible
│   └── InUse            409   … and `used_by` says by what
├── Gone                 410   it was here, and was taken away
├── Stale                412   someone was faster
├── Invalid              422   names the member and what would be right
├── PreconditionRequired 428   say which version you mean
├── TooMany              429   later
└── Unavailable          503   not now
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

MOST_USES = 20


class FieldError(NamedTuple):
    """One thing wrong with one member: `pointer` is `/body/…` or `/query/…`."""

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """A rule said no. `recorded` errors commit what the verb wrote before (a counted attempt) and are raised then."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Bad request"
    slug: ClassVar[str] = "bad-request"
    recorded: ClassVar[bool] = False

    def __init__(
        self, detail: str = "", *, headers: Mapping[str, str] | None = None, members: Mapping[str, Any] | None = None
    ) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip().split("\n")[0]
        self.headers = dict(headers or {})
        self.members = dict(members or {})
        super().__init__(self.detail)


class Malformed(DomainError):
    """The request could not be understood."""

    status, title, slug = 400, "Malformed request", "malformed"


class Unauthenticated(DomainError):
    """A valid access token is needed."""

    status, title, slug = 401, "Not signed in", "unauthenticated"

    def __init__(self, detail: str = "", *, error: str | None = None) -> None:
        challenge = 'Bearer realm="masthead"' + (f', error="{error}"' if error else "")
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class Forbidden(DomainError):
    """You may not do this."""

    status, title, slug = 403, "Forbidden", "forbidden"


class NotFound(DomainError):
    """There is nothing at this address."""

    status, title, slug = 404, "Not found", "not-found"


class Conflict(DomainError):
    """The present state does not allow this; `code` says which rule."""

    status, title, slug = 409, "Conflict", "conflict"
    code: ClassVar[str] = "conflict"

    def __init__(self, detail: str = "", *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail, headers=headers, members={"code": self.code, **members})


class IllegalMove(Conflict):
    """This action is not possible in the present state; `allowed` lists those that are."""

    code = "illegal_move"
    title, slug = "Illegal move", "illegal-move"


class Use(NamedTuple):
    """One thing that refers to what should go."""

    kind: str
    id: UUID
    title: str


class InUse(Conflict):
    """Something refers to it; `used_by` says what, up to 20."""

    code = "in_use"

    def __init__(self, uses: Sequence[Use]) -> None:
        used_by = [{"kind": use.kind, "id": str(use.id), "title": use.title} for use in uses[:MOST_USES]]
        super().__init__(used_by=used_by)


class Gone(DomainError):
    """What was here has been taken away."""

    status, title, slug = 410, "Gone", "gone"


class Stale(DomainError):
    """The version in If-Match is not the newest; `current` describes the newest."""

    status, title, slug = 412, "Stale version", "stale"


class UnsupportedMediaType(DomainError):
    """The body has a content type that this address does not read."""

    status, title, slug = 415, "Unsupported media type", "unsupported-media-type"


class Invalid(DomainError):
    """Some members are not as they should be; `errors` names each."""

    status, title, slug = 422, "Invalid input", "invalid"

    def __init__(self, *errors: FieldError) -> None:
        self.errors = errors
        super().__init__(
            "; ".join(f"{error.pointer}: {error.detail}" for error in errors[:3]),
            members={"errors": [error._asdict() for error in errors]},
        )


class PreconditionRequired(DomainError):
    """Send If-Match with the ETag that you read, so that nobody's work is overwritten."""

    status, title, slug = 428, "Precondition required", "precondition-required"


class TooMany(DomainError):
    """Too many requests; Retry-After says when the next one may come."""

    status, title, slug = 429, "Too many requests", "too-many"
    recorded = True


class Unavailable(DomainError):
    """The service is busy; try again in a moment."""

    status, title, slug = 503, "Unavailable", "unavailable"


def wrong(member: str, code: str, detail: str, *, part: str = "body") -> Invalid:
    """An `Invalid` about one member, written with slashes for nested ones (`tags/0`)."""
    return Invalid(FieldError(f"/{part}/{member}", code, detail))
