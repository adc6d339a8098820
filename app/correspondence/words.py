"""What letters and pages say beside their templates, in English and Arabic."""

from collections.abc import Sequence
from typing import NamedTuple

from app.core.http.pages import language_of
from app.correspondence.models import LinkAction, Scope
from app.correspondence.workflow import Standing


class Said(NamedTuple):
    """A page: its title, its paragraphs and the button below, if there is one."""

    title: str
    lines: tuple[str, ...]
    button: str = ""


_ASKED = {
    "none": {"en": "", "ar": ""},
    "replies": {
        "en": "You will then get a letter when somebody answers the comment.",
        "ar": "وسنراسلك بعدها كلما ردّ أحدهم على التعليق.",
    },
    "thread": {
        "en": "You will then get a letter about every new comment below this story.",
        "ar": "وسنراسلك بعدها عند كل تعليق جديد على هذا المقال.",
    },
}

_HAPPENED = {
    Scope.REPLIES: {"en": "Somebody answered your comment below:", "ar": "ردّ أحدهم على تعليقك على المقال:"},
    Scope.THREAD: {"en": "There is a new comment below:", "ar": "هناك تعليق جديد على المقال:"},
}

_REASONS = {
    "site_policy": {"en": "every comment is read first", "ar": "كل تعليق يُقرأ قبل نشره"},
    "first_comment": {"en": "a first comment", "ar": "أول تعليق لصاحبه"},
    "old_story": {"en": "an old story", "ar": "مقال قديم"},
    "link": {"en": "there are links", "ar": "فيه روابط"},
    "check_missing": {"en": "a check is missing", "ar": "ينقصه أحد الفحوص"},
    "content": {"en": "the words", "ar": "بسبب النص"},
    "flood": {"en": "too many at once", "ar": "تعليقات كثيرة دفعة واحدة"},
}

_ASKS: dict[LinkAction, dict[str, Said]] = {
    LinkAction.CONFIRM: {
        "en": Said(
            "Confirm your address",
            ("A comment below “{title}” was sent with your address. Was it you?", "{asked}"),
            "Yes, I wrote it",
        ),
        "ar": Said(
            "تأكيد عنوانك",
            ("أُرسل تعليق على «{title}» وكُتب معه عنوانك. هل أنت من كتبه؟", "{asked}"),
            "نعم، أنا كتبته",
        ),
    },
    LinkAction.EXPORT: {
        "en": Said("Your data", ("You get a file (JSON) with all comments and subscriptions of yours.",), "Download"),
        "ar": Said("بياناتك", ("ستحصل على ملف (JSON) فيه جميع تعليقاتك واشتراكاتك.",), "تنزيل"),
    },
    LinkAction.ERASE: {
        "en": Said(
            "Erase your comments",
            (
                "All comments that carry your address are erased, with their text, name and address, and you get no "
                "more letters about comments. This cannot be undone.",
                "Messages that you sent to the newsroom by its contact form stay: ask the newsroom to erase them.",
            ),
            "Erase everything",
        ),
        "ar": Said(
            "محو تعليقاتك",
            (
                "ستُمحى كل التعليقات التي تحمل عنوانك بنصوصها والأسماء والعناوين، ولن تصلك رسائل أخرى عن التعليقات. "
                "لا يمكن التراجع عن ذلك.",
                "أما الرسائل التي أرسلتها إلى هيئة التحرير عبر نموذج الاتصال فتبقى: اطلب من هيئة التحرير محوها.",
            ),
            "محو كل شيء",
        ),
    },
    LinkAction.APPROVE: {
        "en": Said("Approve this comment?", ("{name} · {title}",), "Approve"),
        "ar": Said("الموافقة على هذا التعليق؟", ("{name} · {title}",), "موافقة"),
    },
    LinkAction.REJECT: {
        "en": Said("Reject this comment?", ("{name} · {title}",), "Reject"),
        "ar": Said("رفض هذا التعليق؟", ("{name} · {title}",), "رفض"),
    },
    LinkAction.SPAM: {
        "en": Said("Mark this comment as spam?", ("{name} · {title}",), "Spam"),
        "ar": Said("اعتبار هذا التعليق مزعجًا؟", ("{name} · {title}",), "تعليق مزعج"),
    },
}

_TAKE_BACK = {
    "en": "It can be taken back at the desk for 24 hours: decision {batch}.",
    "ar": "يمكن التراجع عنه في لوحة التحرير خلال 24 ساعة: القرار {batch}.",
}

