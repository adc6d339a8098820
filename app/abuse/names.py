"""Names that guests may not borrow unseen: those of bylines, of colleagues and of the site, in every language, and
titles of the newsroom.
"""

from collections.abc import Iterator

from sqlalchemy import Text, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.abuse.memory_models import ProtectedName
from app.core import statements
from app.core.columns import table_of
from app.core.db import Prepared
from app.core.folding import fold
from app.site import queries as site_queries
from app.staff.models import User
from app.taxonomy.models import Author

SHORTEST = 3  # initials belong to nobody
MOST = 300

# letters that the eye takes for others, each under the one that it passes for: capitals while they are capitals,
# since folded to small letters they look like something else
_CAPITALS = {"A": "АΑ", "B": "ВΒ", "C": "СϹ", "E": "ЕΕ", "H": "НΗ", "I": "ІΙӀ", "J": "Ј", "K": "КΚ", "M": "МΜ"}
_CAPITALS |= {"N": "Ν", "O": "ОΟ", "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "X": "ХΧ", "Y": "УΥҮ", "Z": "Ζ"}
_ALIKE = {
    "a": "аαɑ",
    "b": "вьƅ",
    "c": "сϲ",
    "d": "ԁ",
    "e": "еєε3",
    "g": "ɡց",
    "h": "һн",
    "i": "іιı1lӏ",
    "j": "ј",
    "k": "кκ",
    "m": "м",
    "n": "пηո",
    "o": "оοσ0օ",
    "p": "рρ",
    "s": "ѕ5",
    "t": "тτ7",
    "u": "υսц",
    "v": "ν",
    "w": "ѡωш",
    "x": "хχ",
    "y": "уүγ",
    "ا": "ٵ",
    "ه": "ھہەۀۃ",
    "ي": "یېے",
    "ك": "کڪګ",
    "و": "ۋۇۆ",
}
# whole names only: who is called Editor is looked at, Edith Moderator-Smith and مشرف الدين are not
_TITLES = (
    *("Admin", "Admins", "Administrator", "Site Admin", "Moderator", "Moderators", "Mod", "Mods", "Webmaster", "Staff"),
    *("Editor", "Editors", "The Editor", "The Editors", "Chief Editor", "Editor in Chief", "Managing Editor"),
    *("Editorial Board", "Editorial Team", "Editorial Staff", "Newsroom", "The Newsroom", "Support", "Publisher"),
    *("مشرف", "مشرفة", "المشرفون", "المشرفين", "مشرف الموقع", "مشرف التعليقات", "إدارة", "إدارة الموقع"),
    *("إدارة التحرير", "إدارة التعليقات", "مدير", "مديرة", "مدير الموقع", "مدير التحرير", "أدمن", "الدعم الفني"),
    *("محرر", "محررة", "المحررون", "المحررين", "رئيس التحرير", "رئيسة التحرير", "هيئة التحرير", "أسرة التحرير"),
    *("فريق التحرير", "فريق الموقع", "غرفة الأخبار", "سكرتير التحرير", "مراقب", "مراقب التعليقات", "ناشر"),
)
_CAPITALS_TO_ONE = str.maketrans({look: letter for letter, looks in _CAPITALS.items() for look in looks})
_TO_ONE = str.maketrans({look: letter for letter, looks in _ALIKE.items() for look in looks})
_SKELETON = table_of(ProtectedName).c.skeleton
_FIND = Prepared(lambda: select(_SKELETON).where(bindparam("bones", type_=Text()) == _SKELETON))


def skeleton(name: str) -> str:
    """What the eye keeps of a name: one spelling, no spaces, letters that look alike in one script."""
    return fold(name.translate(_CAPITALS_TO_ONE)).replace(" ", "").translate(_TO_ONE)[:MOST]


_BONES_OF_TITLES = frozenset(map(skeleton, _TITLES))


def is_protected(session: Session, name: str) -> bool:
    """Whether a guest's name reads like one of ours, or like a title; one query."""
    bones = skeleton(name)
    return bones in _BONES_OF_TITLES or bool(statements.rows(session, _FIND, {"bones": bones}))


def refresh(session: Session) -> None:
    """Bring the list up to date: what stands on it is read first, so that what comes in meanwhile stays."""
    listed = set(session.exec(select(ProtectedName.skeleton)))
    wanted = {bones for name in _ours(session) if len(bones := skeleton(name)) >= SHORTEST}
    if gone := listed - wanted:
        session.execute(delete(ProtectedName).where(col(ProtectedName.skeleton).in_(gone)))
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = insert(table_of(ProtectedName)).on_conflict_do_nothing()
    if fresh := sorted(wanted - listed):
        session.execute(new, [{"skeleton": bones} for bones in fresh])


def _ours(session: Session) -> Iterator[str]:
    for names in session.exec(select(Author.names)):
        yield from names.values()
    yield from session.exec(select(User.name).where(col(User.disabled_at).is_(None)))
    settings = site_queries.get_settings(session)
    yield from (*settings.name.values(), *settings.publisher.values())
