"""The tour in the README, run as it stands by a shell."""

import re
import shutil
import subprocess

import pytest

from tests.server import ROOT, Server


def tour() -> str:
    """The one block of commands that is marked as the tour."""
    found = re.findall(r"^```sh tour\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_command_of_the_tour_works(server: Server) -> None:
    password = server.run("demo").split()[-1]
    server.start()
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", tour()],
        cwd=server.folder,
        env={**server.environment, "base": server.base, "password": password},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr + server.log()
    for said in (
        '"life":"published"',
        "قبل الفجر",
        '"status":"pending"',
        "شكرًا على هذه الحكاية",
        '"reference"',
        "next issue",
    ):
        assert said in done.stdout, f"{said}: {done.stdout}"
    assert '"count":1' in done.stdout
    after = subprocess.run(
        ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"{server.base}/v1/editor/posts"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert after.stdout == "401"
    assert password not in server.log()
