"""Paired sampling: each sample of ours stands between two of H, since single runs on a shared machine drift by half."""

from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

from bench.load import Request, Sample, Tool, fire

WARM_UP = 1


@dataclass(frozen=True)
class Sampling:
    """How samples are taken: so many pairs, of so many seconds each, by this generator."""

    rounds: int
    seconds: int
    tool: Tool


@dataclass(frozen=True)
class Pairing:
    """The samples of one route, in the order in which they were taken: H, ours, H, ours … H."""

    name: str
    bare: tuple[Sample, ...]
    ours: tuple[Sample, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Each sample of ours in parts of the mean of the two samples of H beside it."""
        yardsticks = (mean((a.requests_per_second, b.requests_per_second)) for a, b in pairwise(self.bare))
        return tuple(ours.requests_per_second / h if h else 0.0 for ours, h in zip(self.ours, yardsticks, strict=True))

    @property
    def ratio(self) -> float:
        """The median ratio: the figure that bars are compared with."""
        return median(self.ratios)

    @property
    def errors(self) -> int:
        """Errors on either side; with any, the figures say nothing."""
        return sum(sample.errors for sample in self.bare + self.ours)


def compare(name: str, request: Request, bare_url: str, our_url: str, how: Sampling) -> Pairing:
    """Warm both servers up, then sample them in turn. Raises LoadFailed."""
    for address in (bare_url, our_url):
        fire(address, request, seconds=WARM_UP, tool=how.tool)
    bare = [fire(bare_url, request, seconds=how.seconds, tool=how.tool)]
    ours: list[Sample] = []
    for _ in range(how.rounds):
        ours.append(fire(our_url, request, seconds=how.seconds, tool=how.tool))
        bare.append(fire(bare_url, request, seconds=how.seconds, tool=how.tool))
    return Pairing(name, tuple(bare), tuple(ours))
