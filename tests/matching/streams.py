"""Streams of commands for comparing books: well-formed, malformed and hostile."""

import os

import numpy as np
from hypothesis import strategies as st

from matching import COMMAND, NO_PRICE
from vocabulary.limits import ORDER_QTY_LOTS_MAX

IS_NIGHTLY = os.environ.get("MARKETOPS_NIGHTLY") == "1"
EXAMPLES = 3_000 if IS_NIGHTLY else 400

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

LADDERS = st.sampled_from(
    [(1, 1), (5, 3), (1, 12), (1000, 64), (1000, 65), (7, 300), (1, 9000), (2**31 - 2**20, 2**20)]
)


@st.composite
def command_rows(draw: st.DrawFn, *, base_ticks: int, levels: int) -> tuple[int, ...]:
    """One command: mostly a sensible one around a few prices and ids, at times anything at all."""
    kind = draw(st.sampled_from([1, 1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 5, 0, 6, -1]))
    spots = sorted({0, 1, 2, 3, levels // 2, levels // 2 + 1, levels - 2, levels - 1})
    price = base_ticks + draw(st.sampled_from(spots))
    return (
        kind,
        draw(st.sampled_from([1, 1, 1, 1, 2, 2, 2, 2, 0, 3])),
        draw(st.sampled_from([2, 2, 2, 2, 2, 1, 1, 0, 3])),
        draw(st.sampled_from([0, 0, 1, 1, 1, 3, 4, 2, 5])),
        draw(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 0, -1, INT64_MAX, INT64_MIN])),
        draw(st.sampled_from([1, 1, 1, 1, 2])),
        draw(st.sampled_from([price] * 8 + [NO_PRICE, 0, base_ticks - 1, base_ticks + levels, INT64_MIN, INT64_MAX])),
        draw(
            st.sampled_from(
                [1, 2, 3, 5, 10, 1, 2, 3, 5, 10, 0, -1, ORDER_QTY_LOTS_MAX, ORDER_QTY_LOTS_MAX + 1, INT64_MIN]
            )
        ),
        0,
    )


@st.composite
def streams(draw: st.DrawFn, *, length_max: int = 60) -> tuple[tuple[int, int], np.ndarray]:
    """A ladder, as its base and number of levels, and a stream of commands for it."""
    ladder = draw(LADDERS)
    rows = draw(st.lists(command_rows(base_ticks=ladder[0], levels=ladder[1]), max_size=length_max))
    return ladder, np.array(rows, dtype=COMMAND)


def busy_stream(*, seed: int, length: int, base_ticks: int, levels: int, spread: int) -> np.ndarray:
    """A long stream around the middle of a ladder, with about one command in twenty malformed or refused."""
    random = np.random.default_rng(seed)
    commands = np.zeros(length, dtype=COMMAND)
    middle = base_ticks + levels // 2
    commands["kind"] = random.choice([1, 2, 3, 4, 5, 9], p=[0.62, 0.22, 0.145, 0.002, 0.012, 0.001], size=length)
    commands["side"] = random.choice([1, 2, 0], p=[0.499, 0.499, 0.002], size=length)
    commands["ord_type"] = random.choice([2, 1, 7], p=[0.93, 0.068, 0.002], size=length)
    commands["time_in_force"] = random.choice([0, 1, 3, 4, 2], p=[0.4, 0.4, 0.12, 0.078, 0.002], size=length)
    commands["order_id"] = random.integers(1, 400, size=length) * 1_000_003
    commands["account_id"] = commands["order_id"] % 7 + (random.random(length) < 0.02)
    toward = np.where(commands["side"] == 1, -1, 1)
    commands["price_ticks"] = middle + toward * random.integers(-spread // 4, spread, size=length)
    commands["price_ticks"][random.random(length) < 0.03] = NO_PRICE
    commands["order_qty_lots"] = random.integers(0, 60, size=length)
    return commands
