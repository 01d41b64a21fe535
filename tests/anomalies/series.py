"""Daily series to judge: noise around a level, with what a test plants in it."""

import numpy as np
import pandas as pd

DAYS = pd.date_range("2026-03-01", periods=200)


def at(text):
    return DAYS.get_loc(pd.Timestamp(text))


def noisy(level=1000.0, seed=1, noise=0.01):
    return level * np.exp(np.random.default_rng(seed).normal(0, noise, len(DAYS)))


def daily(cost, key="search / EC2"):
    return pd.DataFrame({"date": DAYS[: len(cost)], "key": key, "cost": cost})


def event(start, end, kind, key="*"):
    rows = {"start": [start], "end": [end], "key": [key], "kind": [kind]}
    return pd.DataFrame(rows)


def orders_with_surge(first, last, lift):
    orders = noisy(3e6, seed=9, noise=0.03)
    orders[first : last + 1] *= lift
    return orders


def drivers(orders):
    return pd.DataFrame({"date": DAYS[: len(orders)], "orders": orders})
