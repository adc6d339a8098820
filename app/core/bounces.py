"""Reads what mail servers send back when a letter could not be delivered (RFC 3464, RFC 6533)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_string
from email.message import Message

from app.core.email import MAX_EMAIL_LENGTH
from app.core.mail import FORGES, MESSAGE_ID, cleaned

MAX_BOUNCE = 1024 * 1024

# what makes the parser slow: deep nesting, endless Content-Type headers, very many lines
_MAX_LINES = 20_000
_MAX_PARTS = 50
_MAX_CONTENT_TYPE = 4096
_LINE_END = re.compile(b"\r\n?")
_CONTENT_TYPE = re.compile(rb"^content-type:.*(?:\n[ \t].*)*", re.IGNORECASE | re.MULTILINE)

_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What became of one letter; `message_id` is None when the report brings nothing of the letter back."""

    message_id: str | None
    recipient: str = field(repr=False)
    action: str
    status: str
    diagnostic: str


def read_bounce(raw: bytes) -> Bounce | None:
    """The first verdict of a delivery status notification, read from its first MiB; None when it is no such report."""
    report = _parse(raw)
    if report is None or report.get_content_type() != "multipart/report" or not report.is_multipart():
        return None
    if str(report.get_param("report-type", "")).lower() != "delivery-status":
        return None
    parts: list[Message] = [part for part in report.get_payload() if isinstance(part, Message)]
    verdict = next((block for part in parts for block in _blocks(part) if _action(block) in _ACTIONS), None)
    if verdict is None:
        return None
    status = _STATUS.search(_value(verdict, "Status"))
    return Bounce(
        message_id=next(filter(None, map(_message_id, parts)), None),
        recipient=_untyped(_value(verdict, "Final-Recipient"))[:MAX_EMAIL_LENGTH],
        action=_action(verdict),
        status=status[0] if status else "",
        diagnostic=cleaned(_untyped(_value(verdict, "Diagnostic-Code"))),
    )


def _parse(raw: bytes) -> Message | None:
    lines = _LINE_END.sub(b"\n", raw[:MAX_BOUNCE]).split(b"\n", _MAX_LINES)[:_MAX_LINES]
    bounded = b"\n".join(lines)
    types = _CONTENT_TYPE.findall(bounded)
    if len(types) > _MAX_PARTS or any(len(found) > _MAX_CONTENT_TYPE for found in types):
        return None
    return message_from_string(bounded.decode("utf-8", "replace"))


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields: the parser splits those of message/delivery-status, not those of its UTF-8 form."""
    if part.get_content_type() not in _REPORTS or not part.is_multipart():
        return
    for block in part.get_payload():
        if isinstance(block, Message):
            yield block
            rest = block.get_payload()
            if isinstance(rest, str):
                yield from map(message_from_string, rest.split("\n\n"))


def _message_id(part: Message) -> str | None:
    if part.get_content_type() not in _RETURNED:
        return None
    returned = part.get_payload(0) if part.is_multipart() else message_from_string(_decoded(part))
    found = _value(returned, "Message-ID") if isinstance(returned, Message) else ""
    return found if MESSAGE_ID.fullmatch(found) else None


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _action(block: Message) -> str:
    return _value(block, "Action").lower()


def _value(block: Message, name: str) -> str:
    return " ".join(FORGES.sub(" ", str(block.get(name, ""))).split())


def _untyped(value: str) -> str:
    """Without the `rfc822;` or `smtp;` in front."""
    return value.partition(";")[2].strip() or value
