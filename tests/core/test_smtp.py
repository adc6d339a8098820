"""SMTP against a real server, which refuses, delays, stalls and drops; no letter is lost or doubled by the way."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from app.core import smtp
from app.core.clock import monotonic
from app.core.mail import MailDelayed, MailError, MailRefused, Sender, new_message_id
from app.core.postmen import open_postman
from app.core.smtp import SmtpPostman
from app.core.smtp_url import parse_smtp_url
from tests.core.letters import READER, SENDER, letter
from tests.smtp import HOST, MailServer, Step, self_signed

pytestmark = pytest.mark.anyio

LOGIN = ("desk@news.example", "p@ss:/ #?%مفتاح")
SOON = 2.0  # seconds until a test calls a server too slow; half a second was too little for honest answers under load


@asynccontextmanager
async def postman_for(server: MailServer, url: str = "", **facts: Any) -> AsyncIterator[SmtpPostman]:
    """A postman of this server, let go at the end."""
    postman = SmtpPostman(parse_smtp_url(url or server.url), **({"sender": SENDER} | facts))
    yield postman
    await postman.close()
    await everyone_left(server)


async def everyone_left(server: MailServer) -> None:
    await asyncio.to_thread(server.wait_until, lambda: server.open_connections == 0)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Far more than our own time-out, far less than any other."""
    began = monotonic()
    try:
        yield
    finally:
        assert monotonic() - began < seconds


@pytest.fixture(autouse=True, scope="module")
def everything_is_closed() -> Iterator[None]:
    """Sockets left open complain when they are collected: at the end of these tests."""
    yield
    gc.collect()


# ── letters arrive ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tls", [None, "starttls", "implicit"])
@pytest.mark.parametrize("login", [None, LOGIN], ids=["open", "login"])
async def test_a_letter_arrives(tls: Literal["starttls", "implicit"] | None, login: tuple[str, str] | None) -> None:
    with MailServer(tls=tls, login=login) as server:
        postman = open_postman(server.url, sender=Sender("القلم", "desk@news.example"))
        receipt = await postman.send(
            letter(subject="وصلتنا رسالتك", text="شكرًا\n.\n..\nhttps://news.example/t?x=1", html="<p>شكرًا</p>")
        )
        await postman.close()
        (arrived,) = await server.arrived(1)
    assert receipt.response == "250 2.0.0 queued"
    assert (arrived.sender, arrived.to) == ("desk@news.example", [READER])
    assert (arrived["From"], arrived["To"]) == ("القلم <desk@news.example>", READER)
    assert arrived.subject == "وصلتنا رسالتك"
    assert arrived.text.splitlines() == ["شكرًا", ".", "..", "https://news.example/t?x=1"]
    assert arrived.html.strip() == "<p>شكرًا</p>"
    assert server.logins == ([login] if login else [])
    assert "EHLO news.example" in server.commands, "the machine's own name stays at home"


@pytest.mark.parametrize("address", ["o'hara_7!#$%&*/=?^`{|}~-@example.org", "reader@مثال.example"])
async def test_unusual_addresses_arrive(address: str) -> None:
    with MailServer(smtputf8=False) as server:
        async with postman_for(server) as postman:
            await postman.send(letter(to=address))
        assert server.letters[0].to == [address.replace("مثال", "xn--mgbh0fb")]


async def test_letters_beyond_ascii_before_the_at_travel_when_the_server_can() -> None:
    with MailServer(smtputf8=True) as server:
        async with postman_for(server) as postman:
            await postman.send(letter(to="قارئ@مثال.example"))
            await postman.send(letter())
        arabic, plain = server.letters
    assert (arabic.to, arabic["To"]) == (["قارئ@xn--mgbh0fb.example"], "قارئ@xn--mgbh0fb.example")
    assert (arabic.options, plain.options) == (["SMTPUTF8", "BODY=8BITMIME"], [])


