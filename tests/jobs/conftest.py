"""A queue without any server around it."""

from collections.abc import AsyncIterator

import pytest

from tests.jobs.shift import Shift


@pytest.fixture
async def shift(database_url: str, anyio_backend: str) -> AsyncIterator[Shift]:
    """The queue on each of the two engines."""
    async with Shift.open(database_url) as opened:
        yield opened
