"""Takes a question about a comment to the site's external check and brings back a ruling, whatever happens there."""

import asyncio

from app.abuse import external
from app.abuse.attempt import Ruling
from app.abuse.external import Question
from app.core.fetch import Failed, Refused
from app.jobs.night import Night


async def ask(night: Night, question: Question) -> tuple[Ruling, str]:
    """What the service says, or that it said nothing, which holds the comment; no transaction is open meanwhile."""
    body = question.body_json(night.clock())
    headers = external.headers(question, body, night.check_secret, at=night.clock())
    try:
        async with asyncio.timeout(external.SECONDS):
            answer = await night.fetcher.post(night.check_url, body=body.encode(), headers=headers)
    except TimeoutError:
        return Ruling.HOLD, f"the external check did not answer within {external.SECONDS:g} seconds"
    except (Failed, Refused) as error:
        return Ruling.HOLD, f"the external check did not answer: {error}"
    return external.ruling_of(answer)