@pytest.mark.parametrize("facts", [{"to": "قارئ@example.org"}, {"reply_to": "بريد@news.example"}])
async def test_and_are_refused_when_it_cannot(facts: dict[str, str]) -> None:
    with MailServer(smtputf8=False) as server:
        async with postman_for(server) as postman:
            with pytest.raises(MailRefused, match="no SMTPUTF8"):
                await postman.send(letter(**facts))
            await postman.send(letter())
        assert (len(server.letters), server.connections) == (1, 1)


# ── what the server says ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("step", "said", "error"),
    [
        ("MAIL", "550 5.7.1 not this sender", MailRefused),
        ("MAIL", "452 4.3.1 no room", MailDelayed),
        ("MAIL", "530 5.7.0 log in first", MailDelayed),
        ("RCPT", "550 5.1.1 no such reader", MailRefused),
        ("RCPT", "553 5.1.3 no such shape", MailRefused),
        ("RCPT", "452 4.2.2 mailbox full", MailDelayed),
        ("RCPT", "450 4.2.0 greylisted", MailDelayed),
        ("DATA", "554 5.6.0 looks like spam", MailRefused),
        ("DATA", "552 5.3.4 too big", MailRefused),
        ("DATA", "451 4.3.0 try later", MailDelayed),
    ],
)
async def test_what_it_says_decides_whether_to_try_again(step: Step, said: str, error: type[MailError]) -> None:
    with MailServer() as server:
        server.answer(step, said)
        async with postman_for(server) as postman:
            with pytest.raises(error) as caught:
                await postman.send(letter())
            assert type(caught.value) is error
            assert (caught.value.code, caught.value.text) == (int(said[:3]), said[4:])
            await postman.send(letter())
        assert (len(server.letters), server.connections) == (1, 1), "the connection is good for the next letter"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("CONNECT", "554 5.3.2 no mail today"),
        ("CONNECT", "421 4.3.2 closing"),
        ("EHLO", "550 5.7.1 not you"),
        ("EHLO", "421 4.7.0 closing"),
        ("AUTH", "535 5.7.8 wrong"),
        ("AUTH", "454 4.7.0 not now"),
        ("MAIL", "421 4.7.0 closing"),
        ("RCPT", "421 4.7.0 closing"),
        ("DATA", "421 4.3.0 closing"),
    ],
)
async def test_what_is_not_about_the_letter_only_delays_it(step: Step, said: str) -> None:
    with MailServer(login=LOGIN) as server:
        server.answer(step, said)
        async with postman_for(server) as postman:
            with pytest.raises(MailDelayed) as caught:
                await postman.send(letter())
            assert caught.value.code == int(said[:3])
            await postman.send(letter())
        assert len(server.letters) == 1


async def test_what_is_no_answer_delays() -> None:
    with MailServer() as server:
        server.answer("RCPT", "\x1b[31mhello")
        async with postman_for(server) as postman:
            with pytest.raises(MailDelayed) as caught:
                await postman.send(letter())
        assert caught.value.code is None
        assert "\x1b" not in str(caught.value)


async def test_a_recipient_may_be_refused_and_the_next_not() -> None:
    with MailServer() as server:
        server.refuse("gone@example.org", "550 5.1.1 <gone@example.org>: " + "x " * 200)
        async with postman_for(server) as postman:
            with pytest.raises(MailRefused) as caught:
                await postman.send(letter(to="gone@example.org"))
            await postman.send(letter())
        assert [arrived.to for arrived in server.letters] == [[READER]]
        assert 190 < len(caught.value.text) <= 200
        assert "gone@" not in str(caught.value)


async def test_a_refusal_on_the_kept_connection_is_one() -> None:
    with MailServer() as server:
        async with postman_for(server) as postman:
            await postman.send(letter())
            server.answer("MAIL", "550 5.7.1 not this sender")
            with pytest.raises(MailRefused, match="not this sender"):
                await postman.send(letter())
            await postman.send(letter())
        assert (len(server.letters), server.connections) == (2, 1)


