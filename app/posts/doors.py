"""What the desk's doors share: who may come in, what may go wrong, and how a dossier is answered."""

from typing import Annotated, Any

from fastapi import Depends, Response

from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Forbidden, IllegalMove, Invalid, PreconditionRequired, Stale
from app.core.http.answers import Created, versioned
from app.core.http.deps import Db as _Db
from app.core.http.deps import Now
from app.posts import queries
from app.posts.errors import PostNotFound
from app.posts.models import Post
from app.posts.schemas import PostEditor
from app.posts.workflow import NEEDS, Action
from app.publications import upcoming
from app.staff.guards import Guard
from app.staff.permissions import Permission as P


def guard(action: Action) -> Guard:
    """Lets in who may do this to the dossier in the path."""
    return Guard(*dict.fromkeys(NEEDS[action]), sees=queries.sight(action))


async def _up_to_date(db: _Db, at: Now) -> Database:
    """The database after all that was due: the desk never sees as scheduled what the public can see."""
    await upcoming.settle(db, at)
    return db


Db = Annotated[Database, Depends(_up_to_date)]
Reader = Annotated[Actor, Depends(Guard(P.POSTS_READ_OWN, P.POSTS_READ_ANY))]
Writer = Annotated[Actor, Depends(Guard(P.POSTS_WRITE_OWN, P.POSTS_WRITE_ANY))]
DossierReader = Annotated[Actor, Depends(Guard(P.POSTS_READ_OWN, P.POSTS_READ_ANY, sees=queries.sight()))]
DossierWriter = Annotated[Actor, Depends(guard(Action.EDIT))]
Publisher = Annotated[Actor, Depends(guard(Action.PUBLISH))]
Trasher = Annotated[Actor, Depends(guard(Action.TRASH))]

WRITES = (PostNotFound, Forbidden, Stale, Invalid, PreconditionRequired, IllegalMove)

Done = Post | tuple[Post, tuple[str, ...]]  # some verbs also say what the sanitiser removed


def shown(session: Any, verb: Any, actor: Actor) -> Response:
    """The dossier after a verb, in its new version."""
    return versioned(*_view(session, verb(session), actor))


def made(session: Any, done: Done, actor: Actor, *, new: bool = False) -> Created:
    """The same after a verb that can be repeated by its key; `new`: the dossier was not there before."""
    view, version = _view(session, done, actor)
    location, status = (f"/v1/editor/posts/{view.id}", 201) if new else (None, 200)
    return Created(view, view.id, location, version, status)


def _view(session: Any, done: Done, actor: Actor) -> tuple[PostEditor, int]:
    post, warnings = done if isinstance(done, tuple) else (done, ())
    return PostEditor.of(queries.open_dossier(session, post, actor), actor, warnings=warnings), post.version
