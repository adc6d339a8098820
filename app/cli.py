"""The command line: everything that an operator does, with the same verbs that the doors call."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
import uvicorn
from sqlalchemy.exc import OperationalError

from app.core import base64url, sealing, tip_keys
from app.core.actor import system
from app.core.bounces import MAX_BOUNCE, read_bounce
from app.core.clock import now
from app.core.db import Database
from app.core.email import check_email
from app.core.errors import DomainError
from app.core.logs import configure_logs
from app.core.settings import Settings
from app.mail import service as mail_service
from app.main import create_app, open_site
from app.openapi import Tree, document
from app.staff import passwords
from app.staff import queries as staff_queries
from app.staff import service as staff_service
from app.staff.models import Role

cli = typer.Typer(help="Masthead: the headless CMS for small newsrooms.", no_args_is_help=True, add_completion=False)

PassphraseStdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="read the passphrase from the first line of standard input")
]
Host = Annotated[str, typer.Option(envvar="HOST", help="address to listen on")]
Port = Annotated[int, typer.Option(envvar="PORT", min=0, max=65_535)]

GOODBYE_SECONDS = 10  # for answers that are being sent when the server is told to end: some readers never read on


@contextmanager
def _site() -> Iterator[Database]:
    database = open_site(Settings())
    try:
        yield database
    finally:
        database.engine.dispose()


@cli.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="processes")] = 1,
) -> None:
    """Serve the API; migrate first with `masthead migrate`."""
    os.environ["PORT"] = str(port)  # for the workers: they read their settings anew
    Settings()  # a wrong setting is said here and once, not by every worker
    print(f"Masthead serves http://{host}:{port} and is documented at http://{host}:{port}/docs", file=sys.stderr)
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_level="warning",
        proxy_headers=False,  # X-Forwarded-For is read by core.http.network, from trusted proxies only
        timeout_graceful_shutdown=GOODBYE_SECONDS,
        server_header=False,
        date_header=True,
    )


@cli.command()
def work(
    once: Annotated[bool, typer.Option("--once", help="run what is due and end")] = False,
) -> None:
    """Run jobs until told to end; any number of these may share a database (set MASTHEAD_JOBS=off for the servers)."""
    from app import worker  # late: most commands need no night shift

    settings = Settings()
    configure_logs()
    asyncio.run(worker.work(settings, open_site(settings), once=once))


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from app.migrations import upgrade  # late: a server need not load Alembic to start

    with _site() as site:
        upgrade(site.engine)
    print("The database is up to date.")


@cli.command()
def demo(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="do nothing when there is anything in it")] = False,
) -> None:
    """Load a small magazine in two languages, with an account to try it."""
    from app.transfer import demo_magazine  # late, for the same reason

    with _site() as site, site.transaction() as session:
        if not demo_magazine.is_empty(session):
            if if_empty:
                return
            raise _refusal("the database is not empty: the demo is for a new one")
        print(demo_magazine.load(session, at=now()))


@cli.command()
def create_user(
    email: Annotated[str, typer.Argument(help="the address to sign in with")],
    role: Annotated[Role, typer.Option(help="what the person may do")],
    name: Annotated[str, typer.Option(help="how the person is called")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="read the password from standard input")
    ] = False,
) -> None:
    """Open an account."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Password", hide_input=True)
    try:
        check_email(email)
        password_hash = passwords.hash_password(password)
        with _site() as site, site.transaction() as session:
            by = system("command line")
            staff_service.create_user(
                session, email=email, name=name, role=role, password_hash=password_hash, by=by, at=now()
            )
    except (DomainError, ValueError) as error:
        raise _refusal(str(error)) from None
    print(f"{email} can sign in as {role.value}.")
    if passwords.is_soon_guessed(password, (email, name)):  # whoever runs the server decides
        print(f"Mind: {passwords.SOON_GUESSED}.", file=sys.stderr)


@cli.command()
def disable_user(email: Annotated[str, typer.Argument(help="the address of the account")]) -> None:
    """Close an account: it cannot sign in, and its sessions end at once."""
    with _site() as site, site.transaction() as session:
        user = staff_queries.find_user(session, email)
        if user is None:
            raise _refusal(f"there is no account with the address {email}")
        staff_service.disable_user(session, user, by=system("command line"), at=now())
    print(f"{email} is disabled.")


@cli.command()
def bounce() -> None:
    """Read a report of failed delivery from standard input and note which letter came back: for a pipe of the MTA."""
    report = read_bounce(sys.stdin.buffer.read(MAX_BOUNCE))
    while sys.stdin.buffer.read(MAX_BOUNCE):
        pass  # whoever writes into the pipe is not to find it closed
    try:
        with _site() as site, site.transaction() as session:
            known = report is not None and mail_service.record_bounce(session, report, at=now())
    except OperationalError:
        raise typer.Exit(os.EX_TEMPFAIL) from None  # the MTA keeps the report and comes again
    print("A letter came back." if known else "No letter of ours is reported to have come back.")


@cli.command()
def openapi(tree: Annotated[Literal["all", "public", "editor"], typer.Option(help="which part")] = "all") -> None:
    """Print the OpenAPI document."""
    wanted: Tree = tree
    print(json.dumps(document(create_app(Settings()), wanted), ensure_ascii=False, indent=2))


@cli.command()
def tip_key(
    file: Annotated[Path, typer.Argument(help="the private key is written here; it must not exist")],
    passphrase_stdin: PassphraseStdin = False,
) -> None:
    """Make a key pair for sealed tips. Needs no database: use a computer that the newsroom trusts, not the server."""
    private_key = sealing.new_key()
    point = sealing.public_point(private_key)
    passphrase = _first_line() if passphrase_stdin else _prompt("Passphrase", confirmation_prompt=True)
    try:
        locked = tip_keys.lock(private_key, passphrase)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(locked)
            out.flush()
            os.fsync(out.fileno())  # once the public key is published, losing the private one loses tips
    except FileExistsError:
        raise _refusal(f"{file} exists: a key that is overwritten is lost, with every tip sealed to it") from None
    except (OSError, ValueError) as error:
        raise _refusal(str(error)) from None
    print(f"public key:  {base64url.to_text(point)}\nfingerprint: {sealing.fingerprint(point)}")


@cli.command()
def open_tip(
    key_file: Annotated[Path, typer.Argument(help="the private key, as `masthead tip-key` wrote it")],
    envelope_file: Annotated[str, typer.Argument(help="the sealed tip; - is standard input")] = "-",
    passphrase_stdin: PassphraseStdin = False,
) -> None:
    """Open a sealed tip and print it. Needs no database and no network."""
    passphrase = _first_line() if passphrase_stdin else _prompt("Passphrase")
    try:
        private_key = tip_keys.unlock(key_file.read_text(encoding="utf-8"), passphrase)
        envelope = sys.stdin.read() if envelope_file == "-" else Path(envelope_file).read_text(encoding="utf-8")
        message = sealing.open_sealed("".join(envelope.split()), private_key)  # mail and terminals break long lines
    except (OSError, ValueError) as error:
        raise _refusal(str(error)) from None
    print(sealing.readable(message), end="")


def _first_line() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _prompt(what: str, *, confirmation_prompt: bool = False) -> str:
    return str(typer.prompt(what, hide_input=True, confirmation_prompt=confirmation_prompt))


def _refusal(why: str) -> typer.Exit:
    print(f"masthead: {why}", file=sys.stderr)
    return typer.Exit(1)


def main() -> None:
    """The entry point of the `masthead` program."""
    cli()
