"""The figures of the order path, for people."""

from typing import Any

from benchmarks.histogram import PERCENTILES

Figures = dict[str, Any]
WIDTH = 40
IN_BULK = {
    "placing": "place",
    "draining": "drain",
    "floor": "floor",
    "own CPU": "own_cpu",
    "CPU with the backend": "computed",
    "the floor's": "floor_computed",
}


def show_bulk(figures: Figures, *, title: str) -> None:
    """A rate beside its floor."""
    print(f"{title}: {figures['rounds']} rounds of {figures['orders_per_round']:,} orders, medians")
    _line("service", f"{figures['service_orders_per_s']:,.0f} orders/s")
    _line("floor, bare writes", f"{figures['floor_orders_per_s']:,.0f} orders/s")
    _line("service / floor", f"{figures['of_floor']:.1%}")
    _line("the same of what is computed", f"{figures['computed_of_floor']:.1%}")
    for name, key in IN_BULK.items():
        _line(f"{name}, per 1,000 orders", f"{figures[key + '_ms_per_1000']:.1f} ms")
    _line("settlement, per trade", f"{figures['settlement_us_per_trade']:.1f} us")
    _line("rows, per order (floor)", f"{figures['rows_per_order']:.2f} ({figures['floor_rows_per_order']:.2f})")
    wal, bare_wal = (figures[f"{name}wal_bytes_per_order"] for name in ("", "floor_"))
    _line("write-ahead log, per order (floor)", f"{wal:,.0f} bytes ({bare_wal:,.0f})")
    _goal(f"{figures['goal_of_floor']:.0%} of the floor, {figures['goal_orders_per_s']:,} orders/s", figures)


def show_quiet(figures: Figures) -> None:
    """Latencies beside the parts of their floor."""
    _percentiles(f"Quiet: {figures['requests']} requests, one at a time, milliseconds", figures["milliseconds"])
    _line("of the floor, at p50", f"{figures['times_floor']:.2f} times")
    _line("p99 of p50", f"{figures['p99_times_median']:.2f} times")
    _goal(f"{figures['goal_times_floor']} times the floor, {figures['goal_p99_times_median']:.0f} times p50", figures)


def show_load(figures: Figures) -> None:
    """Latencies beside others' orders."""
    title = f"Under {figures['load_orders_per_s']:,.0f} orders/s: {figures['orders']} orders when due, milliseconds"
    _percentiles(title, {"REST, one order until filled": figures["milliseconds"]})
    _answers(figures["flood"])
    _goal(f"p99 {figures['goal_p99_ms']:.0f} ms", figures)


def show_halts(figures: Figures) -> None:
    """Halts under a flood."""
    _percentiles(f"Halts under a flood: {figures['halts']}, milliseconds", {"until answered": figures["milliseconds"]})
    _line("trades after a halt", str(figures["trades_after_a_halt"]))
    _answers(figures["flood"])
    _goal(f"{figures['goal_ms']:.0f} ms, no trade", figures)


def show_overload(figures: Figures) -> None:
    """A flood and what came through it."""
    title = f"A flood for {figures['seconds']:.0f} s, milliseconds"
    _percentiles(title, {"cancel, until acknowledged": figures["cancel_milliseconds"]})
    _line("offered", f"{figures['offered_per_s']:,.0f} orders/s, {figures['times']:.1f} times what is matched")
    refused = figures["refused_by_rest"]
    _line("429 by REST (with Retry-After)", f"{refused['refused']} ({refused['with_retry_after']})")
    _line("until the inbox is empty", f"{figures['recovery_s']:.1f} s")
    _answers(figures["flood"])
    goals = f"cancels {figures['goal_cancel_p99_ms']:.0f} ms, empty in {figures['goal_recovery_s']:.0f} s, 429 told"
    _goal(f"{figures['goal_times']} times; {goals}", figures)


def show_growth(figures: Figures) -> None:
    """The ends of a long run."""
    print(f"{figures['orders']:,} orders")
    for end in ("first", "last"):
        _line(f"the {end} {figures['compared_orders']:,}", f"{figures[f'{end}_orders_per_s']:,.0f} orders/s")
    for when in ("first", "last", "audited"):
        _line(f"a single order, {when}, p50", f"{figures[f'single_order_{when}_ms']['p50']:.2f} ms")
    _line("last / first", f"{figures['times_first']:.2f} times")
    _line("beside an audit / first", f"{figures['audited_times_first']:.2f} times")
    _line("memory", " ".join(f"{megabytes:.0f}" for megabytes in figures["memory_mb"].values()) + " MB")
    _goal(f"{figures['goal_times_first']} times", figures)


def show_large_book(figures: Figures) -> None:
    """A book with very many orders, restored and emptied."""
    title = f"A book of {figures['resting']:,} orders, milliseconds"
    _percentiles(title, {"restored": figures["restore_milliseconds"]})
    _line("all canceled by one command", f"{figures['canceled_s']:.2f} s")
    _goal(f"restored in {figures['goal_restore_s']:.0f} s, canceled in {figures['goal_cancel_s']} s", figures)


def show_endurance(figures: Figures) -> None:
    """Memory over a long time."""
    print(f"{figures['minutes']} minutes at a steady pace, {figures['orders']:,} orders")
    _line("memory", " ".join(f"{megabytes:.0f}" for megabytes in figures["memory_mb"][::10]) + " MB")
    _line("its slope", f"{figures['mb_an_hour']:.1f} MB an hour")
    _goal(f"{figures['goal_mb_an_hour']:.0f} MB an hour", figures)


def _percentiles(title: str, rows: dict[str, dict[str, float]]) -> None:
    print(f"{title}\n  {'':<{WIDTH}}" + "".join(f"{name:>10}" for name in PERCENTILES))
    for name, of_name in rows.items():
        print(f"  {name:<{WIDTH}}" + "".join(f"{of_name[percentile]:>10.2f}" for percentile in PERCENTILES))


def _answers(flood: dict[str, int]) -> None:
    _line("the flood was answered", ", ".join(f"{code} {count:,}" for code, count in flood.items()))


def _line(name: str, text: str) -> None:
    print(f"  {name:<{WIDTH}}{text:>22}")


def _goal(text: str, figures: Figures) -> None:
    _line("goal", f"{text}   {'met' if figures['goal_met'] else 'MISSED'}")
    print(flush=True)
