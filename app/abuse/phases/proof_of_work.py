"""Work that costs a reader's browser a moment and a flood hours; asked only while much comes in."""

from sqlmodel import Session

from app.abuse import challenges, queries, service, workflow
from app.abuse.attempt import Attempt, Finding, Ruling
from app.site.policies import ProofOfWork


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Holds what came without the work that is asked now; a solution serves once."""
    mode = attempt.settings.proof_of_work
    if attempt.is_edit or mode is ProofOfWork.NEVER:
        return None
    traffic = queries.get_traffic(session, attempt.keys, attempt.network, at=attempt.at)
    # this attempt was counted before; when the form was fetched it was not
    if not workflow.asked(mode, traffic._replace(network=max(0, traffic.network - 1))):
        return None
    fault = _fault(session, attempt)
    return Finding("proof_of_work", Ruling.HOLD, fault, "check_missing", "check_missing") if fault else None


def _fault(session: Session, attempt: Attempt) -> str | None:
    if not attempt.altcha:
        return "the work that is asked now was not done"
    challenge = challenges.solved(attempt.keys, attempt.altcha, attempt.form, attempt.subject, at=attempt.at)
    if challenge is None:
        return "the work is wrong, too old or for another form"
    return None if service.spend(session, challenge, at=attempt.at) else "the work was used before"