async def test_greylisting_delays_once_and_the_second_try_is_the_same_letter() -> None:
    message_id = new_message_id("news.example", "019aaaaa")
    with MailServer() as server:
        server.greylist()
        async with postman_for(server) as postman:
            with pytest.raises(MailDelayed, match="greylisted"):
                await postman.send(letter(message_id=message_id))
            await postman.send(letter(message_id=message_id))
        assert [arrived["Message-ID"] for arrived in server.letters] == [message_id]


# ── what the network does ────────────────────────────────────────────────────────────────────────────────────────────

STEPS: list[Step] = ["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("step", STEPS)
async def test_a_server_that_stalls_delays(step: Step) -> None:
    with MailServer(login=LOGIN) as server:
        server.stall(step)
        async with postman_for(server, connect=SOON, command=SOON) as postman:
            with pytest.raises(MailDelayed, match="did not answer in time"), within(9):
                await postman.send(letter())
            await postman.send(letter())
        assert (len(server.letters), server.connections) == (1, 2), "an answer that may come late is not waited for"


@pytest.mark.parametrize("step", STEPS)
async def test_a_server_that_drops_delays(step: Step) -> None:
    with MailServer(login=LOGIN) as server:
        server.drop(step)
        async with postman_for(server) as postman:
            with pytest.raises(MailDelayed, match=r"hung up|EOF"):
                await postman.send(letter())
            await postman.send(letter())
        assert (len(server.letters), server.connections) == (1, 2)


async def test_a_lost_answer_may_double_a_letter_and_its_message_id_tells() -> None:
    with MailServer() as server:
        server.drop("DATA", kept=True)
        async with postman_for(server) as postman:
            with pytest.raises(MailDelayed):
                await postman.send(letter())
            await postman.send(letter())
        assert len({arrived["Message-ID"] for arrived in server.letters}) == 1
        assert len(server.letters) == 2


async def test_letters_behind_a_stalled_one_do_not_wait_for_ever() -> None:
    with MailServer() as server:
        server.stall("RCPT")
        async with postman_for(server, command=3 * SOON, turn=SOON) as postman:
            done = await asyncio.gather(*(postman.send(letter()) for _ in range(5)), return_exceptions=True)
            assert [str(one) for one in done] == [
                "the mail server did not answer in time",
                *["the mail server is busy with other letters"] * 4,
            ]
            await postman.send(letter())
        assert len(server.letters) == 1


@pytest.mark.parametrize("step", STEPS)
async def test_a_cancelled_send_leaves_no_half_spoken_connection(step: Step) -> None:
    with MailServer(login=LOGIN) as server:
        server.stall(step)
        async with postman_for(server) as postman:
            sending = asyncio.create_task(postman.send(letter(message_id="<1@news.example>")))
            await asyncio.to_thread(server.wait_until, lambda: any(said.startswith(step) for said in server.commands))
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            await postman.send(letter(message_id="<2@news.example>"))
        assert [arrived["Message-ID"] for arrived in server.letters] == ["<2@news.example>"]


async def test_a_send_can_be_cancelled_in_every_round_of_the_loop_while_it_connects() -> None:
    rounds = 40  # some five until the socket is there, which asyncio.wait_for once took for more than the cancellation
    with MailServer() as server:
        server.stall("CONNECT", times=rounds)
        async with postman_for(server, connect=SOON) as postman:
            for passed in range(rounds):
                sending = asyncio.create_task(postman.send(letter()))
                for _ in range(passed):
                    await asyncio.sleep(0)
                sending.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await sending
        assert not server.letters


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:{}", "smtps://localhost:{}", "smtp://nowhere.invalid:{}"])
async def test_a_server_that_is_not_there_delays(url: str) -> None:
    with MailServer() as server:
        port = server.port
    postman = SmtpPostman(parse_smtp_url(url.format(port)), sender=SENDER, connect=5)
    with pytest.raises(MailDelayed, match="Error connecting to"):
        await postman.send(letter())


# ── one connection ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_letters_share_one_connection_and_one_login() -> None:
    with MailServer(tls="starttls", login=LOGIN) as server:
        async with postman_for(server) as postman:
            await asyncio.gather(*(postman.send(letter(subject=f"Letter {number}")) for number in range(20)))
            assert server.open_connections == 1
        assert sorted(arrived.subject for arrived in server.letters) == sorted(f"Letter {n}" for n in range(20))
        assert (server.connections, len(server.logins), server.commands[-1]) == (1, 1, "QUIT")


async def test_a_connection_is_changed_after_many_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "MOST_LETTERS", 3)
    with MailServer() as server:
        server.refuse("gone@example.org")
        async with postman_for(server) as postman:
            with pytest.raises(MailRefused):
                await postman.send(letter(to="gone@example.org"))
            for _ in range(6):
                await postman.send(letter())
        assert (len(server.letters), server.connections, server.commands.count("QUIT")) == (6, 3, 3)


