"""`masthead tip-key` and `masthead open-tip`: on a machine without database, network or settings."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.core import sealing
from tests.server import ROOT
from tests.tips import KEYS, VECTORS

PASSPHRASE = "river lantern copper window seven"
ARABIC = next(vector for vector in VECTORS if vector["name"] == "Arabic")


def run(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The program as an editor's machine runs it: in another folder, with settings that allow no database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MASTHEAD_")}
    nowhere = {"MASTHEAD_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "MASTHEAD_ENV": "production"}
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=folder,
        env={**kept, **nowhere, "PYTHONPATH": str(ROOT)},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_from_a_new_key_to_an_opened_tip(tmp_path: Path) -> None:
    made = run(tmp_path, "tip-key", "desk.json", "--passphrase-stdin", stdin=f"{PASSPHRASE}\n")
    assert (made.returncode, made.stderr) == (0, "")
    found = re.fullmatch(r"public key:  (\S+)\nfingerprint: ([0-9A-F ]+)\n", made.stdout)
    assert found
    point = sealing.parse_public_key(found[1])
    assert sealing.fingerprint(point) == found[2]
    assert stat.S_IMODE((tmp_path / "desk.json").stat().st_mode) == 0o600

    envelope = sealing.seal({"body": "خلف السوق \x1b[2J", "subject": "المخزن"}, [point])
    wrapped = "\r\n".join(envelope[at : at + 76] for at in range(0, len(envelope), 76))
    opened = run(tmp_path, "open-tip", "desk.json", "--passphrase-stdin", stdin=f"{PASSPHRASE}\n{wrapped}\n")
    assert (opened.returncode, opened.stdout) == (0, "subject: المخزن\n\nخلف السوق <U+001B>[2J\n"), opened.stderr
    (tmp_path / "tip.txt").write_text(envelope)
    files = [str(tmp_path / name) for name in ("desk.json", "tip.txt")]
    assert invoke("open-tip", *files, "--passphrase-stdin", typed=f"{PASSPHRASE}\n") == (0, opened.stdout)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["desk.json", "tip.txt"]


def invoke(*arguments: str, typed: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, arguments, input=typed)
    return result.exit_code, result.output


def test_no_key_is_ever_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "desk.json"
    file.write_text("the only key")
    code, said = invoke("tip-key", str(file), typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert code == 1
    assert "exists" in said
    assert file.read_text() == "the only key"


def test_no_key_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "desk.json").symlink_to(tmp_path / "elsewhere.json")
    assert invoke("tip-key", str(tmp_path / "desk.json"), typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")[0] == 1
    assert not (tmp_path / "elsewhere.json").exists()


def test_the_passphrase_is_asked_for_twice_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "desk.json"
    code, said = invoke("tip-key", str(file), typed=f"{PASSPHRASE}\n{PASSPHRASE}!\n{PASSPHRASE}\n{PASSPHRASE}\n")
    assert code == 0
    assert PASSPHRASE not in said
    (tmp_path / "tip.txt").write_text(sealing.seal({"body": "seen"}, [sealing.parse_public_key(said.split()[-18])]))
    code, said = invoke("open-tip", str(file), str(tmp_path / "tip.txt"), typed=f"{PASSPHRASE}\n")
    assert (code, said.splitlines()[-1]) == (0, "seen")
    assert PASSPHRASE not in said


def test_a_short_passphrase_leaves_no_file(tmp_path: Path) -> None:
    code, said = invoke("tip-key", str(tmp_path / "desk.json"), "--passphrase-stdin", typed="short\n")
    assert (code, "at least 12" in said) == (1, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("key", "passphrase", "envelope", "complaint"),
    [
        ("night desk", "another passphrase", ARABIC["envelope"], "passphrase is wrong"),
        ("news desk", PASSPHRASE, ARABIC["envelope"], "other keys"),
        ("news desk", PASSPHRASE, "hello", "an envelope"),
        ("news desk", PASSPHRASE, "", "begin with MHT1"),
        ("nobody", PASSPHRASE, ARABIC["envelope"], "No such file"),
    ],
)
def test_what_cannot_be_opened(tmp_path: Path, key: str, passphrase: str, envelope: str, complaint: str) -> None:
    if key in KEYS:
        (tmp_path / "key.json").write_text(KEYS[key]["key_file"])
    typed = f"{passphrase}\n{envelope}"
    code, said = invoke("open-tip", str(tmp_path / "key.json"), "--passphrase-stdin", typed=typed)
    assert code == 1
    assert said.startswith("masthead: ")
    assert complaint in said


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_bytes(b"\xff\xfe\0")
    code, said = invoke("open-tip", str(tmp_path / "key.json"), "--passphrase-stdin", typed=f"{PASSPHRASE}\n")
    assert (code, said.startswith("masthead: ")) == (1, True)
