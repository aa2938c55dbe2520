"""The gate that every call comes through: known methods only, known callers where needed, a time limit, one ending."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

import grpc
import structlog
from grpc import StatusCode

from grpc_api import budgets, callers, costs, metrics, refusals
from grpc_api.methods import Access
from grpc_api.refusals import Refusal, Refused
from vocabulary import limits
from vocabulary.roles import Role

PARTING_S_MAX = 2

Behaviour = Callable[[Any, Any], Awaitable[Any]]

OUT_OF_TIME = Refusal(
    StatusCode.DEADLINE_EXCEEDED,
    "outcome_unknown",
    f"The call took longer than {limits.GRPC_DEADLINE_S_MAX} s. Ask again, an order with the same cl_ord_id.",
)
GOING_DOWN = Refusal(StatusCode.UNAVAILABLE, "unavailable", "The server is going down. Connect again.")


class Gate(grpc.aio.ServerInterceptor):
    """Lets through what ``accesses`` names and nothing else, and turns whatever goes wrong into a status."""

    def __init__(self, accesses: Mapping[str, Access], *, library: frozenset[str] = frozenset()) -> None:
        """``library`` names the methods that the library answers by itself, open to everybody."""
        self._accesses = accesses
        self._library = library
        self._streams: set[asyncio.Task[Any]] = set()
        self._closing = asyncio.Event()

    async def intercept_service(self, continuation: Callable[[Any], Awaitable[Any]], call: Any) -> Any:
        """The handler of a call. None, which the client reads as UNIMPLEMENTED, without an entry in the map."""
        if call.method in self._library:
            return await continuation(call)
        access = self._accesses.get(call.method)
        handler = None if access is None else await continuation(call)
        if handler is None:
            return None
        assert access is not None, "a method without an entry has no handler"
        if handler.request_streaming:
            answer = self._answering_stream(handler.stream_stream, name=call.method, access=access)
            return grpc.stream_stream_rpc_method_handler(answer)
        if handler.response_streaming:
            answer = self._answering_stream(handler.unary_stream, name=call.method, access=access)
            return grpc.unary_stream_rpc_method_handler(answer)
        answer = self._answering(_in_time(handler.unary_unary), name=call.method, access=access)
        return grpc.unary_unary_rpc_method_handler(answer)

    def close_streams(self) -> None:
        """End every stream, now and from now on: a client that reads on has to connect elsewhere."""
        self._closing.set()
        for task in self._streams:
            task.cancel()

    def _answering(self, behaviour: Behaviour, *, name: str, access: Access) -> Behaviour:
        async def answer(data: Any, context: Any) -> Any:
            structlog.contextvars.bind_contextvars(request_id=str(uuid4()), method=name)
            try:
                await _admit(context, data=data, name=name, access=access)
                reply = await behaviour(data, context)
            except Exception as error:
                refusal = refusals.refusal_of(error)
                metrics.CALLS.labels(name, refusal.status.name).inc()
                await _part(context, refusal)
            else:
                metrics.CALLS.labels(name, StatusCode.OK.name).inc()
                return reply

        return answer

    def _answering_stream(self, behaviour: Behaviour, *, name: str, access: Access) -> Behaviour:
        async def stream(data: Any, context: Any) -> None:
            task = asyncio.current_task()
            assert task is not None, "a call is a task"
            if self._closing.is_set():
                raise Refused(GOING_DOWN)
            self._streams.add(task)
            try:
                await behaviour(data, context)
            except asyncio.CancelledError:
                if not self._closing.is_set():
                    raise
                task.uncancel()
                raise Refused(GOING_DOWN) from None
            finally:
                self._streams.discard(task)

        return self._answering(stream, name=name, access=access)


def _in_time(behaviour: Behaviour) -> Behaviour:
    async def in_time(data: Any, context: Any) -> Any:
        try:
            async with asyncio.timeout(limits.GRPC_DEADLINE_S_MAX) as cap:
                return await behaviour(data, context)
        except TimeoutError:
            if not cap.expired():
                raise
            raise Refused(OUT_OF_TIME) from None

    return in_time


async def _admit(context: Any, *, data: Any, name: str, access: Access) -> None:
    callers.note_address(context)
    cost = costs.cost_of(name, access=access)
    if access is Access.EVERYBODY:
        await budgets.charge(cost, actor=None, address=callers.caller_address())
        return
    caller = await callers.identify(context, method=name, data=data)
    if access is Access.OPERATORS and not caller.actor.role.may_operate:
        raise Refused(refusals.not_permitted("Only an operator may do this."))
    if access is Access.STAFF and caller.actor.role is not Role.STAFF:
        raise Refused(refusals.not_permitted("Only staff may do this."))
    await budgets.charge(cost, actor=caller.actor, address=callers.caller_address())


async def _part(context: Any, refusal: Refusal) -> None:
    """Tell the client, who may have stopped listening: a status waits behind what was not read."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PARTING_S_MAX):
            await refusals.tell(context, refusal)
