"""Reading a stream for ever: when it breaks, falls silent or leaves a gap, it is opened anew, and everybody knows."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from terminal.live.local_book import Gap
from terminal.refusals import Refused
from vocabulary import limits
from vocabulary.exit_status import ExitStatus

# The exchange says something every second.
SILENCE_S_MAX = 4 * limits.HEARTBEAT_MS / 1000
PAUSE_S_MIN = 0.25
PAUSE_S_MAX = 5.0
NO_USE_TO_TRY_AGAIN = frozenset({ExitStatus.MALFORMED, ExitStatus.FORBIDDEN, ExitStatus.NOT_FOUND})

T = TypeVar("T")


class LinkState(Enum):
    """How a connection stands."""

    CONNECTING = "connecting"
    LIVE = "live"
    RECONNECTING = "reconnecting"
    ENDED = "ended"


@dataclass(frozen=True)
class Link:
    """How a connection stands, and why if it does not stand well."""

    state: LinkState
    why: str = ""


async def keep_reading(
    opened: Callable[[], AsyncGenerator[T, None]],
    *,
    take: Callable[[T], None],
    report: Callable[[Link], None],
    silence_s_max: float = SILENCE_S_MAX,
) -> None:
    """Read what ``opened`` opens and hand everything to ``take``, which may raise Gap; open it anew when it ends.

    Returns only when the exchange has said that there is no use in trying again.
    """
    pause_s = PAUSE_S_MIN
    while True:
        try:
            async with aclosing(opened()) as stream:
                while True:
                    async with asyncio.timeout(silence_s_max):
                        said = await anext(stream)
                    take(said)
                    pause_s = PAUSE_S_MIN
                    report(Link(LinkState.LIVE))
        except Refused as refused:
            if refused.refusal.status in NO_USE_TO_TRY_AGAIN:
                report(Link(LinkState.ENDED, refused.refusal.detail))
                return
            why = refused.refusal.detail
        except Gap:
            why = "An update was missed."
        except TimeoutError:
            why = "The exchange has fallen silent."
        except StopAsyncIteration:
            why = "The exchange has ended the stream."
        report(Link(LinkState.RECONNECTING, why))
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, PAUSE_S_MAX)
