"""The few HTML pages that we serve ourselves: plain forms with what was wrong, thanks, and what links in letters do."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from html import escape
from typing import Literal

from fastapi import APIRouter, Response

from app.core.errors import DomainError, FieldError, Invalid
from app.core.http import form_words as words

THANKS_PATH = "/thanks"

Texts = words.Texts

STYLE = (
    "body{max-width:40rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif}"
    "label{display:block;margin:1rem 0 .25rem}"
    "input,textarea{width:100%;box-sizing:border-box;font:inherit;padding:.4rem}"
    "textarea{min-height:12rem}button{margin-top:1rem;font:inherit;padding:.4rem 1.2rem}"
    "blockquote{margin:1rem 0;padding:.5rem 1rem;border-inline-start:.25rem solid;white-space:pre-wrap}"
)

_PAGE = """<!doctype html>
<html lang="{lang}" dir="{dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{style}</style>{head}
</head>
<body>
{main}
</body>
</html>
"""

_DIRECTIONS: Texts = {"en": "ltr", "ar": "rtl"}
SEND: Texts = {"en": "Send", "ar": "إرسال"}
_THANKS: Texts = {"en": "Thank you", "ar": "شكرًا لك"}
_ARRIVED: Texts = {
    "en": "Your words have reached the newsroom. An editor may read them before they appear.",
    "ar": "وصلت رسالتك إلى هيئة التحرير، وقد يقرؤها محرر قبل أن تُنشر.",
}
_GO_BACK: Texts = {"en": "Back, without sending", "ar": "عودة دون إرسال"}


@dataclass(frozen=True, slots=True)
class Box:
    """One visible field of a plain form."""

    name: str
    label: Texts
    kind: Literal["text", "email", "area", "password"] = "text"  # a password is never shown again


@dataclass(frozen=True, slots=True)
class Hidden:
    """A field without a box: one that was wrong is left out of the form, since its reader cannot put it right, unless
    leaving it out would change what is sent (`kept`).
    """

    name: str
    label: Texts
    kept: bool = False


@dataclass(frozen=True, slots=True)
class PlainForm:
    """How a room's form looks when we have to show it again; members without a box are kept as hidden fields."""

    title: Texts
    boxes: tuple[Box, ...]
    hidden: tuple[Hidden, ...] = ()


def error_page(
    form: PlainForm, error: DomainError, values: Mapping[str, str], locale: str, *, back: str | None = None
) -> str:
    """What was wrong, above the form with everything that was filled in; it posts to the address that it came from,
    and `back` leads to the page of ours where it stood.
    """
    lang = language_of(locale)
    title = form.title[lang]
    wrong = _wrong_fields(error)
    fields = "".join(
        field(box, values.get(box.name, ""), lang, ' aria-invalid="true"' if box.name in wrong else "")
        for box in form.boxes
    )
    unlisted = {box.name for box in form.boxes} | _left_out(form, wrong)
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in values.items()
        if name not in unlisted
    )
    send = "" if error.status in words.NOWHERE else f"<button>{SEND[lang]}</button>"
    main = (
        f'<h1>{escape(title)}</h1><div role="alert">{"".join(_said(form, error, wrong, lang))}</div>'
        f'<form method="post">{fields}{hidden}{send}</form>'
    )
    if back is not None:
        main += f'<p><a href="{escape(back)}">{_GO_BACK[lang]}</a></p>'
    return page(title, f"<main>{main}</main>", lang)


def form_page(form: PlainForm, values: Mapping[str, str], locale: str) -> str:
    """The form as it is met first; it posts to the address of its page."""
    lang = language_of(locale)
    fields = "".join(field(box, values.get(box.name, ""), lang) for box in form.boxes)
    main = f'<h1>{escape(form.title[lang])}</h1><form method="post">{fields}<button>{SEND[lang]}</button></form>'
    return page(form.title[lang], f"<main>{main}</main>", lang)


def _said(form: PlainForm, error: DomainError, wrong: Mapping[str, FieldError], lang: str) -> Iterator[str]:
    """Why it was refused: in general, until when, in the newsroom's own words, field by field."""
    until = error.members.get("ends_at")
    yield f"<p>{words.REFUSED.get(error.status, words.NOT_TAKEN)[lang]}</p>" if until is None else _until(until, lang)
    if notice := error.members.get("notice"):
        yield f'<blockquote dir="auto">{escape(notice)}</blockquote>'
    if items := "".join(f"<li>{item}</li>" for item in _complaints(form, wrong, lang)):
        yield f"<ul>{items}</ul>"


def _until(text: str, lang: str) -> str:
    """A time in figures, which both languages read alike."""
    time = f'<time datetime="{escape(text)}" dir="ltr">{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC</time>'
    return f"<p>{words.UNTIL[lang].format(time=time)}</p>"


