"""What the reading of samples yields."""

from dataclasses import dataclass

from dcl.domain.transform import Transform


@dataclass(frozen=True, slots=True)
class Reading:
    """A transform found from samples.

    `fit`: share in [0, 1] of the samples that it reads, 1 without samples. `certain`: False where another reading fits
    the samples as well and gives other values. `notes`: what a reviewer should know.
    """

    transform: Transform
    fit: float = 1.0
    certain: bool = True
    notes: tuple[str, ...] = ()
