"""The key by which a reader without an account is told apart."""

import pytest
from fastapi import APIRouter

from app.core.http.readers import MaybeReader, Reader
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio


@pytest.fixture
def hung(newsroom: Newsroom) -> Newsroom:
    """A server with a door that wants a key and one that can do without."""
    router = APIRouter()

    @router.get("/planted/known")
    async def known(reader: Reader) -> str:
        return str(reader)

    @router.get("/planted/maybe")
    async def maybe(reader: MaybeReader) -> str:
        return str(reader)

    newsroom.app.router.routes[:0] = router.routes
    return newsroom


async def made(newsroom: Newsroom) -> str:
    answer = await newsroom.reader.post("/v1/readers")
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    return str(answer.json()["reader_key"])


async def test_the_same_request_again_gets_the_same_key(hung: Newsroom) -> None:
    first, again = [await hung.reader.post("/v1/readers", headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"


async def test_every_key_is_another_reader(hung: Newsroom) -> None:
    first, second = await made(hung), await made(hung)
    names = [(await hung.reader.get("/planted/known", headers={"Reader-Key": key})).json() for key in (first, second)]
    again = (await hung.reader.get("/planted/maybe", headers={"Reader-Key": first})).json()
    assert names[0] != names[1]
    assert again == names[0]


@pytest.mark.parametrize("forge", [lambda key: key[:-2] + "xx", lambda key: "", lambda key: key + "=", lambda key: "é"])
@pytest.mark.parametrize("path", ["/planted/known", "/planted/maybe"])
async def test_what_we_did_not_sign_is_refused(hung: Newsroom, path: str, forge: object) -> None:
    key = forge(await made(hung))  # type: ignore[operator]
    answer = await hung.reader.get(path, headers=[(b"Reader-Key", key.encode("latin-1"))])
    assert answer.status_code == 400
    assert "POST /v1/readers" in answer.json()["detail"]


async def test_a_key_is_needed_only_where_it_says_so(hung: Newsroom) -> None:
    assert (await hung.reader.get("/planted/known")).status_code == 400
    assert (await hung.reader.get("/planted/maybe")).json() == "None"
