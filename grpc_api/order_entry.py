"""A stream of orders: many requests at once, each answered as a call of its own would be, as soon as it is done.

Orders go to the same place as those of single calls, where whatever comes together shares a commit, and so do changes
and cancels. Those of one kind keep their order; whatever asks for something else waits for all that the stream has sent
before it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from uuid import uuid4

import structlog
from grpc import StatusCode

from grpc_api import budgets, gathered, refusals
from grpc_api.callers import actor, caller, caller_address
from grpc_api.malformed import MalformedRequest
from grpc_api.promises import Promises
from grpc_api.translator.entry_words import Act, Answered, Asked, OrderToCancel, Promise, SignOfLife
from market.gathering import UnderWay
from market.records import OrderRecord, OrderTicket, Receipt, ReplaceTicket
from vocabulary import limits

SHARE_COMMITS = (OrderTicket, ReplaceTicket, OrderToCancel)

Say = Callable[[Answered], Awaitable[None]]


async def converse(requests: AsyncIterator[Asked], say: Say) -> None:
    """Follow the requests until the client ends them. Ends with Unauthenticated when its key is not good any more."""
    desk = _Desk(say)
    watch = asyncio.create_task(desk.end_when_unwelcome(asyncio.current_task()))
    is_orderly = False
    try:
        async for asked in requests:
            await desk.take(asked)
        await desk.settle()
        is_orderly = True
    except asyncio.CancelledError:
        if desk.reason is None:
            raise
        raise desk.reason from None
    finally:
        watch.cancel()
        await desk.leave(is_orderly=is_orderly)


class _Desk:
    """What one stream has asked for and not been told yet."""

    def __init__(self, say: Say) -> None:
        self.reason: Exception | None = None
        """Why the stream is ended by the exchange, once it is."""
        self._say = say
        self._under_way = UnderWay()
        self._promises = Promises()
        self._in_turn = asyncio.Lock()
        """Held while a promise is renewed, so that what was sent later does not go on before."""

    async def take(self, asked: Asked) -> None:
        """Begin with a request, once there is room for it."""
        kind = type(asked.act)
        if kind in SHARE_COMMITS:
            await self._under_way.begin(partial(self._answer, asked), kind=kind)
        else:
            await self.settle()
            await self._answer(asked)

    async def settle(self) -> None:
        """Wait until everything so far is answered."""
        await self._under_way.settle()

    async def leave(self, *, is_orderly: bool) -> None:
        """Let what has begun come to its end, so that none of it outlives the promises that it depends on."""
        await self._under_way.finish()
        await self._promises.end(cancels=not is_orderly)

    async def end_when_unwelcome(self, stream: "asyncio.Task[None] | None") -> None:
        """End the stream once its key is revoked or its holder shut out."""
        assert stream is not None, "a call is a task"
        while True:
            await asyncio.sleep(limits.STREAM_CHECKED_EVERY_S)
            try:
                await caller().check_again()
            except Exception as error:
                if refusals.refusal_of(error).status is StatusCode.UNAVAILABLE:
                    continue  # nothing can be done meanwhile, by whomever
                self.reason = error
                stream.cancel()
                return

    async def _answer(self, asked: Asked) -> None:
        structlog.contextvars.bind_contextvars(request_id=str(uuid4()))
        try:
            async with self._in_turn:
                await self._promises.heard()
            answer = Answered(
                asked.request_id, await self._follow(asked.act), is_change=isinstance(asked.act, ReplaceTicket)
            )
        except Exception as error:
            answer = Answered(asked.request_id, refusals.refusal_of(error))
        await self._say(answer)

    async def _follow(self, act: Act | MalformedRequest) -> Receipt | OrderRecord | Promise | SignOfLife:
        await _charge(act)
        match act:
            case OrderTicket():
                return refusals.accepted(await gathered.orders.place(act, actor=actor()))
            case ReplaceTicket():
                return refusals.accepted(await gathered.orders.replace(act, actor=actor()))
            case OrderToCancel():
                return await gathered.orders.cancel(act.named, actor=actor())
            case Promise():
                await self._promises.make(act.account, timeout_s=act.timeout_s, actor=actor())
                return act
            case SignOfLife():
                return act
        raise act


async def _charge(act: Act | MalformedRequest) -> None:
    """Take what a request costs; a sign of life, and what cannot be read, costs nothing."""
    match act:
        case OrderTicket() | ReplaceTicket():
            cost = budgets.TRADING
        case OrderToCancel() | Promise():
            cost = budgets.CANCELING
        case _:
            return
    await budgets.charge(cost, actor=actor(), address=caller_address())
