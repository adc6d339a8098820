"""The letter box: messages from readers, by script or by plain form."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from app.contact import queries, service
from app.contact.errors import DuplicateMessage
from app.contact.models import MessageKind
from app.contact.schemas import ContactMessage, Sent, SentMessage
from app.core.errors import Invalid, Malformed, TooMany, UnsupportedMediaType
from app.core.http.answers import Idempotency, StillRunning, create
from app.core.http.deps import Db, Guest, Now, SecretKeys
from app.core.http.forms import SEE_OTHER, answered, form_docs
from app.core.http.network import Network
from app.core.http.pages import Box, PlainForm
from app.core.http.problems import problems
from app.core.http.routes import StrictRoute

router = APIRouter(prefix="/v1/contact", tags=["contact"], route_class=StrictRoute)

RECEIPT = "contact-receipt"
FORM = PlainForm(
    {"en": "Write to the newsroom", "ar": "راسل هيئة التحرير"},
    (
        Box("name", {"en": "Your name", "ar": "اسمك"}),
        Box("email", {"en": "Your e-mail address", "ar": "بريدك الإلكتروني"}, "email"),
        Box("subject", {"en": "Subject", "ar": "الموضوع"}),
        Box("body", {"en": "Your message", "ar": "رسالتك"}, "area"),
    ),
)


@router.post(
    "",
    operation_id="sendContactMessage",
    status_code=202,
    response_model=SentMessage,
    responses={
        **SEE_OTHER,
        **problems(Malformed, DuplicateMessage, StillRunning, UnsupportedMediaType, Invalid, TooMany),
    },
    openapi_extra=form_docs(ContactMessage),
)
async def send_contact_message(
    request: Request, db: Db, keys: SecretKeys, network: Network, repeat: Idempotency, guest: Guest, at: Now
) -> Response:
    """Write to the newsroom, as JSON or as a plain form. The message is stored before anything else happens to it.

    Of a `tip` we store neither e-mail address nor network nor browser, and of its time the day alone; give a way to
    reach you in the text if you want an answer. For the same reason no answer to a tip is kept: `Idempotency-Key` is
    not honoured for it, and a tip that is sent again is stored again.
    """
    back, default_locale = await db.read(queries.get_form_manners)

    async def send(message: ContactMessage) -> Response:
        return await create(
            db,
            # a kept answer has a time, and a hash of the body from which a typed address could be guessed
            replace(repeat, key=None) if message.kind is MessageKind.TIP else repeat,
            service.submit,
            message,
            network=network,
            keys=keys,
            limiter=request.app.state.limiter,
            by=guest,
            at=at,
            into=Sent.of,
            secrets=lambda about: {"receipt": keys.token(RECEIPT, about)},
        )

    return await answered(request, ContactMessage, send, form=FORM, back=back, locale=default_locale)
