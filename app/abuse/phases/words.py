"""The site's own lists: words that are spam here, and words that a person should look at."""

from sqlmodel import Session

from app.abuse import workflow
from app.abuse.attempt import Attempt, Finding, Ruling
from app.abuse.disguise import Spellings
from app.abuse.wordlist import word_list


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Looks for listed words in text and name, through the disguises that `disguise` knows."""
    policy = attempt.settings.comments
    if not policy.banned_words and not policy.suspect_words:
        return None
    spellings = Spellings.of(f"{attempt.name or ''}\n{attempt.body}")
    if policy.banned_words and (word := word_list(policy.banned_words).find(spellings)):
        return Finding("words", workflow.spam_in(attempt.form), f"a banned word: {word}", "content", "words")
    if policy.suspect_words and (word := word_list(policy.suspect_words).find(spellings)):
        return Finding("words", Ruling.HOLD, f"a suspect word: {word}", "content", "words")
    return None
