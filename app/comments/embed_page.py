"""The thread and its form as one HTML page without a script, made for a frame in a page of another site."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from app.comments import embed_words as words
from app.core.http import pages
from app.core.http.forms import EMBEDDED
from app.core.http.pages import PlainForm
from app.core.language import direction
from app.publications.models import CommentsMode

Item = Mapping[str, Any]  # a comment or a tombstone, as the API shows it

STYLE = pages.STYLE + (
    "body{max-width:44rem;margin:1rem auto;background:#fff;color:#1a1a1a}"
    "ol,nav ul{list-style:none;margin:0;padding:0}nav li{display:inline-block;margin-inline-end:1rem}"
    "article{margin:1.5rem 0}article h3{font-size:1rem;margin:0;display:inline}article p{margin:.5rem 0}"
    "ol ol{margin-inline-start:.5rem;padding-inline-start:.75rem;border-inline-start:2px solid #ccc}"
    "li:target>article,article:target{background:#fff6d6;outline:.5rem solid #fff6d6}"
    ".badge{background:#1a1a1a;color:#fff;border-radius:.2rem;padding:0 .4rem;font-size:.8rem}"
    ".meta{color:#555;font-size:.9rem}.body{overflow-wrap:anywhere}.notice{border:2px solid #2b6a2b;padding:.5rem 1rem}"
    "a{color:#0b4f9e}select{font:inherit;padding:.4rem}"
    ".away{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}"
)


# readers' links open beside the page that frames us: inside the frame most sites refuse to be shown
_HEAD = '<base target="_blank">'


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says: how to show the thread, which part of it, and what became of a form."""

    slug: str
    locale: str | None = None
    sort: str = "oldest"
    cursor: str | None = None
    branch: str | None = None
    parent: str | None = None
    sent: str | None = None

    def address(self, **changes: str | None) -> str:
        """The address of this page with some of it changed; what is left out is the default."""
        shown = {"locale": self.locale, "sort": self.sort, "cursor": self.cursor, "branch": self.branch} | changes
        given = {name: value for name, value in shown.items() if value and (name, value) != ("sort", "oldest")}
        path = f"{EMBEDDED}posts/{quote(self.slug, safe='')}/comments"
        return f"{path}?{urlencode(given)}" if given else path


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the page shows; `parent` is the comment that the form answers."""

    asked: Asked
    lang: str
    title: str
    story_locale: str
    mode: CommentsMode
    count: int
    items: list[Item]
    next: str | None
    parent: Item | None
    form: PlainForm
    needed: frozenset[str]
    form_locale: str | None
    timezone: str
    render_token: str

    @property
    def open(self) -> bool:
        """Whether readers may write."""
        return self.mode is CommentsMode.OPEN


def thread_page(scene: Scene) -> str:
    """The whole page."""
    lang, asked = scene.lang, scene.asked
    way = direction(scene.story_locale)
    name = f'<bdi lang="{escape(scene.story_locale)}" dir="{way}">{escape(scene.title)}</bdi>'
    parts = [f"<main><h1>{words.TITLE[lang].format(title=name)}</h1>", _notice(asked.sent, lang)]
    if scene.mode is CommentsMode.HIDDEN:
        parts.append(f"<p>{words.HIDDEN[lang]}</p>")
    else:
        parts += [f'<p class="meta">{words.counted(scene.count, lang)}</p>', *_thread(scene)]
        parts.append(_form(scene) if scene.open else f'<p role="note">{words.CLOSED[lang]}</p>')
    title = words.TITLE[lang].format(title=scene.title)
    return pages.page(title, "".join([*parts, "</main>"]), lang, style=STYLE, head=_HEAD)


def missing_page(asked: Asked, lang: str, status: int) -> str:
    """What is shown where there is no such thread, comment or page of it."""
    said = words.NOT_FOUND[lang] if status == 404 else words.NOT_UNDERSTOOD[lang]
    way = (
        ""
        if status == 404 and asked.branch is None
        else f"<p>{_to(Asked(asked.slug).address(), words.WHOLE[lang])}</p>"
    )
    return pages.page(said, f"<main><h1>{said}</h1>{way}</main>", lang, style=STYLE, head=_HEAD)


def _to(address: str, label: str, more: str = "") -> str:
    """A link within the page; `label` and `more` are HTML."""
    return f'<a href="{escape(address)}" target="_self"{more}>{label}</a>'


def _notice(sent: str | None, lang: str) -> str:
    said = {"201": words.PUBLISHED, "202": words.HELD}.get(sent or "")
    return f'<p id="notice" class="notice" role="status">{said[lang]}</p>' if said else ""


def _thread(scene: Scene) -> Iterator[str]:
    lang, asked = scene.lang, scene.asked
    yield f"<section><h2>{(words.BRANCH if asked.branch else words.THREAD)[lang]}</h2>"
    if asked.branch:
        yield f"<p>{_to(asked.address(branch=None, cursor=None), words.WHOLE[lang])}</p>"
    elif scene.items:
        yield _order(asked, lang)
    if scene.items:
        yield f"<ol>{''.join(_comment(item, scene) for item in scene.items)}</ol>"
    else:
        yield f"<p>{words.NOTHING[lang]}</p>"
    yield f"{_pages(scene)}</section>"


def _order(asked: Asked, lang: str) -> str:
    links = "".join(
        "<li>{}</li>".format(
            _to(
                asked.address(sort=sort, cursor=None),
                label[lang],
                ' aria-current="true"' if sort == asked.sort else "",
            )
        )
        for sort, label in words.SORTS.items()
    )
    return f'<nav aria-label="{words.ORDER[lang]}"><ul>{links}</ul></nav>'


def _pages(scene: Scene) -> str:
    asked, lang = scene.asked, scene.lang
    links = []
    if asked.cursor:
        links.append(_to(asked.address(cursor=None), words.FIRST[lang]))
    if scene.next:
        links.append(_to(asked.address(cursor=scene.next), words.NEXT[lang], ' rel="next"'))
    items = "".join(f"<li>{link}</li>" for link in links)
    return f'<nav aria-label="{words.PAGES[lang]}"><ul>{items}</ul></nav>' if links else ""


def _comment(item: Item, scene: Scene) -> str:
    number, lang = item["number"], scene.lang
    label = words.LINK[lang].format(number=number)
    # letters and the widget say `#comment-12`, this page says `#c12`
    head = f'<li id="c{number}"><article id="comment-{number}" aria-label="{label}">'
    if item["status"] == "deleted":
        inside = f'<p class="meta">{words.DELETED[lang]}</p>'
    else:
        inside = (
            f"{_header(item, scene)}"
            f'<div class="body" lang="{escape(item["locale"])}" dir="{escape(item["dir"])}">{item["body_html"]}</div>'
            f"{_footer(item, scene)}"
        )
    return f"{head}{inside}</article>{_replies(item, scene)}</li>"


def _header(item: Item, scene: Scene) -> str:
    """Who and when; the number leads to the comment alone, wherever it stands."""
    number, lang = item["number"], scene.lang
    name = escape(item["author"]["name"] or words.SOMEBODY[lang])
    badge = f' <span class="badge">{words.STAFF[lang]}</span>' if item["author"]["staff"] else ""
    place = f"{scene.asked.address(branch=item['id'], cursor=None)}#c{number}"
    link = _to(place, f"<bdi>#{number}</bdi>", f' aria-label="{words.LINK[lang].format(number=number)}"')
    edited = f" · {words.EDITED[lang]}" if item["edited_at"] else ""
    when = _time(item["created_at"], scene.timezone)
    return f'<header><h3><bdi>{name}</bdi></h3>{badge} <span class="meta">{when} · {link}{edited}</span></header>'


def _time(text: str, timezone: str) -> str:
    """In figures, which both languages read alike, on the clock of the magazine."""
    local = datetime.fromisoformat(text).astimezone(ZoneInfo(timezone))
    return f'<time datetime="{escape(text)}" dir="ltr">{local:%Y-%m-%d %H:%M}</time>'


def _footer(item: Item, scene: Scene) -> str:
    number, lang = item["number"], scene.lang
    parts = [words.recommended(item["recommendations"], lang)] if item["recommendations"] else []
    if scene.open:
        label = f' aria-label="{words.REPLY_TO[lang].format(number=number)}"'
        parts.append(_to(f"{scene.asked.address(parent=item['id'])}#write", words.REPLY[lang], label))
    return f'<footer class="meta">{" · ".join(parts)}</footer>' if parts else ""


def _replies(item: Item, scene: Scene) -> str:
    below = item["replies"]
    shown = f"<ol>{''.join(_comment(reply, scene) for reply in below['items'])}</ol>" if below["items"] else ""
    if below["next"] is None:
        return shown
    place = scene.asked.address(branch=item["id"], cursor=below["next"])
    return f"{shown}<p>{_to(place, words.MORE_REPLIES[scene.lang].format(number=item['number']))}</p>"


def _form(scene: Scene) -> str:
    lang, asked, parent = scene.lang, scene.asked, scene.parent
    number = parent["number"] if parent else 0
    heading = words.REPLY_TO[lang].format(number=number) if parent else words.WRITE[lang]
    leave = f"<p>{_to(f'{asked.address()}#write', words.NO_REPLY[lang])}</p>" if parent else ""
    hidden = {
        "parent_id": parent["id"] if parent else None,
        "locale": scene.form_locale,
        "render_token": scene.render_token,
        "return_to": f"{asked.address()}#notice",
    }
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items() if value
    )
    action = f"/v1/posts/{quote(asked.slug, safe='')}/comments"
    return (
        f'<section aria-labelledby="write"><h2 id="write">{heading}</h2>{leave}'
        f'<p class="meta">{words.OPTIONAL[lang]}</p>'
        f'<form method="post" action="{escape(action)}" target="_self">{kept}{"".join(_fields(scene))}{_notify(lang)}'
        f"{_trap(lang)}<button>{pages.SEND[lang]}</button></form></section>"
    )


def _fields(scene: Scene) -> Iterator[str]:
    for box in scene.form.boxes:
        needed = box.name in scene.needed
        label = f"{box.label[scene.lang]} {words.NEEDED[scene.lang]}" if needed else box.label[scene.lang]
        more = " required" if needed else ""
        more += {"author_name": ' autocomplete="name"', "author_email": ' autocomplete="email"'}.get(box.name, "")
        yield pages.field(pages.Box(box.name, {scene.lang: label}, box.kind), "", scene.lang, more)


def _notify(lang: str) -> str:
    options = "".join(f'<option value="{value}">{label[lang]}</option>' for value, label in words.NOTICES.items())
    return f'<label for="notify">{words.NOTIFY[lang]}</label><select id="notify" name="notify">{options}</select>'


def _trap(lang: str) -> str:
    """A field that people neither see nor reach; what fills in every field gives itself away."""
    return (
        f'<div class="away" aria-hidden="true"><label for="homepage">{words.TRAP[lang]}</label>'
        '<input id="homepage" name="homepage" tabindex="-1" autocomplete="off"></div>'
    )
