"""How matches are spread over sections, tags, bylines and languages: each entry carries its share, ready to count."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

KINDS = ("sections", "tags", "authors", "locales")
MOST = 20


class Filed(NamedTuple):
    """A term that a story stands under, named in the story's language."""

    kind: str
    slug: str
    name: str


def share(filed: Iterable[Filed], locale: str) -> str:
    """One line a term, and one for the language."""
    lines = [f"{kind}\t{slug}\t{json.dumps(name, ensure_ascii=False)}" for kind, slug, name in filed]
    return "\n".join([*lines, f"locales\t{locale}\t"])


def counted(shares: Sequence[str]) -> bytes:
    """The member `facets`: a term that has a name in each of two languages is counted once, under the newest."""
    spread: dict[str, dict[str, tuple[str, int]]] = {kind: {} for kind in KINDS}
    for line, times in Counter("\n".join(shares).split("\n") if shares else ()).items():
        kind, slug, name = line.split("\t")
        known, before = spread[kind].get(slug, (name, 0))
        spread[kind][slug] = known, before + times
    return f"{{{','.join([_listed(kind, spread[kind]) for kind in KINDS])}}}".encode()


def _listed(kind: str, found: dict[str, tuple[str, int]]) -> str:
    most = sorted(found.items(), key=lambda term: (-term[1][1], term[0]))[:MOST]
    if kind == "locales":
        return f'"{kind}":[{",".join([f"""{{"code":"{code}","count":{count}}}""" for code, (_, count) in most])}]'
    items = [f'{{"slug":{json.dumps(slug, ensure_ascii=False)},"name":{name},"count":{n}}}' for slug, (name, n) in most]
    return f'"{kind}":[{",".join(items)}]'
