"""The commands in the guides under docs/, run as they stand by a shell, page by page, against a real server."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server import ROOT, Server

PASSWORD = "correct horse battery staple"
PAGES = ("comments.md", "desk.md", "feeds.md", "search.md", "staff.md", "webhooks.md")


def commands(page: str) -> str:
    """All blocks of a page that are marked as shell with a curl in them, in order."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    found = [block for block in blocks if "curl" in block]
    assert found, f"{page} has no commands"
    return "\n".join(found)


def newsroom(server: Server) -> dict[str, str]:
    """What every guide takes for granted: an admin, a story, a reader and a comment of theirs that is published."""
    account = ("admin@news.example", "--role", "admin", "--name", "Layla Haddad", "--password-stdin")
    server.run("create-user", *account, stdin=PASSWORD)
    server.start()
    with httpx.Client(base_url=server.base, timeout=60) as client:

        def said(answer: httpx.Response) -> Any:
            assert answer.is_success, answer.text
            return answer.json()

        form = {"grant_type": "password", "username": "admin@news.example", "password": PASSWORD}
        staff = f"Bearer {said(client.post('/v1/auth/token', data=form))['access_token']}"
        desk = {"Authorization": staff}
        draft = {"title": "أصوات الميناء", "slug": "harbour", "locale": "ar", "body": "قبل الفجر."}
        post = said(client.post("/v1/editor/posts", json=draft, headers=desk))
        said(client.put(f"/v1/editor/posts/{post['id']}/publication", headers=desk | {"If-Match": "*"}))
        key = said(client.post("/v1/readers"))["reader_key"]
        words = {"body": "شكرًا.", "author_name": "سلمى"}
        comment = said(client.post("/v1/posts/harbour/comments", json=words, headers={"Reader-Key": key}))["comment"]
        decision = {"id": comment["id"], "revision": 1, "action": "approve"}
        said(client.post("/v1/editor/comments/decisions", json={"decisions": [decision]}, headers=desk))
    return {
        "base": server.base,
        "staff": f"Authorization: {staff}",
        "slug": "harbour",
        "post": post["id"],
        "comment": comment["id"],
        "key": key,
    }


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the commands are about the contract
@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_guide_works(server: Server, page: str, tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", commands(page)],
        cwd=tmp_path,
        env={**server.environment, **newsroom(server)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr + server.log()
