"""What mail servers send back: reports of several makers are read, everything else is not taken for one."""

import pytest

from app.core.bounces import MAX_BOUNCE, Bounce, read_bounce
from tests.timing import at_most

POSTFIX = b"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: desk@news.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="B1/mx.example"

This is a MIME-encapsulated message.

--B1/mx.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B1/mx.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
X-Postfix-Queue-ID: 4F3
Arrival-Date: Sun, 22 Nov 2026 18:30:00 +0000 (UTC)

Final-Recipient: rfc822; reader@example.org
Original-Recipient: rfc822;reader@example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; in.example.org
Diagnostic-Code: smtp; 550 5.1.1 <reader@example.org>: Recipient address
    rejected: User unknown

--B1/mx.example
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <desk@news.example>
From: =?utf-8?b?2KfZhNmC2YTZhQ==?= <desk@news.example>
To: reader@example.org
Subject: We have your message
Message-ID: <019a-1@news.example>
Content-Type: text/plain

Action: delivered
Message-ID: <other@evil.example>
--B1/mx.example--
"""
READ = Bounce(
    message_id="<019a-1@news.example>",
    recipient="reader@example.org",
    action="failed",
    status="5.1.1",
    diagnostic="550 5.1.1 <(address)>: Recipient address rejected: User unknown",
)


def changed(old: str, new: str) -> bytes:
    """The report with something else in one place."""
    assert POSTFIX.count(old.encode()) == 1
    return POSTFIX.replace(old.encode(), new.encode())


def returned(kind: str, content: str) -> bytes:
    """The report with another part at its end."""
    head, _, _ = POSTFIX.partition(b"Content-Description: Undelivered Message")
    return head + f"Content-Type: {kind}\n\n{content}\n--B1/mx.example--\n".encode()


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_a_report_is_read(line_end: bytes) -> None:
    assert read_bounce(POSTFIX.replace(b"\n", line_end)) == READ


@pytest.mark.parametrize(
    ("kind", "content", "message_id"),
    [
        ("text/rfc822-headers", "Subject: x\nMessage-ID: <2@news.example>\n", "<2@news.example>"),
        ("text/rfc822-headers", "message-id:\n  <2@news.example>\n", "<2@news.example>"),
        ("TEXT/RFC822-Headers; charset=utf-8", "Subject: قصة\nMessage-Id: <2@news.example>", "<2@news.example>"),
        (
            "text/rfc822-headers\nContent-Transfer-Encoding: base64",
            "TWVzc2FnZS1JRDogPDJAbmV3cy5leGFtcGxlPgo=",
            "<2@news.example>",
        ),
        ("message/rfc822", "Message-ID: <2@news.example>\n\nbody", "<2@news.example>"),
        ("message/global", "Subject: قصة\nMessage-ID: <2@news.example>\n\nbody", "<2@news.example>"),
        ("message/global-headers", "Subject: قصة\nMessage-ID: <2@news.example>", "<2@news.example>"),
        ("text/rfc822-headers", "Subject: x", None),
        ("text/rfc822-headers", "Message-ID: <2@news.example> <3@news.example>", None),
        ("text/rfc822-headers", "Message-ID: 2", None),
        ("text/rfc822-headers", "Message-ID: <" + "2" * 300 + "@news.example>", None),
        ("text/plain", "Message-ID: <2@news.example>", None),
        ("message/rfc822", "", None),
    ],
)
def test_the_letter_is_known_by_what_came_back_of_it(kind: str, content: str, message_id: str | None) -> None:
    bounce = read_bounce(returned(kind, content))
    assert bounce is not None
    assert bounce.message_id == message_id
    assert bounce.recipient == READ.recipient


@pytest.mark.parametrize(
    ("old", "new", "member", "value"),
    [
        ("Action: failed", "Action: Delayed", "action", "delayed"),
        ("Action: failed", "action:  FAILED ", "action", "failed"),
        ("Status: 5.1.1", "Status: 4.2.2 (mailbox full)", "status", "4.2.2"),
        ("Status: 5.1.1", "Status: unknown", "status", ""),
        (
            "Final-Recipient: rfc822; reader@example.org",
            "Final-Recipient: reader@example.org",
            "recipient",
            READ.recipient,
        ),
        (
            "Final-Recipient: rfc822; reader@example.org",
            "Final-Recipient: utf-8; قارئ@مثال.example",
            "recipient",
            "قارئ@مثال.example",
        ),
        ("Final-Recipient: rfc822; reader@example.org", "X: y", "recipient", ""),
        (
            "Final-Recipient: rfc822; reader@example.org",
            "Final-Recipient: rfc822; " + "r" * 400,
            "recipient",
            "r" * 254,
        ),
        ("rfc822; reader@example.org\nO", "rfc822; a\x00\x1b@example.org\nO", "recipient", "a @example.org"),
        ("Diagnostic-Code: smtp; 550 5.1.1", "X: smtp; 550 5.1.1", "diagnostic", ""),
        ("User unknown", "\x1b[31m\u202eno", "diagnostic", "550 5.1.1 <(address)>: Recipient address rejected: [31mno"),
        ("Content-Type: message/delivery-status", "Content-Type: message/global-delivery-status", "status", "5.1.1"),
        ("report-type=delivery-status", 'REPORT-TYPE="Delivery-Status"', "action", "failed"),
        ("I'm sorry", "Action: delivered", "action", "failed"),
        ("Reporting-MTA: dns; mx.example", "Reporting-MTA: dns; mx.example\nAction: other", "action", "failed"),
    ],
)
def test_fields_are_read_as_servers_write_them(old: str, new: str, member: str, value: str) -> None:
    bounce = read_bounce(changed(old, new))
    assert bounce is not None
    assert getattr(bounce, member) == value


def test_the_diagnostic_is_short() -> None:
    bounce = read_bounce(changed("User unknown", "no " * 2000))
    assert bounce is not None
    assert 190 < len(bounce.diagnostic) <= 200
    assert "reader@example.org" not in repr(bounce)


NO_REPORTS = {
    "nothing": b"",
    "no mail": b"\x00\xff\xfe" * 100,
    "a reply": b"From: reader@example.org\nSubject: Re: hello\nMessage-ID: <9@example.org>\n\nAction: failed\n",
    "an out-of-office note": b"Auto-Submitted: auto-replied\nContent-Type: text/plain\n\nI am away",
    "a read receipt": changed("report-type=delivery-status", "report-type=disposition-notification"),
    "a report without a type": changed(" report-type=delivery-status;", ""),
    "another multipart": changed("multipart/report", "multipart/mixed"),
    "no boundary": changed('boundary="B1/mx.example"', 'x="y"'),
    "another boundary": changed('boundary="B1/mx.example"', 'boundary="other"'),
    "no verdict": changed("Action: failed", "X-Action: failed"),
    "an unknown verdict": changed("Action: failed", "Action: exploded"),
    "the verdict elsewhere": changed("message/delivery-status", "text/plain"),
    "an empty verdict": b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\n'
    b"Content-Type: message/delivery-status\n\n--b--\n",
}


@pytest.mark.parametrize("raw", NO_REPORTS.values(), ids=NO_REPORTS)
def test_what_is_no_report(raw: bytes) -> None:
    assert read_bounce(raw) is None


def test_a_report_is_read_from_the_first_mebibyte_alone() -> None:
    assert read_bounce(POSTFIX.replace(b"\n--B1/mx.example--\n", b"x" * 2 * MAX_BOUNCE)) == READ
    late = changed("I'm sorry", "x" * MAX_BOUNCE)
    assert read_bounce(late) is None


def _nested(kind: str, depth: int) -> bytes:
    parts = (f'Content-Type: {kind}; boundary="b{level}"\n\n--b{level}\n' for level in range(depth))
    return "".join(parts).encode() + b"x\n" * 500_000


HOSTILE = {
    "many lines": POSTFIX + b"\n" * MAX_BOUNCE,
    "deep multiparts": _nested("multipart/mixed", 10_000),
    "a few multiparts and many lines": _nested("multipart/mixed", 49),
    "deep messages": b"Content-Type: message/rfc822\n\n" * 30_000,
    "a type without end": b"Content-Type: multipart/report" + b';"=' * 300_000 + b"\n\nx",
    "a folded type without end": b"Content-Type: multipart/report" + b';\n a="' * 200_000 + b"\n\nx",
    "a folded type with other line ends": b"Content-Type: multipart/report" + b';\r a="' * 200_000 + b"\n\nx",
    "a header without end": b"Subject: " + b"=?utf-8?q?x?= " * 70_000 + b"\n\nx",
    "many headers": b"X: y\n" * 200_000,
    "a word without end": changed("User unknown", "a" * 60_000),
    "an address without end": changed("User unknown", "a@" * 400_000),
    "many recipients": changed("Status: 5.1.1", "Status: 5.1.1\n\nFinal-Recipient: rfc822; x@y.example" * 20_000),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_reports_cost_little(raw: bytes) -> None:
    with at_most(1.0):
        read_bounce(raw)
