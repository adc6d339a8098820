"""From a template to the words of a letter: ours in English and Arabic, or those of a site's own folder."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape
from jinja2.sandbox import SandboxedEnvironment

from app.core.language import direction, pick, text_direction
from app.core.text import BIDI_CONTROLS, NOT_IN_PROSE

OURS = Path(__file__).parent / "templates"
_PROSE = "body"
_HEAD = re.compile(r"Subject:[ \t]*(?P<subject>\S.*)\n[ \t]*\n")


class Rendered(NamedTuple):
    """The words of one letter in `locale`; `complaint` says why the site's own template was passed over, if it was."""

    subject: str
    text: str
    html: str | None
    locale: str
    complaint: str = ""


def render(name: str, locale: str, args: Mapping[str, Any], folder: str) -> Rendered:
    """The letter in the language nearest to the locale that `folder` or we have a text in, else in English.

    Of the arguments `body` may have several lines, every other is put on one, inside of lists too. A template of the
    folder that does not work is passed over for ours. A text of the folder with no HTML beside it goes out as text
    alone: ours would say something else.
    """
    lines = _on_one_line(args)
    if not folder:
        return _rendered(name, locale, lines, (OURS,))
    try:
        return _rendered(name, locale, lines, (Path(folder), OURS))
    except Exception as error:  # noqa: BLE001  whatever a site wrote, the letter goes out
        return _rendered(name, locale, lines, (OURS,))._replace(complaint=_complaint(error, lines))


def _on_one_line(args: Mapping[str, Any]) -> dict[str, Any]:
    return {key: arg if key == _PROSE else _as_line(arg) for key, arg in args.items()}


def _as_line(arg: Any) -> Any:
    if isinstance(arg, list):
        return [_on_one_line(item) for item in arg]
    return _line(arg) if isinstance(arg, str) else arg


def _rendered(name: str, locale: str, args: Mapping[str, Any], folders: tuple[Path, ...]) -> Rendered:
    environment = _environment(folders, folders[0].stat().st_mtime_ns)
    homes = {code: folder for folder in reversed(folders) for code in _languages(folder, name)}
    code = pick({code: code for code in homes}, locale, "en")
    facts = {"lang": code, "dir": direction(code)}
    written = environment.get_template(f"{name}.{code}.txt").render(args, **facts)
    head = _HEAD.match(written)
    if head is None:
        raise TemplateError(f"{name}.{code}.txt does not begin with a line `Subject: …` and an empty one")
    subject, text = _line(head["subject"]), _lines(written[head.end() :])
    beside = folders[: folders.index(homes[code]) + 1]
    if not any((folder / f"{name}.{code}.html").is_file() for folder in beside):
        return Rendered(subject, text, None, code)
    html = environment.get_template(f"{name}.{code}.html").render(args, **facts, title=subject)
    return Rendered(subject, text, _lines(html), code)


def _languages(folder: Path, name: str) -> list[str]:
    """The locales of the texts under this name."""
    return [path.name.removeprefix(f"{name}.").removesuffix(".txt") for path in folder.glob(f"{name}.*.txt")]


@lru_cache(maxsize=4)
def _environment(folders: tuple[Path, ...], _changed: int) -> Environment:
    """Templates stay compiled: an edited file is read again by itself, one that comes or goes changes its folder."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(folders),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"quoted": _quoted, "direction": text_direction}
    return environment


def _quoted(text: str) -> str:
    """For text: each line behind a `>`, so that nothing in it can pass for ours."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _line(text: str) -> str:
    return " ".join(NOT_IN_PROSE.sub(" ", BIDI_CONTROLS.sub("", text)).split())


def _lines(text: str) -> str:
    return NOT_IN_PROSE.sub("", re.sub("\r\n?", "\n", text)).strip() + "\n"


def _complaint(error: Exception, args: Mapping[str, Any]) -> str:
    """What to tell whoever wrote the template, with no word of a letter in it."""
    place = ":".join(str(part) for part in (getattr(error, "name", None), getattr(error, "lineno", None)) if part)
    words = (isinstance(error, TemplateError) and error.message) or ""
    if any(str(arg) in words for arg in args.values() if arg):
        words = ""
    return " ".join(filter(None, (place, type(error).__name__, words)))
