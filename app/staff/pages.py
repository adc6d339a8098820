"""What the links in letters to colleagues open: a form in which to choose a password. Looking at it changes nothing."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ValidationError
from sqlmodel import Session

from app.core.errors import DomainError, Invalid
from app.core.http.deps import Db, Now, SecretKeys
from app.core.http.forms import form_values
from app.core.http.network import Network
from app.core.http.pages import Box, PlainForm, Texts, error_page, form_page, html_response, language_of, link_page
from app.core.http.problems import field_errors
from app.staff import entering, invitations_queries, queries, resets
from app.staff.errors import LinkRefused
from app.staff.invitations_schemas import Acceptance
from app.staff.passwords_schemas import Reset
from app.staff.workflow import INVITATION_TOKEN, INVITATIONS_PATH, RESET_TOKEN, RESETS_PATH

router = APIRouter(include_in_schema=False)
Draft = TypeVar("Draft", bound=BaseModel)

_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
_PASSWORD = Box(
    "password", {"en": "Password (12 characters or more)", "ar": "كلمة المرور (12 حرفًا أو أكثر)"}, "password"
)
_NAME = Box("name", {"en": "Your name", "ar": "اسمك"})
INVITED = PlainForm({"en": "Open your account", "ar": "فتح حسابك"}, (_NAME, _PASSWORD))
FORGOTTEN = PlainForm({"en": "A new password", "ar": "كلمة مرور جديدة"}, (_PASSWORD,))

_DONE_TITLE: Texts = {"en": "Done", "ar": "تم"}
_DONE: Texts = {"en": "You can sign in now, as {email}.", "ar": "يمكنك الآن تسجيل الدخول بالعنوان {email}."}
_RESET: Texts = {"en": "You can sign in with the new password.", "ar": "يمكنك تسجيل الدخول بكلمة المرور الجديدة."}
_NOTHING_TITLE: Texts = {"en": "Nothing here", "ar": "لا شيء هنا"}
_NOTHING: Texts = {
    "en": "This link opens nothing. It was used or taken back, or it is too late: ask for another.",
    "ar": "هذا الرابط لا يفتح شيئًا: استُخدم أو أُلغي أو انتهت مدته. اطلب رابطًا آخر.",
}


@router.get(INVITATIONS_PATH + "/{token}")
async def show_invitation(token: str, db: Db, keys: SecretKeys, at: Now) -> Response:
    """The form of an invitation, with the name that it proposes."""
    invitation_id = keys.subject(INVITATION_TOKEN, token)

    def look(session: Session) -> dict[str, str]:
        return {"name": invitations_queries.get_open(session, invitation_id, at=at).name or ""}

    return await _form(db, INVITED, look)


@router.post(INVITATIONS_PATH + "/{token}")
async def accept_invitation(request: Request, token: str, db: Db, network: Network, at: Now) -> Response:
    """Open the account."""
    locale = await db.read(_locale)
    values: dict[str, str] = {}
    try:
        values = form_values(await request.body())
        account = await entering.accept(request, _valid(Acceptance, token, values), network, at)
    except DomainError as error:
        return _refused(INVITED, error, values, locale)
    return _said(_DONE_TITLE, _DONE[language_of(locale)].format(email=account.email), locale)


@router.get(RESETS_PATH + "/{token}")
async def show_reset(token: str, db: Db, keys: SecretKeys, at: Now) -> Response:
    """The form for a new password."""
    reset_id = keys.subject(RESET_TOKEN, token)

    def look(session: Session) -> dict[str, str]:
        resets.get_open(session, reset_id, at=at)
        return {}

    return await _form(db, FORGOTTEN, look)


@router.post(RESETS_PATH + "/{token}")
async def reset_password(request: Request, token: str, db: Db, network: Network, at: Now) -> Response:
    """Set the password."""
    locale = await db.read(_locale)
    try:
        wanted = _valid(Reset, token, form_values(await request.body()))
        await entering.reset(request, wanted.token, wanted.password, network, at)
    except DomainError as error:
        return _refused(FORGOTTEN, error, {}, locale)
    return _said(_DONE_TITLE, _RESET[language_of(locale)], locale)


def _locale(session: Session) -> str:
    return queries.letterhead(session).locale


async def _form(db: Db, form: PlainForm, look: Callable[[Session], dict[str, str]]) -> Response:
    locale = await db.read(_locale)
    try:
        values = await db.read(look)
    except LinkRefused as error:
        return _refused(form, error, {}, locale)
    return html_response(form_page(form, values, locale), 200, headers=_HEADERS)


def _valid(model: type[Draft], token: str, values: Mapping[str, str]) -> Draft:
    try:
        return model.model_validate({**values, "token": token})
    except ValidationError as error:
        raise Invalid(*field_errors(error.errors(), part="body")) from None


def _refused(form: PlainForm, error: DomainError, values: Mapping[str, str], locale: str) -> Response:
    if isinstance(error, LinkRefused):
        return _said(_NOTHING_TITLE, _NOTHING[language_of(locale)], locale, status=404)
    kept = {box.name: values.get(box.name, "") for box in form.boxes if box.kind != "password"}
    return html_response(error_page(form, error, kept, locale), error.status, headers={**_HEADERS, **error.headers})


def _said(title: Texts, line: str, locale: str, *, status: int = 200) -> Response:
    return link_page(title[language_of(locale)], (line,), locale=locale, status=status)
