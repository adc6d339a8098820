"""The plain form of a comment: its words, and what a browser is told when something before the door says no."""

from app.comments.schemas import CommentDraft
from app.core.http.forms import FormDoor
from app.core.http.light import LightRoute
from app.core.http.pages import Box, Hidden, PlainForm
from app.site import queries as site_queries

FORM = PlainForm(
    {"en": "Your comment", "ar": "تعليقك"},
    (
        Box("author_name", {"en": "Your name", "ar": "اسمك"}),
        Box("author_email", {"en": "Your e-mail address (never shown)", "ar": "بريدك الإلكتروني (لا يُنشر)"}, "email"),
        Box("body", {"en": "Your comment", "ar": "تعليقك"}, "area"),
    ),
    (
        Hidden("parent_id", {"en": "The comment that you answer", "ar": "التعليق الذي ترد عليه"}),
        Hidden("locale", {"en": "The language", "ar": "اللغة"}),
        Hidden("notify", {"en": "When to write to you", "ar": "متى نراسلك"}),
    ),
)


class CommentFormRoute(FormDoor, LightRoute):
    """The door of the form; its page speaks the site's language, since the story may be gone."""

    form, model, manners = FORM, CommentDraft, site_queries.get_form_manners