async def test_an_idle_connection_is_let_go_politely() -> None:
    with MailServer() as server:
        async with postman_for(server, idle=0.05) as postman:
            await postman.send(letter())
            await everyone_left(server)
            assert server.commands[-1] == "QUIT"
            await postman.send(letter())
        assert (len(server.letters), server.connections) == (2, 2)


async def test_a_refused_letter_leaves_no_connection_for_ever_either() -> None:
    with MailServer() as server:
        server.refuse(READER)
        async with postman_for(server, idle=0.05) as postman:
            with pytest.raises(MailRefused):
                await postman.send(letter())
            await asyncio.to_thread(server.wait_until, lambda: server.open_connections == 0)


async def test_a_busy_connection_is_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "MOST_LETTERS", 100_000)
    with MailServer() as server:
        async with postman_for(server, idle=1.0) as postman:
            end = monotonic() + 1.5
            while monotonic() < end:
                await postman.send(letter())
        assert server.connections == 1


async def test_a_connection_which_the_server_closed_meanwhile_is_opened_again_in_silence() -> None:
    with MailServer() as server:
        async with postman_for(server) as postman:
            await postman.send(letter())
            server.hang_up()
            await postman.send(letter())
        assert (len(server.letters), server.connections) == (2, 2)


@pytest.mark.parametrize("how", ["drop", "answer"])
async def test_also_when_that_shows_only_at_the_next_letter(how: str) -> None:
    with MailServer() as server:
        async with postman_for(server) as postman:
            await postman.send(letter())
            _close_at_mail(server, how, times=1)
            await postman.send(letter())
            _close_at_mail(server, how, times=2)
            with pytest.raises(MailDelayed):
                await postman.send(letter())
        assert (len(server.letters), server.connections) == (2, 3), "once, not for ever"


def _close_at_mail(server: MailServer, how: str, *, times: int) -> None:
    if how == "drop":
        server.drop("MAIL", times=times)
    else:
        server.answer("MAIL", "421 4.4.2 idle too long", times=times)


async def test_a_server_that_does_not_say_goodbye_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "_GOODBYE_SECONDS", 0.05)
    with MailServer() as server:
        server.stall("QUIT")
        with within(30):
            async with postman_for(server, command=90) as postman:
                await postman.send(letter())
        server.drop("QUIT")
        async with postman_for(server) as postman:
            await postman.send(letter())
        assert len(server.letters) == 2


async def test_closing_twice_is_closing_and_a_later_letter_still_arrives() -> None:
    with MailServer() as server:
        async with postman_for(server) as postman:
            await postman.close()
            await postman.send(letter())
            await postman.close()
            await postman.close()
            await postman.send(letter())
        assert (len(server.letters), server.connections) == (2, 2)


