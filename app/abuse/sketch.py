"""Min-hash sketches: texts that share most of their pairs of words share most of eight numbers."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from struct import Struct
from typing import NamedTuple

from app.core.keys import Keys

FEWEST_WORDS = 4
_EIGHT = Struct(">8I")
_FOUR = Struct(">4q")


class Sketch(NamedTuple):
    """Four bands of two numbers each: near copies share a band, and the numbers tell how near."""

    first: int
    second: int
    third: int
    fourth: int


def sketch_of(folded: str, keys: Keys) -> Sketch | None:
    """The sketch of folded text, keyed: nobody else can say which words would give it. None below four words."""
    words = folded.split()
    if len(words) < FEWEST_WORDS:
        return None
    start = blake2b(key=_key(keys), digest_size=32)
    hashes = []
    for pair in set(pairwise(words)):
        seeded = start.copy()
        seeded.update(" ".join(pair).encode())
        hashes.append(_EIGHT.unpack(seeded.digest()))
    return Sketch(*_FOUR.unpack(_EIGHT.pack(*map(min, zip(*hashes, strict=True)))))


@lru_cache(maxsize=8)
def _key(keys: Keys) -> bytes:
    return keys.mac("near-duplicates", b"")


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of equal numbers, which estimates the share of common pairs of words."""
    pairs = zip(_EIGHT.unpack(_FOUR.pack(*one)), _EIGHT.unpack(_FOUR.pack(*other)), strict=True)
    return sum(1 for left, right in pairs if left == right) / 8