_DONE: dict[LinkAction, dict[str, Said]] = {
    LinkAction.CONFIRM: {
        "en": Said("Thank you", ("Your address is confirmed.",)),
        "ar": Said("شكرًا لك", ("تأكد عنوانك.",)),
    },
    LinkAction.ERASE: {
        "en": Said("Erased", ("Your comments are erased.",)),
        "ar": Said("تم المحو", ("مُحيت تعليقاتك.",)),
    },
    LinkAction.APPROVE: {
        "en": Said("Approved", (_TAKE_BACK["en"],)),
        "ar": Said("تمت الموافقة", (_TAKE_BACK["ar"],)),
    },
    LinkAction.REJECT: {"en": Said("Rejected", (_TAKE_BACK["en"],)), "ar": Said("تم الرفض", (_TAKE_BACK["ar"],))},
    LinkAction.SPAM: {
        "en": Said("Marked as spam", (_TAKE_BACK["en"],)),
        "ar": Said("اعتُبر مزعجًا", (_TAKE_BACK["ar"],)),
    },
}

_REFUSED: dict[Standing, dict[str, Said]] = {
    Standing.SPENT: {
        "en": Said("Done already", ("This link was used before. It works once.",)),
        "ar": Said("تم من قبل", ("استُخدم هذا الرابط من قبل، وهو يعمل مرة واحدة.",)),
    },
    Standing.EXPIRED: {
        "en": Said("Too late", ("This link was good for three days.",)),
        "ar": Said("انتهت المهلة", ("كان هذا الرابط صالحًا ثلاثة أيام.",)),
    },
    Standing.UNKNOWN: {
        "en": Said("Nothing here", ("This link leads nowhere, or what it was about is gone.",)),
        "ar": Said("لا شيء هنا", ("هذا الرابط لا يؤدي إلى شيء، أو أن ما كان عنه لم يعد موجودًا.",)),
    },
    Standing.STALE: {
        "en": Said("Edited since", ("The comment was edited after this letter. Read its newest text at the desk.",)),
        "ar": Said("عُدّل بعدها", ("عُدّل التعليق بعد هذه الرسالة. اقرأ نصه الأخير في لوحة التحرير.",)),
    },
    Standing.DECIDED: {
        "en": Said("Decided already", ("Somebody has decided about this comment in the meantime.",)),
        "ar": Said("صدر القرار", ("اتخذ أحدهم قرارًا بشأن هذا التعليق في هذه الأثناء.",)),
    },
    Standing.REFUSED: {
        "en": Said("Not allowed", ("Your account may no longer judge comments.",)),
        "ar": Said("غير مسموح", ("لم يعد حسابك مخوّلًا بالحكم على التعليقات.",)),
    },
}

_UNSUBSCRIBE = {
    "one": {
        "en": Said("Unsubscribe", ("You will get no more of these letters.",), "Stop these letters"),
        "ar": Said("إلغاء الاشتراك", ("لن تصلك هذه الرسائل بعد الآن.",), "أوقفوا هذه الرسائل"),
    },
    "all": {
        "en": Said("Unsubscribe", ("You will get no more letters about comments.",), "Stop all letters about comments"),
        "ar": Said("إلغاء الاشتراك", ("لن تصلك رسائل عن التعليقات بعد الآن.",), "أوقفوا كل الرسائل عن التعليقات"),
    },
    "done": {
        "en": Said("Unsubscribed", ("No more of these letters will reach you.",)),
        "ar": Said("أُلغي الاشتراك", ("لن تصلك هذه الرسائل بعد الآن.",)),
    },
}

_REST = {"en": "More wait at the desk: {count}.", "ar": "تعليقات أخرى تنتظر في لوحة التحرير: {count}."}


def asked(notify: str, locale: str) -> str:
    """What confirming begins; empty when nothing was asked for."""
    return _ASKED[notify][language_of(locale)]


def happened(scope: Scope, locale: str) -> str:
    """Why this letter came."""
    return _HAPPENED[scope][language_of(locale)]


def reasons(codes: Sequence[str], locale: str) -> str:
    """Why a comment waits; a reason that we have no words for stands as it is."""
    lang = language_of(locale)
    return ("، " if lang == "ar" else ", ").join(_REASONS.get(code, {}).get(lang, code) for code in codes)


def rest(count: int, locale: str) -> str:
    """How many more wait; empty when none does."""
    return _REST[language_of(locale)].format(count=count) if count else ""


def ask(action: LinkAction, locale: str, **facts: str) -> Said:
    """The page of a link that can be followed."""
    return _filled(_ASKS[action][language_of(locale)], facts)


def done(action: LinkAction, locale: str, **facts: str) -> Said:
    """The page after it was followed."""
    return _filled(_DONE[action][language_of(locale)], facts)


def refused(standing: Standing, locale: str) -> Said:
    """The page of a link that leads no further."""
    return _REFUSED[standing][language_of(locale)]


def unsubscribing(part: str, locale: str) -> Said:
    """The pages about `one` subscription or `all`, and that it is `done`."""
    return _UNSUBSCRIBE[part][language_of(locale)]


def _filled(said: Said, facts: dict[str, str]) -> Said:
    """Facts are put in as they are, also where they have braces; paragraphs that stay empty are left out."""
    lines = tuple(line for line in (line.format_map(facts) for line in said.lines) if line.strip(" ·"))
    return said._replace(lines=lines)
