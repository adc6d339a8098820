"""Letters for tests."""

from typing import Any

from app.core.mail import Letter, Sender

SENDER = Sender("Al-Qalam", "desk@news.example")
READER = "reader@example.org"


def letter(**facts: Any) -> Letter:
    """A letter with every member that a test does not care about."""
    usual: dict[str, Any] = {
        "message_id": "<1@news.example>",
        "to": READER,
        "subject": "We have your message",
        "text": "Thank you.",
        "locale": "en",
        "auto": True,
    }
    return Letter(**(usual | facts))
