"""The three lines of every method: what it reads, what it does, what it says; and who may call it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc import StatusCode

from grpc_api.refusals import Refusal, Refused
from vocabulary import limits

LAST_WRITE_S_MAX = 1
SLOW_CONSUMER = Refusal(StatusCode.RESOURCE_EXHAUSTED, "slow_consumer", "Messages were not read as fast as they came.")


class Access(Enum):
    """Who may call a method."""

    EVERYBODY = "everybody"
    TRADERS = "traders"
    OPERATORS = "operators"
    STAFF = "staff"


@dataclass(frozen=True)
class Unary:
    """One request, one reply."""

    name: str
    access: Access
    reads: Callable[[bytes], Any]
    does: Callable[[Any], Awaitable[Any]]
    says: Callable[[Any], Message]

    def handler(self) -> Any:
        """The method as the library takes it, from bytes to bytes."""
        return grpc.unary_unary_rpc_method_handler(self._answer)

    async def _answer(self, data: bytes, context: Any) -> bytes:
        return self.says(await self.does(self.reads(data))).SerializeToString()


@dataclass(frozen=True)
class Stream:
    """One request, then replies until the client leaves or cannot keep up."""

    name: str
    access: Access
    reads: Callable[[bytes], Any]
    does: Callable[[Any], AsyncIterator[Any]]
    says: Callable[[Any], Message]

    def handler(self) -> Any:
        """The method as the library takes it, from bytes to bytes."""
        return grpc.unary_stream_rpc_method_handler(self._answer)

    async def _answer(self, data: bytes, context: Any) -> None:
        async with aclosing(self.does(self.reads(data))) as replies:  # type: ignore[type-var]
            async for reply in replies:
                await _write(context, self.says(reply).SerializeToString())


@dataclass(frozen=True)
class Conversation:
    """Requests and replies over one stream, until the client has nothing more to ask."""

    name: str
    access: Access
    reads: Callable[[bytes], Any]
    does: Callable[[AsyncIterator[Any], Callable[[Any], Awaitable[None]]], Awaitable[None]]
    says: Callable[[Any], Message]

    def handler(self) -> Any:
        """The method as the library takes it, from bytes to bytes."""
        return grpc.stream_stream_rpc_method_handler(self._answer)

    async def _answer(self, requests: AsyncIterator[bytes], context: Any) -> None:
        one_at_a_time = asyncio.Lock()

        async def say(reply: Any) -> None:
            async with one_at_a_time:
                await _write(context, self.says(reply).SerializeToString())

        await self.does((self.reads(data) async for data in requests), say)


@dataclass(frozen=True)
class Service:
    """A service of the protocol: its full name and its methods."""

    full_name: str
    methods: tuple[Unary | Stream | Conversation, ...]

    def accesses(self) -> dict[str, Access]:
        """Who may call what, by the method's full name."""
        return {f"/{self.full_name}/{method.name}": method.access for method in self.methods}

    def handler(self) -> Any:
        """The service as the library takes it."""
        handlers: Mapping[str, Any] = {method.name: method.handler() for method in self.methods}
        return grpc.method_handlers_generic_handler(self.full_name, handlers)


def accesses_of(services: Iterable[Service]) -> dict[str, Access]:
    """Who may call what of these services."""
    return {name: access for service in services for name, access in service.accesses().items()}


async def _write(context: Any, data: bytes) -> None:
    """Hand a reply over, waiting while the client's window is full; not for ever.

    Whoever ends the stream meanwhile waits for the write, too: no status can follow one that was broken off.
    """
    writing: asyncio.Future[None] = asyncio.ensure_future(context.write(data))
    writing.add_done_callback(_notice)
    try:
        await asyncio.wait({writing}, timeout=limits.GRPC_STALL_S_MAX)
    except asyncio.CancelledError:
        await asyncio.wait({writing}, timeout=LAST_WRITE_S_MAX)
        raise
    if not writing.done():
        raise Refused(SLOW_CONSUMER)
    writing.result()


def _notice(writing: "asyncio.Future[None]") -> None:
    """Look at how a write ended, for whoever has stopped waiting for it: the client may be gone."""
    if not writing.cancelled():
        writing.exception()
