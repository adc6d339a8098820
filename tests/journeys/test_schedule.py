"""Real processes: a story is there within a second of its time without any worker, and is told of once with many."""

import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.clock import wire_time
from tests.newsroom import PASSWORD, SECRET
from tests.server import PATIENCE, Server

MAIL = "editor@news.example"


@pytest.fixture
def server(tmp_path: Path) -> Any:
    """A site with one editor; jobs are off, so that no worker helps."""
    made = Server(f"sqlite:///{tmp_path}/masthead.sqlite3", SECRET, tmp_path)
    made.environment["MASTHEAD_JOBS"] = "off"
    made.run("migrate")
    made.run("create-user", MAIL, "--role", "editor", "--name", "Nadia", "--password-stdin", stdin=PASSWORD)
    yield made
    made.stop()


def sign_in(client: httpx.Client) -> None:
    form = {"grant_type": "password", "username": MAIL, "password": PASSWORD}
    token = client.post("/v1/auth/token", data=form).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"


def schedule(client: httpx.Client, title: str, moment: datetime) -> dict[str, Any]:
    made = client.post("/v1/editor/posts", json={"title": title, "locale": "en", "body": "Before dawn."})
    assert made.status_code == 201, made.text
    door = f"/v1/editor/posts/{made.json()['id']}/schedule"
    done = client.put(door, json={"publish_at": wire_time(moment)}, headers={"If-Match": "*"})
    assert done.status_code == 200, done.text
    found: dict[str, Any] = done.json()
    return found


def appearances(folder: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(folder / "masthead.sqlite3", timeout=PATIENCE)
    rows = connection.execute("SELECT subject_id, at FROM event WHERE name = 'post.published'").fetchall()
    connection.close()
    return sorted(rows)


def test_within_a_second_without_a_worker(server: Server, tmp_path: Path) -> None:
    server.start(workers=2)
    with httpx.Client(base_url=server.base, timeout=PATIENCE) as client:
        sign_in(client)
        moment = datetime.now(UTC) + timedelta(seconds=8)
        post = schedule(client, "Voices of the harbour", moment)
        found: list[dict[str, Any]] = []
        while not found:
            asked = datetime.now(UTC)
            found = client.get("/v1/posts").json()["items"]
            assert found or asked < moment + timedelta(seconds=1)
        assert datetime.now(UTC) >= moment
        assert found[0]["published_at"] == post["publish_at"]
    assert len(appearances(tmp_path)) == 1


def test_downtime_over_the_moment_and_four_workers(server: Server, tmp_path: Path) -> None:
    server.start()
    with httpx.Client(base_url=server.base, timeout=PATIENCE) as client:
        sign_in(client)
        moment = datetime.now(UTC) + timedelta(seconds=15)
        posts = [schedule(client, f"Story {number}", moment) for number in range(5)]
    server.kill()
    while datetime.now(UTC) < moment:
        time.sleep(0.1)
    server.start(workers=2)
    server.start_workers(4)
    with httpx.Client(base_url=server.base, timeout=PATIENCE) as client:
        assert len(client.get("/v1/posts").json()["items"]) == len(posts)
    deadline = time.monotonic() + PATIENCE
    connection = sqlite3.connect(tmp_path / "masthead.sqlite3", timeout=PATIENCE)
    while connection.execute("SELECT count(*) FROM job WHERE task = 'posts.settle'").fetchone()[0]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    connection.close()
    told = appearances(tmp_path)
    assert [subject for subject, _ in told] == sorted(post["id"].replace("-", "") for post in posts)
    assert {at for _, at in told} == {moment.strftime("%Y-%m-%d %H:%M:%S.%f")}
