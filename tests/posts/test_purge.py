"""The trash is emptied after a month: everything of a dossier goes, and its public slugs belong to nobody."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, func, select

from app.comments.models import Comment
from app.posts.models import Post, Revision
from app.publications.models import Publication, PublicPath, Slug
from app.tables import metadata
from tests.comments.talk import NOON, plant
from tests.newsroom import Newsroom
from tests.posts.clockwork import ANY, told
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
# what the purge takes itself, or what a room above takes with the event; all else goes by the database's own hand
TAKEN = {"publication", "public_path", "slug", "revision", "comment"}


def test_every_table_that_hangs_on_a_dossier_goes_with_it() -> None:
    hanging = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "post" and key.ondelete != "CASCADE"
    }
    assert hanging == TAKEN


async def test_what_is_purged_and_when(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    kept = await published(desk, slug="kept")
    post = await published(desk, slug="was-public", translation_of=kept["id"], locale="ar", tags=["sea"])
    draft = await opened(desk, slug="never-public")
    parent = await plant(newsroom, UUID(post["id"]), "One.")
    await plant(newsroom, UUID(post["id"]), "Two.", parent_id=parent)
    assert (await desk.delete(f"{POSTS}/{post['id']}/publication", headers=ANY)).status_code == 200
    for trashed in (post, draft):
        assert (await desk.delete(f"{POSTS}/{trashed['id']}", headers=ANY)).status_code == 204
    await newsroom.night()
    newsroom.set_clock(NOON + 29 * DAY)
    await newsroom.night()
    assert await newsroom.stored(lambda session: session.exec(select(func.count()).select_from(Post)).one()) == 3
    newsroom.set_clock(NOON + 31 * DAY)
    await newsroom.night()
    left = await newsroom.stored(
        lambda session: [
            {str(id_) for id_ in session.exec(select(column).distinct())}
            for column in (
                *(col(Post.id), col(Revision.post_id), col(Publication.id), col(PublicPath.post_id)),
                col(Comment.post_id),
            )
        ]
    )
    assert left == [{kept["id"]}] * 4 + [set()]
    slugs = await newsroom.stored(lambda session: dict(session.exec(select(Slug.slug, Slug.post_id)).all()))
    assert {slug: holder and str(holder) for slug, holder in slugs.items()} == {"kept": kept["id"], "was-public": None}
    assert (await told(newsroom, post))[-1] == (await told(newsroom, draft))[-1] == "purged"
    assert (await newsroom.reader.get("/v1/posts/was-public")).status_code == 404
    assert (await newsroom.reader.get("/v1/posts/kept")).json()["translations"] == []


async def test_its_public_slug_is_given_to_nobody(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    desk = await newsroom.staff("editor")
    post = await published(desk, slug="harbour", title="Harbour")
    assert (await desk.delete(f"{POSTS}/{post['id']}/publication", headers=ANY)).status_code == 200
    assert (await desk.delete(f"{POSTS}/{post['id']}", headers=ANY)).status_code == 204
    await newsroom.night()
    newsroom.set_clock(NOON + 31 * DAY)
    await newsroom.night()
    newsroom.set_clock(NOON)
    assert (await desk.get(f"{POSTS}/{post['id']}")).status_code == 404
    wanted = {"title": "Harbour", "locale": "en", "slug": "harbour"}
    assert (await desk.post(POSTS, json=wanted)).status_code == 409
    made = await desk.post(POSTS, json={"title": "Harbour", "locale": "en"})
    assert made.json()["slug"] == "harbour-2"
