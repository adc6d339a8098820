"""The command line: everything that an operator does, with the same verbs that the doors call."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import typer
import uvicorn

from app.core.actor import system
from app.core.clock import now
from app.core.db import Database
from app.core.email import check_email
from app.core.errors import DomainError
from app.core.settings import Settings
from app.main import create_app, open_site
from app.openapi import Tree, document
from app.staff import queries as staff_queries
from app.staff import service as staff_service
from app.staff.models import Role
from app.staff.passwords import hash_password

cli = typer.Typer(help="Masthead: the headless CMS for small newsrooms.", no_args_is_help=True, add_completion=False)

Host = Annotated[str, typer.Option(envvar="HOST", help="address to listen on")]
Port = Annotated[int, typer.Option(envvar="PORT", min=0, max=65_535)]


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
        server_header=False,
        date_header=True,
    )


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
        password_hash = hash_password(password)
        with _site() as site, site.transaction() as session:
            by = system("command line")
            staff_service.create_user(
                session, email=email, name=name, role=role, password_hash=password_hash, by=by, at=now()
            )
    except (DomainError, ValueError) as error:
        raise _refusal(str(error)) from None
    print(f"{email} can sign in as {role.value}.")


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
def openapi(tree: Annotated[Literal["all", "public", "editor"], typer.Option(help="which part")] = "all") -> None:
    """Print the OpenAPI document."""
    wanted: Tree = tree
    print(json.dumps(document(create_app(Settings()), wanted), ensure_ascii=False, indent=2))


def _refusal(why: str) -> typer.Exit:
    print(f"masthead: {why}", file=sys.stderr)
    return typer.Exit(1)


def main() -> None:
    """The entry point of the `masthead` program."""
    cli()
