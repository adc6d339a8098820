"""Letters of two alphabets inside one word: the look-alikes by which a banned word slips through."""

import re

from sqlmodel import Session

from app.abuse.attempt import Attempt, Finding, Ruling

_LATIN = "A-Za-z\u00c0-\u024f"
_ARABIC = "\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u0750-\u077f"  # without tatweel: a row of it would cost a second
_OTHERS = "\u0370-\u03ff\u0400-\u052f"  # Greek, Cyrillic
_UNSEEN = "[\u0300-\u036f\u064b-\u065f\u0640\u00ad\u200b-\u200f\u2060\ufeff]*"  # marks, tatweel, what has no width
_SEAM = re.compile(
    f"[{_LATIN}]{_UNSEEN}[{_OTHERS}{_ARABIC}]|[{_ARABIC}]{_UNSEEN}[{_OTHERS}{_LATIN}]"
    f"|[{_OTHERS}]{_UNSEEN}[{_LATIN}{_ARABIC}]"
    "|[\u0370-\u03ff][\u0400-\u052f]|[\u0400-\u052f][\u0370-\u03ff]"
)
_WORD = re.compile("(?:[^\\W\\d_]|[\u0300-\u036f\u064b-\u065f\u0640\u00ad\u200b-\u200f\u2060\ufeff])+")
_HIDDEN = re.compile("[\u0300-\u036f\u064b-\u065f\u0640\u00ad\u200b-\u200f\u2060\ufeff]")
# as Arabic writers do: الـPDF, وبالGPS, SMSات
_HONEST = re.compile(
    f"(?:[وفبكل]{{0,2}}ال|[وف]?لل|[وفبكل]{{1,2}})[{_LATIN}]+(?:ات|ين|ون|ي|ية)?|[{_LATIN}]{{2,}}(?:ات|ين|ون|ي|ية)"
)
# signs of physics beside Latin letters: μm, kΩ, ΔT
_MEASURE = re.compile(r"[a-zA-Z]{0,2}[\u03bc\u03a9\u0394\u03c3\u03c0\u03b1\u03b2\u03b3][a-zA-Z]{0,4}")


def examine(session: Session, attempt: Attempt) -> Finding | None:
    """Holds a text, or a name, with such a word; Arabic particles before a foreign name are no disguise."""
    text = f"{attempt.name or ''}\n{attempt.body}"
    if _SEAM.search(text) is None or not any(map(_is_mixed, _WORD.findall(text))):
        return None
    return Finding("mixed_scripts", Ruling.HOLD, "letters of two alphabets in one word", "content", "mixed_scripts")


def _is_mixed(word: str) -> bool:
    bare = _HIDDEN.sub("", word)
    return bool(_SEAM.search(bare)) and not _HONEST.fullmatch(bare) and not _MEASURE.fullmatch(bare)
