"""The letter box: messages from readers, by script or by plain form, and what is said afterwards."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPBearer

from app.contact import conversation, service
from app.contact.conversation import Sender
from app.contact.conversation_schemas import Conversation, ConversationTurn, FollowUp
from app.contact.errors import ConversationFull, ConversationNotFound, DuplicateMessage
from app.contact.models import MessageKind
from app.contact.schemas import ContactMessage, Sent, SentMessage
from app.core.errors import Invalid, Malformed, TooMany, Unauthenticated, UnsupportedMediaType
from app.core.http.answers import Created, Idempotency, Repeat, StillRunning, create, tagged
from app.core.http.deps import Db, Guest, Now, SecretKeys
from app.core.http.forms import SEE_OTHER, FormDoor, answered, form_docs
from app.core.http.network import Network
from app.core.http.pages import Box, Hidden, PlainForm
from app.core.http.problems import problems
from app.core.http.routes import StrictRoute
from app.site import queries as site_queries
from app.staff.guards import bearer_token

RECEIPT = "contact-receipt"
FORM = PlainForm(
    {"en": "Write to the newsroom", "ar": "راسل هيئة التحرير"},
    (
        Box("name", {"en": "Your name", "ar": "اسمك"}),
        Box("email", {"en": "Your e-mail address", "ar": "بريدك الإلكتروني"}, "email"),
        Box("subject", {"en": "Subject", "ar": "الموضوع"}),
        Box("body", {"en": "Your message", "ar": "رسالتك"}, "area"),
    ),
    (
        Hidden("kind", {"en": "The kind of message", "ar": "نوع الرسالة"}, kept=True),
        Hidden("sealed", {"en": "The sealed message", "ar": "الرسالة المختومة"}, kept=True),
        Hidden("locale", {"en": "The language", "ar": "اللغة"}),
    ),
)


class ContactFormRoute(FormDoor, StrictRoute):
    """The door of the form."""

    form, model, manners = FORM, ContactMessage, site_queries.get_form_manners


router = APIRouter(prefix="/v1/contact", tags=["contact"], route_class=ContactFormRoute)
receipt = HTTPBearer(scheme_name="receipt", description="`receipt` of the message", auto_error=False)


class SenderRoute(StrictRoute):
    """A door for the holder of a receipt: 401 and 404 come before the body is read."""

    async def before(self, request: Request) -> None:
        """Raises Unauthenticated, ConversationNotFound."""
        state = request.app.state
        submission_id = state.keys.subject(RECEIPT, bearer_token(request))
        if submission_id is None:
            raise Unauthenticated("this is no receipt of a message", error="invalid_token")
        request.scope["sender"] = await state.db.read(conversation.get_sender, submission_id)


async def _sender(request: Request) -> Sender:
    sender: Sender = request.scope["sender"]
    return sender


Holder = Annotated[Sender, Depends(_sender)]
sender_router = APIRouter(
    prefix="/v1/contact/conversation", tags=["contact"], route_class=SenderRoute, dependencies=[Depends(receipt)]
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

    Of a `tip` we store neither e-mail address nor network nor browser, and of its time the day alone; the receipt is
    the only way to an answer, unless the text names another. For the same reason no answer to a tip is kept:
    `Idempotency-Key` is not honoured for it, and a tip that is sent again is stored again. A tip can be **sealed** in
    the browser for the keys of `GET /v1/contact/keys`: then only who holds a private key of the newsroom can read it.
    """
    back, default_locale = await db.read(site_queries.get_form_manners)

    async def send(message: ContactMessage) -> Response:
        return await create(
            db,
            _kept_for(message.kind, repeat),
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


def _kept_for(kind: MessageKind, repeat: Repeat) -> Repeat:
    """A kept answer has a time, and a hash of the body from which a typed address could be guessed: none for tips."""
    return replace(repeat, key=None) if kind is MessageKind.TIP else repeat


@sender_router.get(
    "",
    operation_id="getContactConversation",
    response_model=Conversation,
    responses=problems(Unauthenticated, ConversationNotFound),
)
async def get_contact_conversation(db: Db, sender: Holder) -> Response:
    """Your message and what was said since, for whoever holds its receipt; never cached, never logged."""
    return tagged((await db.read(conversation.show, sender.submission_id)).model_dump_json())


@sender_router.post(
    "",
    operation_id="continueContactConversation",
    status_code=201,
    response_model=ConversationTurn,
    responses=problems(
        Malformed,
        Unauthenticated,
        ConversationNotFound,
        ConversationFull,
        StillRunning,
        UnsupportedMediaType,
        Invalid,
        TooMany,
    ),
)
async def continue_contact_conversation(
    request: Request,
    db: Db,
    sender: Holder,
    message: FollowUp,
    network: Network,
    repeat: Idempotency,
    guest: Guest,
    at: Now,
) -> Response:
    """Say more: a conversation that waited for you, or was closed, is open again. To a tip you may add an envelope; as
    with the tip itself we store of it nothing but the text and the day, and `Idempotency-Key` is not honoured.
    """
    return await create(
        db,
        # one key may come from two senders: an answer is kept for each conversation
        replace(_kept_for(sender.kind, repeat), path=f"{repeat.path}/{sender.submission_id}"),
        conversation.follow_up,
        sender.submission_id,
        message,
        network=network,
        limiter=request.app.state.limiter,
        by=guest,
        at=at,
        into=lambda turn: Created(turn, about=sender.submission_id),
    )
