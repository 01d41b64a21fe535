"""Turn demand into the hourly usage of every meter, planted stories included."""

from fnmatch import fnmatch

import numpy as np
import pandas as pd

from .company import hour_in_month, month_hours, month_start, rng, table
from .demand import hours, level, shape

# Usage comes in steps, so that equal hours cost exactly the same.
STEP = 0.05


def usage(meters: pd.DataFrame, month: str, *, seed: int, without: str = "") -> np.ndarray:
    """Return usage as meters × hours of the month; `without` leaves one story out, `*` all."""
    first = int((month_start(month) - hours()[0]) / pd.Timedelta(hours=1))
    window = slice(first, first + month_hours(month))
    stories = [s for s in _stories() if without not in (s.story, "*")]
    rows = [_meter_usage(meter, month, window, stories, seed) for meter in meters.itertuples()]
    amounts = np.vstack(rows)
    if without not in ("", "*"):
        amounts[_exists_only_by(meters, without)] = 0
    return amounts


def rates(meters: pd.DataFrame, month: str, *, without: str = "") -> np.ndarray:
    """Return the list rate of each meter in a month, after AWS's price cuts."""
    rate = meters["rate"].to_numpy().copy()
    for story in table("story").query("effect == 'price'").itertuples():
        if story.story != without and pd.Timestamp(story.start) <= month_start(month):
            rate[_targets(meters["sku"], story.target)] *= float(story.size)
    return np.round(rate, 12)


def affected(meters: pd.DataFrame, story) -> pd.DataFrame:
    """Return the meters that a story changes."""
    column = "sku" if story.effect == "price" else "name"
    return meters[_targets(meters[column], story.target)]


def _stories() -> list:
    rows = table("story").itertuples()
    return [row for row in rows if row.effect not in ("price", "exists")]


def _targets(names: pd.Series, pattern: str) -> np.ndarray:
    return np.array([fnmatch(name, pattern) for name in names])


def _exists_only_by(meters: pd.DataFrame, story_id: str) -> np.ndarray:
    story = table("story").set_index("story").loc[story_id]
    return _targets(meters["name"], story["target"] if story["effect"] == "exists" else "")


def _meter_usage(meter, month: str, window: slice, stories: list, seed: int) -> np.ndarray:
    """Return one meter's usage in each hour of a month."""
    told = [story for story in stories if fnmatch(meter.name, story.target)]
    if meter.grain == "slot":
        amounts = _running_hours(meter, month, window, told, seed)
    else:
        amounts = _metered(meter, month, window, told, seed)
    return amounts * _alive(meter, month)


def _running_hours(meter, month: str, window: slice, stories: list, seed: int) -> np.ndarray:
    """An instance runs while its group needs at least its number of instances."""
    needed = level(meter.shape, seed)[window] * meter.count
    for story in stories:
        if story.effect == "always_on":
            needed = np.where(_active(story, month), meter.count, needed)
        else:
            needed = needed * _multiplier(story, month)
    return (needed > meter.number + 0.5).astype(float)


def _metered(meter, month: str, window: slice, stories: list, seed: int) -> np.ndarray:
    """Return quantities of a metered price: requests, bytes, stored gigabytes."""
    relative = shape(meter.shape, seed)[window]
    if meter.shape not in ("flat", "growing"):
        noise = rng(seed, "noise", meter.resource_name, meter.sku, month)
        relative = relative * noise.lognormal(0, 0.03, len(relative))
    for story in stories:
        relative = relative * _multiplier(story, month)
    if meter.shape == "night":
        relative = relative * 24 / 5
    return _by_grain(meter, month, relative)


def _by_grain(meter, month: str, relative: np.ndarray) -> np.ndarray:
    """Spread a meter's base over the hours that its price is reported in."""
    hour_count = len(relative)
    base = _uneven_base(meter)
    if meter.grain == "hour":
        return np.round(_stepped(relative, STEP) * base, 6)
    if meter.grain == "month_hourly":
        return np.round(relative * base / hour_count, 10)
    daily = np.zeros(hour_count)
    by_day = relative.reshape(-1, 24)
    if meter.grain == "day":
        daily[::24] = np.round(_stepped(by_day.mean(axis=1), STEP / 5) * base, 6)
    else:
        daily[::24] = np.round(_stepped(by_day.mean(axis=1), 0.004) * base / (hour_count / 24), 8)
    return daily


def _stepped(values: np.ndarray, step: float) -> np.ndarray:
    return np.round(values / step) * step


def _uneven_base(meter) -> float:
    """Bases in the tables are round; real ones are not."""
    uneven = meter.base * (0.93 + 0.14 * rng(0, "base", meter.resource_name, meter.sku).random())
    return float(np.round(uneven, 4 if meter.base < 10_000 else 0))


def _multiplier(story, month: str) -> np.ndarray:
    """Return how a story changes usage in each hour of a month."""
    if story.effect == "ramp":
        return 1 + (float(story.size) - 1) * _progress(story, month)
    factor = float(story.size) if story.effect == "times" else 1.0
    return np.where(_active(story, month), factor, 1.0)


def _progress(story, month: str) -> np.ndarray:
    """A leak grows in a straight line from its start and is fixed at its end."""
    start, end = pd.Timestamp(story.start), pd.Timestamp(story.end)
    moments = month_start(month) + pd.to_timedelta(np.arange(month_hours(month)), unit="h")
    share = np.asarray((moments - start) / (end - start))
    return np.where(share < 1, np.clip(share, 0, 1), 0)


def _active(story, month: str) -> np.ndarray:
    return _between(story.start, story.end, month)


def _alive(meter, month: str) -> np.ndarray:
    return _between(meter.since, meter.until, month)


def _between(start: str, end: str, month: str) -> np.ndarray:
    """Return which hours of a month lie in a period whose ends may be open."""
    hour = np.arange(month_hours(month))
    last = hour_in_month(month, end, empty=month_hours(month))
    return (hour >= hour_in_month(month, start)) & (hour < last)
