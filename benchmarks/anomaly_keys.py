"""Make the daily cost of one key: how it behaves, and what is planted in it."""

from dataclasses import dataclass
from typing import Any

import holidays
import numpy as np
import pandas as pd

__all__ = ["HARD", "Key", "Profile", "is_holiday"]

WARM_UP = 70
# Share of the keys, and daily noise of log cost.
BEHAVIOURS = {
    "steady": (0.20, 0.015),
    "office": (0.14, 0.025),
    "traffic": (0.20, 0.030),
    "batch": (0.12, 0.090),
    "storage": (0.10, 0.004),
    "fee": (0.08, 0.020),
    "tiered": (0.06, 0.020),
    "sparse": (0.10, 0.450),
}
KINDS = {
    "spike": 0.38,
    "level_shift": 0.25,
    "slow_leak": 0.13,
    "vanished_cost": 0.11,
    "new_cost": 0.13,
}


@dataclass(frozen=True)
class Profile:
    """How hard it is: times the noise, times the anomalies' size, share of events not announced."""

    noise: float = 1.0
    size: float = 1.0
    silent: float = 0.0


HARD = Profile(noise=1.5, size=0.6, silent=0.3)


def is_holiday(dates: pd.DatetimeIndex) -> np.ndarray:
    named = holidays.country_holidays("KR", years=sorted({int(year) for year in dates.year}))
    return np.array([day.date() in named for day in dates])


