"""What the embedded page says, in both languages."""

from app.core.http.pages import Texts

TITLE: Texts = {"en": "Comments on “{title}”", "ar": "التعليقات على «{title}»"}
THREAD: Texts = {"en": "Discussion", "ar": "النقاش"}
BRANCH: Texts = {"en": "Part of the discussion", "ar": "جزء من النقاش"}
WHOLE: Texts = {"en": "Show the whole discussion", "ar": "عرض النقاش كاملًا"}
NOTHING: Texts = {"en": "Nobody has said anything yet.", "ar": "لم يعلّق أحد بعد."}
ORDER: Texts = {"en": "Order", "ar": "الترتيب"}
SORTS: dict[str, Texts] = {
    "oldest": {"en": "Oldest first", "ar": "الأقدم أولًا"},
    "newest": {"en": "Newest first", "ar": "الأحدث أولًا"},
    "top": {"en": "Most recommended", "ar": "الأكثر تأييدًا"},
}
PAGES: Texts = {"en": "More of the discussion", "ar": "بقية النقاش"}
NEXT: Texts = {"en": "More comments", "ar": "تعليقات أخرى"}
FIRST: Texts = {"en": "Back to the beginning", "ar": "العودة إلى البداية"}
MORE_REPLIES: Texts = {"en": "More answers to comment {number}", "ar": "بقية الردود على التعليق {number}"}

SOMEBODY: Texts = {"en": "Somebody", "ar": "قارئ"}
STAFF: Texts = {"en": "Newsroom", "ar": "هيئة التحرير"}
EDITED: Texts = {"en": "changed afterwards", "ar": "عُدّل بعد نشره"}
DELETED: Texts = {"en": "This comment was deleted.", "ar": "حُذف هذا التعليق."}
LINK: Texts = {"en": "Comment {number}", "ar": "التعليق {number}"}
REPLY: Texts = {"en": "Reply", "ar": "ردّ"}
REPLY_TO: Texts = {"en": "Reply to comment {number}", "ar": "ردّ على التعليق {number}"}
NO_REPLY: Texts = {"en": "Write a comment that answers nobody", "ar": "كتابة تعليق ليس ردًّا"}

WRITE: Texts = {"en": "Write a comment", "ar": "أضف تعليقًا"}
OPTIONAL: Texts = {
    "en": "Where nothing else is said, a field may stay empty.",
    "ar": "كل حقل اختياري ما لم يُذكر غير ذلك.",
}
NEEDED: Texts = {"en": "(needed)", "ar": "(مطلوب)"}
NOTIFY: Texts = {"en": "Write to me when", "ar": "راسلني عند"}
NOTICES: dict[str, Texts] = {
    "none": {"en": "never", "ar": "لا تراسلني"},
    "replies": {"en": "somebody answers me", "ar": "وصول ردّ على تعليقي"},
    "thread": {"en": "anybody comments here", "ar": "وصول أي تعليق هنا"},
}
TRAP: Texts = {"en": "Leave this empty", "ar": "اترك هذا الحقل فارغًا"}

CLOSED: Texts = {"en": "This discussion is closed.", "ar": "أُغلق باب التعليق."}
HIDDEN: Texts = {"en": "There are no comments on this story.", "ar": "لا تعليقات على هذا الموضوع."}
PUBLISHED: Texts = {"en": "Thank you. Your comment is published.", "ar": "شكرًا لك، نُشر تعليقك."}
HELD: Texts = {
    "en": "Thank you. Somebody of the newsroom will read your comment before it appears.",
    "ar": "شكرًا لك. سيقرأ أحد أعضاء هيئة التحرير تعليقك قبل نشره.",
}
NOT_FOUND: Texts = {"en": "There is nothing here.", "ar": "لا شيء هنا."}
NOT_UNDERSTOOD: Texts = {"en": "This address is not right.", "ar": "هذا العنوان غير صحيح."}

_ARABIC_FEW, _ARABIC_MANY = range(3, 11), range(11, 100)


def counted(count: int, lang: str) -> str:
    """How many comments, in the grammar of the language."""
    if lang == "en":
        return "1 comment" if count == 1 else f"{count} comments"
    if count in (0, 1, 2):
        return ("لا تعليقات", "تعليق واحد", "تعليقان")[count]
    if count % 100 in _ARABIC_FEW:
        return f"{count} تعليقات"
    return f"{count} تعليقًا" if count % 100 in _ARABIC_MANY else f"{count} تعليق"


def recommended(count: int, lang: str) -> str:
    """How many recommend it, in the grammar of the language."""
    if lang == "en":
        return "recommended by 1 reader" if count == 1 else f"recommended by {count} readers"
    if count in (1, 2):
        return ("يؤيده قارئ واحد", "يؤيده قارئان")[count - 1]
    if count % 100 in _ARABIC_FEW:
        return f"يؤيده {count} قراء"
    return f"يؤيده {count} قارئًا" if count % 100 in _ARABIC_MANY else f"يؤيده {count} قارئ"
