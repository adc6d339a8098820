"""A shared link as a plain page for people: the story, and a form with which to approve or comment."""

from collections.abc import Mapping
from html import escape
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from app.core.errors import DomainError, Invalid
from app.core.http.deps import Db, Guest, Now, SecretKeys
from app.core.http.forms import form_values, kept_values
from app.core.http.network import Network
from app.core.http.pages import Box, PlainForm, Texts, error_page, field, html_response, language_of, page
from app.core.http.problems import field_errors
from app.posts import previews
from app.posts.errors import PreviewNotFound
from app.posts.previews_models import Verdict
from app.posts.previews_public import HEADERS
from app.posts.previews_schemas import AnswerInput, PreviewStory

router = APIRouter(prefix=previews.PAGES_PATH + "/{token}", include_in_schema=False)

SENT = "sent"
_NOTICE: Texts = {
    "en": "This text is not published in this form. It was shown to you in confidence.",
    "ar": "هذا النص غير منشور بهذه الصيغة، وقد أُطلعت عليه بصفة سرية.",
}
_THANKS: Texts = {"en": "Thank you. The editors have your answer.", "ar": "شكرًا لك. وصل ردك إلى المحررين."}
_GONE: Texts = {
    "en": "This link opens nothing. It may have ended; ask the newsroom for another.",
    "ar": "هذا الرابط لا يفتح شيئًا، وربما انتهت مدته. اطلب من هيئة التحرير رابطًا آخر.",
}
_GONE_TITLE: Texts = {"en": "Nothing here", "ar": "لا شيء هنا"}
_SAY: Texts = {"en": "Your answer", "ar": "ردك"}
_APPROVE: Texts = {"en": "I approve this text", "ar": "أوافق على هذا النص"}
_COMMENT: Texts = {"en": "Send my comment", "ar": "أرسل تعليقي"}
_BOXES = (
    Box("name", {"en": "Your name", "ar": "اسمك"}),
    Box("text", {"en": "Your comment (not needed to approve)", "ar": "تعليقك (غير مطلوب للموافقة)"}, "area"),
)
FORM = PlainForm(_SAY, _BOXES)


@router.get("")
async def show_page(request: Request, token: str, db: Db, keys: SecretKeys, at: Now) -> Response:
    """The story in its own language and direction, under a policy that lets no script and no picture in."""
    story = await _story(db, keys.subject(previews.TOKEN, token), at)
    return _gone() if story is None else _page(story, thanks=SENT in request.query_params)


@router.post("")
async def send_answer(
    request: Request, token: str, db: Db, keys: SecretKeys, network: Network, guest: Guest, at: Now
) -> Response:
    """What the form sends: 303 back to the page, or the form again with what was wrong."""
    preview_id = keys.subject(previews.TOKEN, token)
    story = await _story(db, preview_id, at)
    if preview_id is None or story is None:
        return _gone()
    limiter = request.app.state.limiter
    try:
        said = _said(form_values(await request.body()))
        await db.write(previews.answer, preview_id, said, network=network, limiter=limiter, by=guest, at=at)
    except DomainError as error:
        kept = kept_values(await request.body(), AnswerInput)
        body = error_page(FORM, error, kept, story.locale)
        return html_response(body, error.status, headers={**HEADERS, **error.headers})
    return Response(status_code=303, headers={**HEADERS, "Location": f"{previews.PAGES_PATH}/{token}?{SENT}=1"})


async def _story(db: Db, preview_id: UUID | None, at: Now) -> PreviewStory | None:
    try:
        return await db.read(previews.show, preview_id, at=at)
    except PreviewNotFound:
        return None


def _said(values: Mapping[str, str]) -> AnswerInput:
    try:
        return AnswerInput.model_validate(dict(values))
    except ValidationError as error:
        raise Invalid(*field_errors(error.errors(), part="body")) from None


def _gone() -> Response:
    """In both languages, since whose link it was is told to nobody."""
    parts = "".join(
        f'<section lang="{lang}" dir="{direction}"><h1>{_GONE_TITLE[lang]}</h1><p>{_GONE[lang]}</p></section>'
        for lang, direction in (("en", "ltr"), ("ar", "rtl"))
    )
    title = f"{_GONE_TITLE['en']} · {_GONE_TITLE['ar']}"
    return html_response(page(title, f"<main>{parts}</main>", "en"), 404, headers=HEADERS)


def _page(story: PreviewStory, *, thanks: bool) -> Response:
    lang = language_of(story.locale)
    notes = (f'<p role="status">{_THANKS[lang]}</p>' if thanks else "") + f"<p><small>{_NOTICE[lang]}</small></p>"
    dek = f"<p><strong>{escape(story.dek)}</strong></p>" if story.dek else ""
    names = " · ".join(escape(author.name) for author in story.authors)
    byline = f"<p>{names}</p>" if names else ""
    article = (
        f'<article lang="{escape(story.locale)}" dir="{story.dir}">'
        f"<h1>{escape(story.title)}</h1>{dek}{byline}{story.body_html}</article>"
    )
    answer = _form(lang) if story.may_answer else ""
    body = page(story.title, f"<main>{notes}{article}{answer}</main>", lang)
    return html_response(body, 200, headers=HEADERS)


def _form(lang: str) -> str:
    fields = "".join(field(box, "", lang) for box in _BOXES)
    # the comment first: a return key in the field of the name must not approve
    buttons = "".join(
        f'<button name="verdict" value="{verdict.value}">{label[lang]}</button> '
        for verdict, label in ((Verdict.COMMENT, _COMMENT), (Verdict.APPROVE, _APPROVE))
    )
    return f'<h2>{_SAY[lang]}</h2><form method="post">{fields}{buttons}</form>'