class Key:
    """One series: its name, cost per day, planted anomalies and announced changes."""

    def __init__(
        self,
        random: np.random.Generator,
        dates: pd.DatetimeIndex,
        orders: np.ndarray,
        profile: Profile,
        number: int,
    ) -> None:
        shares = [share for share, _ in BEHAVIOURS.values()]
        self.behaviour = str(random.choice(list(BEHAVIOURS), p=shares))
        self.name = f"{self.behaviour}-{number:03}"
        self.random, self.dates, self.orders, self.profile = random, dates, orders, profile
        self.announced: list[dict[str, Any]] = []
        self.truth: list[dict[str, Any]] = []
        self.noise = BEHAVIOURS[self.behaviour][1] * profile.noise * random.uniform(0.6, 1.4)
        normal = self._normal()
        self.cost = normal
        if random.random() < 0.10:
            self._announce()
        if random.random() < 0.45:
            self._plant()
            if random.random() < 0.12:
                self._plant()
        self.cost = np.round(self.cost, 4)

    def _normal(self) -> np.ndarray:
        """Return the cost without anomalies."""
        random, days = self.random, len(self.dates)
        level = float(np.exp(random.normal(np.log(180), 1.1)))
        log = np.log(level) + np.cumsum(random.normal(0, 0.002, days))
        log += random.uniform(-0.05, 0.25) * np.arange(days) / 365
        self.weekend = np.zeros(days)
        return np.maximum(getattr(self, f"_{self.behaviour}")(log), 0.0)

    def _noise(self) -> np.ndarray:
        return self.random.normal(0, self.noise, len(self.dates))

    def _steady(self, log: np.ndarray) -> np.ndarray:
        return np.exp(log + self._noise())

    def _office(self, log: np.ndarray) -> np.ndarray:
        closed = (self.dates.day_of_week >= 5) | is_holiday(self.dates)
        self.weekend = np.where(closed, np.log(self.random.uniform(0.25, 0.65)), 0.0)
        return np.exp(log + self.weekend + self._noise())

    def _traffic(self, log: np.ndarray) -> np.ndarray:
        elasticity = self.random.uniform(0.4, 1.05)
        return np.exp(log + elasticity * np.log(self.orders / self.orders[0]) + self._noise())

    def _batch(self, log: np.ndarray) -> np.ndarray:
        peak = self.dates.day_of_week == self.random.integers(7)
        tails = self.random.standard_t(4, len(self.dates)) * self.noise
        return np.exp(log + peak * self.random.uniform(0.2, 1.0) + tails)

    def _storage(self, log: np.ndarray) -> np.ndarray:
        growth = self.random.uniform(0.0, 0.035) * np.arange(len(self.dates)) / 30
        return np.exp(log + growth + self._noise())

    def _fee(self, log: np.ndarray) -> np.ndarray:
        fee = np.exp(log) * self.random.uniform(0.6, 8)
        fee *= self.random.normal(1, 0.04, len(self.dates))
        return np.exp(log + self._noise()) + np.where(self.dates.day == 1, fee, 0.0)

    def _tiered(self, log: np.ndarray) -> np.ndarray:
        cheap = self.dates.day > self.random.integers(4, 15)
        return np.exp(log + cheap * np.log(self.random.uniform(0.75, 0.92)) + self._noise())

    def _sparse(self, log: np.ndarray) -> np.ndarray:
        active = self.random.random(len(self.dates)) < self.random.uniform(0.08, 0.5)
        return np.where(active, np.exp(log + self._noise()), 0.0)

    def _announce(self) -> None:
        """Change the level for good, as announced."""
        start = int(self.random.integers(WARM_UP, len(self.dates) - 20))
        self.cost = self.cost.copy()
        self.cost[start:] *= self.random.choice([0.6, 0.75, 1.3, 1.5, 1.9])
        day = self.dates[start]
        self.announced.append({"start": day, "end": day, "key": self.name, "kind": "migration"})

    def _plant(self) -> None:
        """Plant an anomaly of at least 15 USD a day after the warm-up, apart from the others."""
        for _ in range(20):
            kinds, before = dict(KINDS), self.cost
            if self.truth or self.announced:
                kinds = {kind: share for kind, share in KINDS.items() if kind != "new_cost"}
            if self.behaviour == "office":
                kinds["missed_saving"] = sum(kinds.values())
            if self.behaviour == "sparse":
                kinds = {"spike": 1.0}
            weights = np.array(list(kinds.values()))
            kind = str(self.random.choice(list(kinds), p=weights / weights.sum()))
            start = int(self.random.integers(WARM_UP, len(before) - 6))
            after, start, end = getattr(self, f"_plant_{kind}")(before.copy(), start)
            excess = after - (before if kind != "new_cost" else 0)
            touched = np.abs(excess[start : end + 1])
            if touched.mean() >= 15 and self._is_apart(start, end):
                self.cost = after
                if kind == "new_cost":
                    self.name = self.name.replace(self.behaviour, "new")
                self._remember(kind, start, end, float(excess[start : end + 1].sum()))
                return

    def _is_apart(self, start: int, end: int) -> bool:
        busy = [(row["start"], row["end"]) for row in self.announced + self.truth]
        first, last = (self.dates[day] for day in (start, end))
        gap = pd.Timedelta(days=45)
        return all(last + gap < begins or ends + gap < first for begins, ends in busy)

    def _remember(self, kind: str, start: int, end: int, excess: float) -> None:
        row = {"key": self.name, "kind": kind, "start": self.dates[start], "end": self.dates[end]}
        self.truth.append({**row, "sign": int(np.sign(excess)), "excess": excess})

    def _grown(self, low: float, high: float) -> float:
        return 1 + self.random.uniform(low, high) * self.profile.size

    def _plant_spike(self, cost: np.ndarray, start: int) -> tuple[np.ndarray, int, int]:
        if self.behaviour == "sparse":
            start = int(np.flatnonzero(cost[:-3])[-1]) if not cost[start:-3].any() else start
            start += int(np.argmax(cost[start:] > 0))
            cost[start] = cost.max() * self._grown(1.5, 5)
            return cost, start, start
        end = min(start + int(self.random.integers(0, 4)), len(cost) - 1)
        most = 2.5 if self.behaviour != "batch" else 4.0
        cost[start : end + 1] *= self._grown(0.45 if most < 3 else 1.2, most)
        return cost, start, end

    def _plant_level_shift(self, cost: np.ndarray, start: int) -> tuple[np.ndarray, int, int]:
        end = min(start + int(self.random.integers(25, 120)), len(cost) - 1)
        up = self.random.random() < 0.8
        least = 0.25 if self.behaviour != "batch" else 0.6
        factor = self._grown(least, 1.1) if up else 2 - self._grown(0.3, 0.6)
        cost[start : end + 1] *= factor
        return cost, start, end

    def _plant_slow_leak(self, cost: np.ndarray, start: int) -> tuple[np.ndarray, int, int]:
        end = min(start + int(self.random.integers(35, 75)), len(cost) - 1)
        rise = np.log(self._grown(0.5, 1.5)) * np.arange(1, end - start + 2) / (end - start + 1)
        cost[start : end + 1] *= np.exp(rise)
        return cost, start, end

    def _plant_vanished_cost(self, cost: np.ndarray, start: int) -> tuple[np.ndarray, int, int]:
        end = min(start + int(self.random.integers(10, 90)), len(cost) - 1)
        cost[start : end + 1] = 0.0
        return cost, start, end

    def _plant_new_cost(self, cost: np.ndarray, start: int) -> tuple[np.ndarray, int, int]:
        """Turn the series into one that isn't there but from start to end."""
        end = min(start + int(self.random.integers(5, 60)), len(cost) - 1)
        new = np.zeros_like(cost)
        level = self.random.uniform(20, 300) * max(self.profile.size, 0.6)
        new[start : end + 1] = level * np.exp(self._noise()[start : end + 1])
        return new, start, end

    def _plant_missed_saving(self, cost: np.ndarray, start: int) -> tuple[np.ndarray, int, int]:
        """Leave everything running over one to three weekends."""
        start = min(start + int((5 - self.dates[start].day_of_week) % 7), len(cost) - 2)
        while self.dates[start].day_of_week != 5:
            start -= 1
        end = min(start + 1 + 7 * int(self.random.integers(0, 3)), len(cost) - 1)
        share = self.profile.size
        cost[start : end + 1] *= np.exp(-share * self.weekend[start : end + 1])
        return cost, start, end
