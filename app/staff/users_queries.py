"""Reading accounts for those who manage them."""

from uuid import UUID

from sqlmodel import Session, col, or_, select

from app.core.folding import search_terms, search_text
from app.core.http.paging import Cut, page_of, total_of
from app.core.keyset import decode_cursor, encode_cursor
from app.staff import queries
from app.staff.errors import UserNotFound
from app.staff.models import Role, User
from app.staff.users_schemas import UserQuery

# for guards: an account that exists
sight = queries.sight_of(User, "user_id", UserNotFound)


def get_user(session: Session, user_id: UUID) -> User:
    """The account, closed or open. Raises UserNotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise UserNotFound()
    return user


def list_users(session: Session, query: UserQuery) -> Cut[User]:
    """A page in the order in which people joined. Raises Invalid for a cursor of another list."""
    scope = query.bound_to("editor/users")
    statement = select(User)
    if query.role is not None:
        statement = statement.where(col(User.role) == query.role)
    if query.disabled is not None:
        closed = col(User.disabled_at).is_not(None)
        statement = statement.where(closed if query.disabled else ~closed)
    if query.q is not None:
        statement = statement.where(col(User.id).in_(_called(session, query.q)))
    total = total_of(session, statement, query)
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, scope, (UUID,))
        statement = statement.where(col(User.id) > last)
    rows = session.exec(statement.order_by(col(User.id)).limit(query.limit + 1)).all()
    shown, following = page_of(rows, query.limit, lambda user: encode_cursor(scope, (user.id,)))
    return Cut(shown, following, total)


def _called(session: Session, q: str) -> list[UUID]:
    """Who is called so. A newsroom has tens of people: folding their names costs less than a column that keeps them."""
    words = search_terms(q)
    people = session.exec(select(User.id, User.name, User.email)).all() if words else ()
    return [user_id for user_id, *texts in people if all(f" {word}" in search_text(*texts) for word in words)]


def hold(session: Session, user_id: UUID) -> tuple[User, bool]:
    """The account, and whether it is that of the last admin who is not disabled. All such admins are held until the
    commit, always in one order: of two who disable each other one comes too late. Raises UserNotFound.
    """
    open_admin = (col(User.role) == Role.ADMIN) & col(User.disabled_at).is_(None)
    held = select(User).where(or_(open_admin, col(User.id) == user_id)).order_by(col(User.id)).with_for_update()
    people = {user.id: user for user in session.exec(held.execution_options(populate_existing=True))}
    if user_id not in people:
        raise UserNotFound()
    admins = {user.id for user in people.values() if user.role is Role.ADMIN and user.disabled_at is None}
    return people[user_id], admins == {user_id}
