"""A service of the site's choice is asked about a comment: what it is told, how that is signed, what it can say."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from standardwebhooks import Webhook

from app.abuse.attempt import Ruling
from app.core.clock import wire_time
from app.core.fetch import Answer

SECONDS = 2.0
PHASE = "external"
ASKED = "the external check has not answered yet"
CHECK_TASK = "comments.check"
_RULINGS = {"pass": Ruling.PASS, "hold": Ruling.HOLD, "spam": Ruling.SPAM}
_MOST_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What a service is told: the text and the name that the public would see, never an address or a network."""

    comment_id: UUID
    revision: int
    version: int
    body: str
    author_name: str | None
    locale: str

    def body_json(self, at: datetime) -> str:
        """The body of the request."""
        data = {
            "id": str(self.comment_id),
            "revision": self.revision,
            "locale": self.locale,
            "author_name": self.author_name,
            "body": self.body,
        }
        document = {"type": "comment.check", "timestamp": wire_time(at), "data": data}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def headers(question: Question, body: str, secret: str, *, at: datetime) -> dict[str, str]:
    """Id, time and signature of Standard Webhooks; one id for one revision of a comment."""
    name = f"msg_{question.comment_id.hex}_{question.revision}"
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, at, body),
    }


def ruling_of(answer: Answer) -> tuple[Ruling, str]:
    """What the service said; whatever is not an answer to the question holds the comment."""
    if answer.status != 200:
        return Ruling.HOLD, f"the external check answered {answer.status}"
    try:
        said = json.loads(answer.body)
        ruling = _RULINGS[said["verdict"]]
        detail = str(said.get("detail") or "")
    except (ValueError, KeyError, TypeError, RecursionError):
        return Ruling.HOLD, "the external check answered something else than a verdict"
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in detail[:_MOST_DETAIL]).split())
    return ruling, f"the external check says: {ruling.value}" + (f" ({clean})" if clean else "")
