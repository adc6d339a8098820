""".env.example lists every setting with its default and one comment."""

import re

from app.core.settings import Settings
from tests.house.source import ROOT

BLOCK = re.compile(r"# (?P<comment>.+)\n(?P<name>[A-Z_]+)=(?P<value>.*)\n")


def expected() -> dict[str, tuple[str, str]]:
    """Name to (comment, value), from the settings themselves."""
    found = {}
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        value = ",".join(default) if isinstance(default, tuple) else str(default)
        found[f"MASTHEAD_{name.upper()}"] = (field.description or "", value)
    return found


def test_it_lists_what_the_settings_have() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = {match["name"]: (match["comment"], match["value"]) for match in BLOCK.finditer(text)}
    assert listed == expected()
    assert list(listed) == list(expected())


def test_it_holds_nothing_else() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert BLOCK.sub("", text).strip() == ""


def test_every_setting_is_described() -> None:
    assert [name for name, (comment, _) in expected().items() if len(comment) < 10] == []


def test_it_starts_a_server_as_it_stands() -> None:
    settings = Settings(_env_file=ROOT / ".env.example")
    plain = Settings(_env_file=None)
    assert settings.model_dump() == plain.model_dump()
