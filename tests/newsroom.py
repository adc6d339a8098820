"""A newsroom for tests: a server in process, its clock, its people, its readers, its night shift."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlmodel import Session

from app.core.actor import system
from app.core.clock import now
from app.core.db import Database
from app.core.postmen import MemoryPostman
from app.staff import service as staff_service
from app.staff import tokens
from app.staff.models import Role, User
from app.staff.passwords import hash_password
from app.worker import loop_of, open_night

SECRET = "5f0c1c8e2f6b4a3d9e7f8a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d"
PASSWORD = "correct horse battery staple"
T = TypeVar("T")
BASE = "https://news.example"


@lru_cache(maxsize=1)
def password_hash() -> str:
    """One argon2 hash for everyone: it costs 50 ms."""
    return hash_password(PASSWORD)


class Desk(httpx.AsyncClient):
    """The client of one signed-in person."""

    user_id: UUID


class Newsroom:
    """`reader` has no account; `staff(role)` signs a new person in; `clock` can be set."""

    def __init__(self, app: FastAPI, reader: httpx.AsyncClient) -> None:
        self.app = app
        self.reader = reader
        self.db: Database = app.state.db
        self.post = MemoryPostman()
        self._desks: list[httpx.AsyncClient] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, app: FastAPI) -> AsyncIterator["Newsroom"]:
        """The room with a reader in it; closes every client at the end."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as reader:
            room = cls(app, reader)
            yield room
            for desk in room._desks:
                await desk.aclose()

    def set_clock(self, moment: datetime) -> None:
        """Stop the server's clock at this moment."""
        self.app.state.clock = lambda: moment

    async def user(self, role: str, *, email: str | None = None, name: str | None = None) -> User:
        """A new account."""
        count = len(self._desks)
        return await self.db.write(
            staff_service.create_user,
            email=email or f"{role}{count}@news.example",
            name=name or f"{role.title()} {count}",
            role=Role(role),
            password_hash=password_hash(),
            by=system("tests"),
            at=now(),
        )

    async def staff(self, role: str, **facts: Any) -> Desk:
        """A new person with that role, signed in."""
        user = await self.user(role, **facts)
        grant = await self.db.write(
            staff_service.start_session, self.app.state.keys, user.id, request_id="", at=self.app.state.clock()
        )
        token = tokens.make_access(self.app.state.keys, grant.claims, grant.scope, at=now())
        desk = Desk(
            transport=httpx.ASGITransport(self.app),
            base_url=BASE,
            headers={"Authorization": f"Bearer {token}"},
        )
        desk.user_id = user.id
        self._desks.append(desk)
        return desk

    async def program(self, maker: httpx.AsyncClient, *permissions: str) -> httpx.AsyncClient:
        """A program with an API key that this admin makes."""
        wanted = {"name": "برنامج", "permissions": permissions}
        made = await maker.post("/v1/editor/api-keys", json=wanted)
        assert made.status_code == 201, made.text
        headers = {"Authorization": f"Bearer {made.json()['secret']}"}
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE, headers=headers)
        self._desks.append(client)
        return client

    async def night(self) -> None:
        """Run every job that is due, and what follows from it; letters are in `post`, failures wait for their time."""
        clock, keys = self.app.state.clock, self.app.state.keys
        async with open_night(self.app.state.settings, self.db, keys, clock=clock, postman=self.post) as night:
            await loop_of(night).drain()

    async def stored(self, query: Callable[[Session], T]) -> T:
        """Look into the database, past every door."""
        return await self.db.read(query)
