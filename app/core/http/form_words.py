"""What the page says that shows a form again: why it was refused, and what is wrong with a field, in both languages."""

from collections.abc import Mapping

Texts = Mapping[str, str]  # by language: en, ar

NOWHERE = frozenset({404, 410})  # sending again leads nowhere: the words are shown to be copied

REFUSED: dict[int, Texts] = {
    403: {"en": "This is no longer open.", "ar": "لم يعد هذا متاحًا."},
    404: {
        "en": "What you wrote to is not here, or not any more. Your words were not taken: copy them to keep them.",
        "ar": "ما كتبت إليه غير موجود أو لم يعد موجودًا. لم تصل كلماتك: انسخها إن أردت الاحتفاظ بها.",
    },
    409: {"en": "You have sent this already.", "ar": "أرسلت هذا النص من قبل."},
    410: {
        "en": "What you wrote to was taken down. Your words were not taken: copy them to keep them.",
        "ar": "سُحب ما كتبت إليه. لم تصل كلماتك: انسخها إن أردت الاحتفاظ بها.",
    },
    415: {
        "en": "Your form came in a way that we cannot read. From here you can send it.",
        "ar": "وصل النموذج بصيغة لا نقرؤها، ويمكنك إرساله من هنا.",
    },
    422: {"en": "Something is missing or not right:", "ar": "ثمة ما ينقص أو يحتاج إلى تصحيح:"},
    429: {
        "en": "That was a lot in a short time. Please try again in a minute.",
        "ar": "محاولات كثيرة؛ حاول بعد دقيقة.",
    },
}
NOT_TAKEN: Texts = {"en": "This could not be taken.", "ar": "تعذّر استلام ما أرسلته."}
UNTIL: Texts = {"en": "You cannot write here until {time}.", "ar": "لا يمكنك الكتابة هنا حتى {time}."}

_NEEDED: Texts = {"en": "is needed", "ar": "مطلوب"}
_NOT_FOUND: Texts = {"en": "is not here, or not any more", "ar": "غير موجود أو لم يعد موجودًا"}
_NO_FIELD: Texts = {"en": "is no field of this form", "ar": "ليس من حقول هذا النموذج"}

COMPLAINTS: dict[str, Texts] = {
    "missing": _NEEDED,
    "string_too_short": _NEEDED,
    "string_too_long": {"en": "is too long", "ar": "أطول من المسموح"},
    "email": {"en": "is no e-mail address", "ar": "ليس عنوان بريد إلكتروني"},
    "value_error": {"en": "has characters in it that we cannot take", "ar": "فيه رموز لا نقبلها"},
    "not_taken": {"en": "is not taken here", "ar": "غير متاح هنا"},
    "uuid_parsing": _NOT_FOUND,
    "unknown_parent": _NOT_FOUND,
    "extra_forbidden": _NO_FIELD,
    "unknown": _NO_FIELD,
    "repeated": {"en": "was sent twice", "ar": "أُرسل مرتين"},
    "weak_password": {
        "en": "needs 12 characters or more, and must not be soon guessed: take some words that do not belong together",
        "ar": "تحتاج إلى 12 حرفًا أو أكثر وألا يسهل تخمينها: اختر كلمات لا صلة بينها",
    },
    "unknown_locale": {"en": "is none of the languages of this site", "ar": "ليست من لغات هذا الموقع"},
}
NOT_RIGHT: Texts = {"en": "is not right", "ar": "غير صحيح"}
LEFT_OUT: Texts = {"en": "(left out if you send again)", "ar": "(يُترك إذا أرسلت من جديد)"}
