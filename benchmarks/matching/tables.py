"""What is wanted of the core, and the figures as tables beside it."""

from typing import Any, NamedTuple

from benchmarks.matching.contest import BOURSE, CORE, ENTRIES, PLAIN, Contest
from benchmarks.matching.streams import MIX, RESTING


class Wanted(NamedTuple):
    """The least ratio that must be reached, and the one to strive for."""

    gate: float
    aim: float | None = None


OF_PURE_PYTHON = {
    ("shallow", CORE): Wanted(7, 12),
    ("deep", CORE): Wanted(10, 18),
    **{(stream, "core_10"): Wanted(2) for stream in ("shallow", "deep")},
    **{(stream, "core_1"): Wanted(0.5) for stream in ("shallow", "deep")},
}
MIX_OF_PLAIN_RATE = Wanted(0.7)
GROWTH_RATIO_MAX = 6.0


def stream_figures(contest: Contest, stream: str) -> dict[str, Any]:
    """A stream, each contender's rate on it, and the ratio of its rate to pure Python's."""
    runs = contest.of_stream(stream)
    rates: dict[str, Any] = {name: run.figures() for name, run in runs.items()}
    for name, rate in rates.items():
        wanted = OF_PURE_PYTHON.get((stream, name))
        rate["of_pure_python"] = rate["per_s"] / rates[PLAIN]["per_s"]
        if wanted:
            rate |= _judged(rate["of_pure_python"], wanted)
    return {
        "stream": contest.facts[stream],
        "rates": rates,
        "fills_compared": contest.facts[stream]["fills"],
        "bourse_fills_differing": contest.bourse_fills_differing[stream],
    }


def mix_figures(contest: Contest) -> dict[str, Any]:
    """The mix, the core's rate on it, and the ratio of that to its rate on the shallow stream."""
    rate: dict[str, Any] = contest.of_stream(MIX)[CORE].figures()
    plain_rate = contest.of_stream("shallow")[CORE].figures()["per_s"]
    rate["of_plain_rate"] = rate["per_s"] / plain_rate
    return {"stream": contest.facts[MIX], "rate": rate | _judged(rate["of_plain_rate"], MIX_OF_PLAIN_RATE)}


def growth_figures(contest: Contest) -> dict[str, Any]:
    """Nanoseconds a command by the number of orders at rest, and the ratio of the most to the fewest."""
    runs = {count: contest.of_stream(stream)[CORE] for stream, count in RESTING.items()}
    ns = {count: 1e9 / run.figures()["per_s"] for count, run in runs.items()}
    ratio = ns[max(ns)] / ns[min(ns)]
    return {"ns_per_command": ns, "ratio": ratio, "ratio_max": GROWTH_RATIO_MAX, "reached": ratio <= GROWTH_RATIO_MAX}


def show_stream(name: str, figures: dict[str, Any]) -> None:
    """Print a stream's table."""
    stream = figures["stream"]
    print(
        f"\n{name}: {stream['commands']:,} commands; {stream['fills']:,} fills, the same of core and pure Python; "
        f"leaves {stream['orders_left']:,} orders on {stream['levels_left']:,} levels"
    )
    print(f"  {'':<28}{'commands/s':>12}{'min':>12}{'max':>12}{'of Python':>11}")
    for entry, rate in figures["rates"].items():
        print(
            f"  {ENTRIES[entry].title:<28}{rate['per_s']:>12,.0f}{rate['per_s_min']:>12,.0f}{rate['per_s_max']:>12,.0f}"
            f"{rate['of_pure_python']:>10.2f}x{_verdict(rate)}"
        )
    bourse = figures["rates"][BOURSE]
    print(
        f"  bourse: the first {bourse['commands']:,} commands; {figures['bourse_fills_differing']:,} fills unlike ours"
    )


def show_mix(figures: dict[str, Any]) -> None:
    """Print the mix's table."""
    stream, rate = figures["stream"], figures["rate"]
    paths = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in stream["paths"].items())
    print(f"\nmix: {stream['commands']:,} commands as in shallow, but {paths}")
    print(f"  {'':<28}{'commands/s':>12}{'min':>12}{'max':>12}{'of shallow':>11}")
    print(
        f"  {ENTRIES[CORE].title:<28}{rate['per_s']:>12,.0f}{rate['per_s_min']:>12,.0f}{rate['per_s_max']:>12,.0f}"
        f"{rate['of_plain_rate']:>10.2f}x{_verdict(rate)}"
    )


def show_growth(figures: dict[str, Any]) -> None:
    """Print what a command costs in larger and larger books."""
    print("\ngrowth: a command among so many orders at rest")
    for count, ns in figures["ns_per_command"].items():
        print(f"  {f'{count:,} orders':<28}{ns:>9,.0f} ns")
    verdict = "reached" if figures["reached"] else "not reached"
    print(f"  {'most / fewest':<28}{figures['ratio']:>11.2f}x   at most {figures['ratio_max']:g}x: {verdict}")


def show_start(figures: dict[str, Any]) -> None:
    """Print how long the core takes to be ready."""
    print("\nstart: a fresh process, wall and CPU seconds")
    for title, kind in (("compiled anew", "cold"), ("first command, from cache", "warm")):
        verdict = "reached" if figures[f"{kind}_reached"] else "not reached"
        print(
            f"  {title:<28}{figures[f'{kind}_wall_s']:>10.2f} s{figures[f'{kind}_cpu_s']:>10.2f} s"
            f"   at most {figures[f'{kind}_wall_s_max']:g} s: {verdict}"
        )


def _judged(ratio: float, wanted: Wanted) -> dict[str, Any]:
    judged: dict[str, Any] = {"gate": wanted.gate, "gate_reached": ratio >= wanted.gate}
    if wanted.aim:
        judged |= {"aim": wanted.aim, "aim_reached": ratio >= wanted.aim}
    return judged


def _verdict(rate: dict[str, Any]) -> str:
    parts = [
        f"{word} {rate[word]:g}x: {'reached' if rate[f'{word}_reached'] else 'not reached'}"
        for word in ("gate", "aim")
        if word in rate
    ]
    return "   " + ", ".join(parts) if parts else ""
