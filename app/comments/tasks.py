"""The night shift of the threads: the external check is asked, spam and networks are forgotten."""

from uuid import UUID

from app.abuse import courier
from app.abuse.external import CHECK_TASK
from app.comments import external, retention
from app.jobs.night import Night
from app.jobs.workflow import Task


async def check(night: Night, *, comment_id: str) -> None:
    """Ask the external check about one comment, once and for two seconds; its failure leaves the comment to people."""
    question = await night.db.read(external.find_question, UUID(comment_id))
    if question is None:
        return
    ruling, detail = await courier.ask(night, question)
    await night.db.write(external.note, question, ruling, detail, at=night.clock())


async def forget_networks(night: Night) -> None:
    """Forget from which network comments came that are a week old."""
    await night.db.write(retention.forget_networks, at=night.clock())


async def purge_spam(night: Night) -> None:
    """Delete spam that lay for a month, in small transactions."""
    while await night.db.write(retention.purge_spam, at=night.clock()) == retention.BATCH:
        pass


CHECK = Task(CHECK_TASK, check)
FORGET_NETWORKS = Task("comments.forget_networks", forget_networks)
PURGE_SPAM = Task("comments.purge_spam", purge_spam)