def _complaints(form: PlainForm, wrong: Mapping[str, FieldError], lang: str) -> Iterator[str]:
    labels = {box.name: box.label[lang] for box in form.boxes} | {each.name: each.label[lang] for each in form.hidden}
    addresses = {box.name for box in form.boxes if box.kind == "email"}
    left_out = _left_out(form, wrong)
    for name, found in wrong.items():
        code = "email" if found.code == "value_error" and name in addresses else found.code
        said = words.COMPLAINTS.get(code, words.NOT_RIGHT)[lang]
        after = f" {words.LEFT_OUT[lang]}" if name in left_out else ""
        yield f"{labels.get(name) or f'<bdi>{escape(name)}</bdi>'}: {said}{after}" if name else said


def _left_out(form: PlainForm, wrong: Mapping[str, FieldError]) -> set[str]:
    """What was wrong and would be again, since it is not seen."""
    return {name for name in wrong if name} - {
        *(box.name for box in form.boxes),
        *(hidden.name for hidden in form.hidden if hidden.kept),
    }


def _wrong_fields(error: DomainError) -> dict[str, FieldError]:
    """By name, the last word on each; what is wrong with the whole has no name."""
    errors = error.errors if isinstance(error, Invalid) else ()
    return {(*wrong.pointer.split("/", 2), "")[2]: wrong for wrong in errors}


def field(box: Box, value: str, lang: str, more: str = "") -> str:
    """A labelled field; `more` are attributes, ready to stand in the tag."""
    label = f'<label for="{box.name}">{escape(box.label[lang])}</label>'
    named = f'id="{box.name}" name="{box.name}" dir="auto"{more}'
    if box.kind == "area":
        # the line break after the tag is no part of the value, so that a leading one in the value survives
        return f"{label}<textarea {named}>\n{escape(value)}</textarea>"
    if box.kind == "password":
        return f'{label}<input type="password" {named} autocomplete="new-password">'
    return f'{label}<input type="{box.kind}" {named} value="{escape(value)}">'


def is_spoken(locale: str) -> bool:
    """Whether our pages speak the language of this locale."""
    return locale.partition("-")[0].lower() in _DIRECTIONS


def language_of(locale: str) -> str:
    """The one of our two languages in which a page for this locale is written."""
    return "ar" if locale.partition("-")[0].lower() == "ar" else "en"


def page(title: str, main: str, lang: str, *, style: str = STYLE, head: str = "") -> str:
    """A whole page; `main` and `head` are HTML."""
    return _PAGE.format(lang=lang, dir=_DIRECTIONS[lang], title=escape(title), style=style, head=head, main=main)


@dataclass(frozen=True, slots=True)
class Button:
    """A form of nothing but a button; without `action` it posts to the address of its page."""

    label: str
    action: str = ""


def link_page(
    title: str, lines: Iterable[str], *, locale: str, status: int, quote: str = "", buttons: Iterable[Button] = ()
) -> Response:
    """The page behind a link in a letter: opening it does nothing, a button acts. No cache or search engine keeps it,
    and what it links to is not told where the reader came from.
    """
    lang = language_of(locale)
    paragraphs = "".join(f'<p dir="auto">{escape(line)}</p>' for line in lines)
    quoted = f'<blockquote dir="auto">{escape(quote)}</blockquote>' if quote else ""
    forms = "".join(_button(button) for button in buttons)
    body = page(title, f"<main><h1>{escape(title)}</h1>{paragraphs}{quoted}{forms}</main>", lang)
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
    return html_response(body, status, form_action="", headers=headers)


def _button(button: Button) -> str:
    action = f' action="{escape(button.action)}"' if button.action else ""
    return f'<form method="post"{action}><button>{escape(button.label)}</button></form>'


def html_response(
    body: str,
    status: int,
    *,
    headers: Mapping[str, str],
    form_action: str = "",
    style: str = STYLE,
    ancestors: str = "'none'",
) -> Response:
    """The page under a policy that lets nothing in but its `style`; forms go only to us and to `form_action`, and only
    `ancestors` may frame it.
    """
    policy = (
        f"default-src 'none'; style-src 'sha256-{_hash(style)}'; form-action 'self' {form_action}".rstrip()
        + f"; base-uri 'none'; frame-ancestors {ancestors}"
    )
    shared = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return Response(body, status, {**headers, **shared}, "text/html; charset=utf-8")


@cache
def _hash(style: str) -> str:
    return base64.b64encode(sha256(style.encode()).digest()).decode()


router = APIRouter(include_in_schema=False)


@router.get(THANKS_PATH)
async def thank_you() -> Response:
    """A word of thanks in both languages, for forms that name no address of their own."""
    parts = "".join(
        f'<section lang="{lang}" dir="{direction}"><h1>{_THANKS[lang]}</h1><p>{_ARRIVED[lang]}</p></section>'
        for lang, direction in _DIRECTIONS.items()
    )
    return html_response(page(f"{_THANKS['en']} · {_THANKS['ar']}", parts, "en"), 200, headers={})
