"""Go through the days in the order in which their bills arrive, and raise alerts.

Nothing here looks at a day that has not arrived: what is found does not change when more days come.
"""

import numpy as np

from finops.anomalies.activity import Activity
from finops.anomalies.alerts import DOWN, UP, Alert, Alerts, Sign, Test
from finops.anomalies.expected import LEAST_SIGMA, Expected
from finops.anomalies.trends import Trends
from finops.daily.baseline import SMALL, log_cost
from finops.daily.calendar import Calendar
from finops.daily.grid import Floats, Mask

__all__ = ["DAY_SCORE", "FIRST_FIT", "REFIT_DAYS", "Scan"]

REFIT_DAYS, FIRST_FIT = 7, 21
DAY_SCORE = 6.5
_DAY_MONEY, _LEAST_SHARE = 5.0, 0.06
_CONFIRM_DAYS = 2
_WEEK_QUIET, _DRIFT_QUIET = 28, 70
_RETURN_SIGMAS = 3.0


class Scan:
    """One pass over keys that wait the same number of days until a day is complete.

    `known[lag]` is the cost known `lag + 1` days after each day. A day is judged in both directions
    once it is complete, `wait` days after it was first seen; before that only for what is already
    too much, because cost only grows as it arrives. A fall is told when it has lasted, two days
    after it was first seen at the earliest: by then a day that had not arrived whole has.
    """

    def __init__(self, known: list[Floats], wait: int, here: Mask, calendar: Calendar) -> None:
        self._known, self._wait, self._here, self._calendar = known, wait, here, calendar
        self._cost = known[min(wait, len(known) - 1)]
        self._expected = Expected(self._cost, here, calendar)
        self._activity = Activity(self._cost)
        self._trends = Trends(self._expected)
        self._alerts = Alerts(self._cost.shape[1])
        self._low = np.zeros(self._cost.shape)

    def run(self) -> tuple[list[Alert], Floats]:
        """Return the alerts in the order in which they were raised, and the fees of each day."""
        for today in range(len(self._cost)):
            complete = today - self._wait
            if complete >= FIRST_FIT and complete % REFIT_DAYS == 0:
                self._expected.refit(complete)
                self._trends.refit(complete)
            for day in range(today, max(complete, 0), -1):
                self._judge_early(day, today)
            if complete >= 0:
                self._judge(complete, today)
        return self._alerts.raised, self._expected.fees

    def _judge_early(self, day: int, today: int) -> None:
        cost = self._known[today - day][day]
        score, high = self._score(day, cost)
        found = self._is_high(day, cost, score, high)
        self._raise(found, UP, day, today, score, log_cost(cost))
        self._raise_amounts(day, today, cost)

    def _judge(self, day: int, today: int) -> None:
        """Judge a complete day, then take it into memory."""
        expected, cost = self._expected, self._cost[day]
        if self._calendar.planned[day].any():
            expected.forget(self._calendar.planned[day], day)
            self._trends.forget(self._calendar.planned[day], day)
        self._activity.follow(day)
        expected.settle(day)
        score, high = self._score(day, cost)
        found = self._is_high(day, cost, score, high)
        self._raise(found, UP, day, today, score, expected.logs[day])
        fallen = self._is_low(day, cost, score)
        self._raise_falls(day, today, np.where(fallen, score, 0.0))
        self._raise_by_activity(day, today)
        expected.remember(day, found | fallen)
        self._raise_by_trend(day, today)

    def _score(self, day: int, cost: Floats) -> tuple[Floats, Floats]:
        """Return by how many standard deviations log cost leaves its bounds, and the upper one."""
        logs = log_cost(cost)
        low, high = self._expected.bounds(day)
        away = np.where(logs > high, logs - high, np.where(logs < low, logs - low, 0.0))
        return np.nan_to_num(away / self._expected.width(day)), high

    def _is_high(self, day: int, cost: Floats, score: Floats, high: Floats) -> Mask:
        usual = np.exp(high) - SMALL
        found = score > DAY_SCORE
        found &= cost - usual >= np.fmax(_DAY_MONEY, _LEAST_SHARE * usual)
        if not self._calendar.has_drivers[day]:
            # Nobody can tell what a promotion does without knowing the orders.
            found &= ~self._calendar.promotion[day]
        return found & self._can_judge(day)

    def _is_low(self, day: int, cost: Floats, score: Floats) -> Mask:
        usual = np.exp(self._expected.level + self._expected.season(day)) - SMALL
        found = (score < -DAY_SCORE) & (usual - cost >= np.fmax(_DAY_MONEY, _LEAST_SHARE * usual))
        return found & self._can_judge(day)

    def _can_judge(self, day: int) -> Mask:
        if not self._here[day]:
            return np.zeros(self._cost.shape[1], dtype=bool)
        young = self._activity.young(day)
        can: Mask = self._activity.dense & ~young & ~self._calendar.muted[day]
        return can

    def _raise_falls(self, day: int, today: int, score: Floats) -> None:
        self._low[day] = score
        first = day - max(1, _CONFIRM_DAYS - self._wait)
        if first >= 0:
            found: Mask = np.all(self._low[first : day + 1] < 0, axis=0)
            logs = self._expected.logs[day]
            self._raise(found, DOWN, first, today, self._low[first], logs, of=day)

    def _raise(
        self,
        found: Mask,
        sign: Sign,
        start: int,
        today: int,
        score: Floats,
        logs: Floats,
        of: int | None = None,
    ) -> None:
        now = logs - self._expected.season(start if of is None else of)
        level = self._expected.level
        self._alert(found, sign, "day", start, today, score, level, now)

    def _raise_by_activity(self, day: int, today: int) -> None:
        keys, score = self._activity.new(day, self._calendar.muted)
        self._alerts.raise_new(keys, self._activity.born, today, score)
        self._raise_amounts(day, today, self._cost[day])

    def _raise_amounts(self, day: int, today: int, cost: Floats) -> None:
        found, score, level = self._activity.unusual_amounts(day, cost)
        found &= ~self._calendar.muted[day] & self._here[day]
        self._alert(found, UP, "sparse", day, today, score, level, np.full(len(level), np.nan))

    def _raise_by_trend(self, day: int, today: int) -> None:
        can = self._can_judge(day)
        self._trends.follow(day)
        found, score, level = self._trends.week(day)
        for sign in (UP, DOWN):
            which = found & can & (np.sign(score) == sign)
            which &= self._alerts.quiet(sign, day, _WEEK_QUIET)
            self._alert(which, sign, "week", day, today, score, level, self._trends.now[day])
        found, score, level = self._trends.drift(day)
        for sign in (UP, DOWN):
            found &= self._alerts.quiet(sign, day, _DRIFT_QUIET)
        self._alert(found & can, UP, "drift", day, today, score, level, self._trends.now[day])

    def _alert(
        self,
        found: Mask,
        sign: Sign,
        test: Test,
        start: int,
        today: int,
        score: Floats,
        level: Floats,
        now: Floats,
    ) -> None:
        self._alerts.raise_for(
            found,
            sign,
            test,
            start=start,
            day=today,
            score=score,
            level=level,
            now=now,
            effects=self._expected.effects.coefficients,
            tolerance=_RETURN_SIGMAS * np.nan_to_num(self._expected.sigma, nan=LEAST_SIGMA),
        )