# ── trust ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("authority", ["the system's", "another"])
async def test_a_certificate_of_nobody_we_trust_gets_no_letter_and_no_password(
    tls: Literal["starttls", "implicit"], authority: str, tmp_path: Path
) -> None:
    other, _ = self_signed(tmp_path)
    with MailServer(tls=tls, login=LOGIN) as server:
        trusted = replace(parse_smtp_url(server.url), ca=other if authority == "another" else None)
        postman = SmtpPostman(trusted, sender=SENDER)
        with pytest.raises(MailDelayed, match="certificate is not trusted") as caught:
            await postman.send(letter())
        await postman.close()
        assert (server.letters, server.logins) == ([], [])
        assert "ca=" in caught.value.text


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_certificate_for_another_name_neither(tls: Literal["starttls", "implicit"]) -> None:
    with MailServer(tls=tls, login=LOGIN) as server:
        async with postman_for(server, server.url.replace(HOST, "localhost")) as postman:
            with pytest.raises(MailDelayed, match="certificate is not trusted"):
                await postman.send(letter())
        assert (server.letters, server.logins) == ([], [])


async def test_tls_with_a_server_that_speaks_none_delays() -> None:
    with MailServer() as server:
        async with postman_for(server, f"smtps://{HOST}:{server.port}") as postman:
            with pytest.raises(MailDelayed, match="TLS with the mail server failed"):
                await postman.send(letter())


async def test_starttls_is_taken_when_offered_and_missed_when_required() -> None:
    with MailServer() as server:
        async with postman_for(server, f"smtp://{HOST}:{server.port}?starttls=required") as postman:
            with pytest.raises(MailDelayed, match="STARTTLS"):
                await postman.send(letter())
        async with postman_for(server, f"smtp://{HOST}:{server.port}?starttls=optional") as postman:
            await postman.send(letter())
        assert len(server.letters) == 1
    with MailServer(tls="starttls") as server:
        async with postman_for(server, server.url.replace("required", "optional")) as postman:
            await postman.send(letter())
        assert [word for word in server.commands if "EHLO" in word] == ["EHLO news.example"] * 2, "again inside TLS"


async def test_a_password_is_not_sent_without_tls_but_to_this_machine() -> None:
    with MailServer(login=LOGIN) as server:
        here = replace(parse_smtp_url(server.url), tls="optional")
        elsewhere = SmtpPostman(replace(here, loopback=False), sender=SENDER)
        with pytest.raises(MailDelayed, match="offers no TLS"):
            await elsewhere.send(letter())
        assert (server.logins, server.letters) == ([], [])
        postman = SmtpPostman(here, sender=SENDER)
        await postman.send(letter())
        await postman.close()
        assert server.logins == [LOGIN]


async def test_no_error_and_no_log_shows_who_logs_in(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with MailServer(login=LOGIN) as server:
        wrong = replace(parse_smtp_url(server.url), password="canary-password", user="canary-user")
        postman = SmtpPostman(wrong, sender=SENDER)
        with pytest.raises(MailDelayed, match="535 the mail server does not accept") as caught:
            await postman.send(letter())
        assert server.logins == [("canary-user", "canary-password")]
        server.login = ("canary-user", "canary-password")
        server.answer("RCPT", "550 5.7.1 canary-user may not write to <reader@example.org>")
        with pytest.raises(MailRefused, match=r"550 5.7.1 \(user\) may not write to <\(address\)>"):
            await postman.send(letter())
        await postman.close()
    assert "canary" not in repr([caught.value, caught.value.__cause__, vars(caught.value)])
    assert "canary" not in "".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_that_cannot_be_read_is_said_at_the_start(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(ValueError, match="cannot read certificates"):
        open_postman(f"smtps://mail.example.org?ca={path}", sender=SENDER)


async def test_what_forges_an_address_never_reaches_the_server() -> None:
    with MailServer() as server:
        async with postman_for(server) as postman:
            forged = letter()
            object.__setattr__(forged, "to", "a@b.example>\r\nRCPT TO:<victim@example.org")
            with pytest.raises(ValueError, match="address"):
                await postman.send(forged)
        assert server.commands == []
