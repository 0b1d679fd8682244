"""What a bench yields, and how it is printed."""

import json
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, Self

Scale = Literal["small", "full"]


@dataclass(frozen=True)
class Measurement:
    """`baseline` is measured in the same run, in the same unit; `ratio` is value / baseline."""

    name: str
    metric: str
    value: float
    unit: str
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    n: int = 1
    scale: Scale = "small"
    baseline: float | None = None
    ratio: float | None = None
    note: str = ""

    @classmethod
    def of(
        cls,
        name: str,
        metric: str,
        samples: Sequence[float],
        unit: str,
        *,
        scale: Scale,
        baseline: float | None = None,
        note: str = "",
    ) -> Self:
        """Of several samples: the value is their median."""
        p50, p95, p99 = (percentile(samples, share) for share in (0.50, 0.95, 0.99))
        return cls(name, metric, p50, unit, p50, p95, p99, len(samples), scale, baseline, _ratio(p50, baseline), note)

    @classmethod
    def single(
        cls,
        name: str,
        metric: str,
        value: float,
        unit: str,
        *,
        scale: Scale,
        n: int = 1,
        baseline: float | None = None,
        note: str = "",
    ) -> Self:
        """Of one figure, for example a rate over `n` rows."""
        return cls(
            name,
            metric,
            value,
            unit,
            n=n,
            scale=scale,
            baseline=baseline,
            ratio=_ratio(value, baseline),
            note=note,
        )

    def as_json(self) -> str:
        return json.dumps({key: _short(value) for key, value in asdict(self).items()})

    def as_text(self) -> str:
        spread = f"  p95 {self.p95:.4g}  p99 {self.p99:.4g}" if self.p95 is not None and self.p99 is not None else ""
        against = f"  {self.ratio:.2f} of baseline {self.baseline:.4g}" if self.ratio is not None else ""
        note = f"  ({self.note})" if self.note else ""
        label = f"{self.name}.{self.metric}"
        return f"{label:<40} {self.value:>12.4g} {self.unit:<12} n={self.n}{spread}{against}{note}"


def percentile(samples: Sequence[float], share: float) -> float:
    """Nearest rank: always one of the samples."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median_seconds(work: Callable[[], object], times: int) -> float:
    return statistics.median(seconds(work) for _ in range(times))


def _ratio(value: float, baseline: float | None) -> float | None:
    return value / baseline if baseline else None


def _short(value: object) -> object:
    return float(f"{value:.6g}") if isinstance(value, float) else value
