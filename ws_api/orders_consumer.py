"""The orders socket: a participant signs in, trades, and hears what happens to their orders, positions and money."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import partial
from typing import Any

from access.errors import SignatureRefused
from access.records import Actor
from market.errors import MarketError, Rejected, Throttled, Unavailable
from market.records import OrderRecord, Receipt
from market.selectors import accounts
from market.services import orders
from vocabulary import limits
from ws_api import budgets, callers, gathered, order_answers, order_requests, promises
from ws_api.callers import ApiKey, Credential, SignedHandshake
from ws_api.closing import CloseCode, Ending
from ws_api.database import in_database
from ws_api.fields import Field, pattern, read_fields
from ws_api.order_answers import Answer
from ws_api.private_stream import PrivateStream
from ws_api.promises import Promises
from ws_api.requests import BadRequest, op_in
from ws_api.sockets import Socket
from ws_api.turns import Turns

API_KEY = {"api_key": Field(pattern("[\x21-\x7e]{1,200}"), is_required=True)}
COSTS = {
    "place": budgets.TRADING,
    "replace": budgets.TRADING,
    "cancel": budgets.CANCELING,
    "cancel_all": budgets.CANCELING,
    "cancel_on_disconnect": budgets.CANCELING,
    "subscribe": budgets.SUBSCRIBING,
}
Done = Receipt | OrderRecord
SHARE_COMMITS: dict[str, tuple[Callable[[dict[str, Any]], Any], Callable[..., Awaitable[Done]]]] = {
    "place": (order_requests.ticket_in, gathered.orders.place),
    "replace": (order_requests.change_in, gathered.orders.replace),
    "cancel": (order_requests.order_to_cancel_in, gathered.orders.cancel),
}
"""What is under way many at once: how it is read, and how it is done."""
NOBODY = "Sign in first: an Authorization header at the handshake, or a sign_in."


class OrdersConsumer(Socket):
    """One connection of one participant. Whoever they are is looked up again for every request and every 2 s."""

    connections_of: Counter[int] = Counter()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one connection."""
        self._credential: Credential | None = None
        self._caller: Actor | None = None
        self._looked_at = 0.0
        self._promises = Promises()
        self._turns = Turns()
        self._streaming: asyncio.Task[None] | None = None
        await super().__call__(scope, receive, send)

    def work(self) -> Iterable[Coroutine[Any, Any, None]]:
        """Send away whoever does not sign in, or may no longer be here."""
        return (self._end_unless_signed_in(),)

    async def begin(self) -> None:
        """Let in whoever has shown a credential with the handshake."""
        credential = callers.shown_at_handshake(self.scope)
        if credential is None:
            return
        try:
            await self._sign_in(credential, request_id=None)
        except Unavailable as error:
            raise Ending(CloseCode.TRY_AGAIN_LATER, code=error.code, detail=error.detail) from error

    async def leave(self) -> None:
        """Keep the promises of a connection that is over."""
        if self._caller is not None:
            OrdersConsumer.connections_of[self._caller.user_id] -= 1
        await self._promises.broken()

    async def act(self, fields: dict[str, Any], *, request_id: str | None) -> None:
        """Follow one request: what shares commits goes on beside others of its kind, anything else waits for all."""
        op = op_in(fields, ops=order_requests.OPS)
        if op not in SHARE_COMMITS:
            await self._under_way.settle()
        if op == "sign_in":
            await self._sign_in_by_key(fields, request_id=request_id)
            return
        if op == "ping":
            self.answer("pong", request_id=request_id)
        actor = None if self._caller is None else await self._looked_up()
        if actor is not None:
            await self._renew()
        if op == "ping":
            return
        if actor is None:
            raise BadRequest("not_authenticated", NOBODY)
        await budgets.charge(COSTS[op], actor=actor, address=self._address)
        if op in SHARE_COMMITS:
            await self._begin_sharing(op, fields, actor, request_id)
        else:
            await self._acts[op](self, fields, actor, request_id)

    def refuse(self, error: BadRequest | MarketError, *, request_id: str | None) -> None:
        """A rule of the market is a reject; everything else an error."""
        if isinstance(error, Rejected):
            self._give(order_answers.of_reject(error.reason, error.detail), request_id=request_id)
        else:
            super().refuse(error, request_id=request_id)

    async def _begin_sharing(self, op: str, fields: dict[str, Any], actor: Actor, request_id: str | None) -> None:
        read, do = SHARE_COMMITS[op]
        wanted = read(fields)
        say = partial(self._answer_done, op, request_id=request_id)

        async def follow() -> None:
            await self._guarded(self._turns.answer(_outcome(do(wanted, actor=actor)), say=say))

        await self._under_way.begin(follow, kind=op)

    def _answer_done(self, op: str, done: Done | MarketError, *, request_id: str | None) -> None:
        match done:
            case MarketError():
                self.refuse(done, request_id=request_id)
            case Receipt():
                accepted_as = "placed" if op == "place" else "replaced"
                self._give(order_answers.of_receipt(done, accepted_as=accepted_as), request_id=request_id)
            case OrderRecord():
                self._give(order_answers.of_cancel(done), request_id=request_id)

    async def _cancel_all(self, fields: dict[str, Any], actor: Actor, request_id: str | None) -> None:
        count = await in_database(orders.mass_cancel, **order_requests.orders_to_cancel_in(fields), actor=actor)
        self.answer("canceling_all", request_id=request_id, orders=count)

    async def _promise(self, fields: dict[str, Any], actor: Actor, request_id: str | None) -> None:
        promise = order_requests.promise_in(fields)
        await self._promises.make(**promise, actor=actor)
        self.answer("cancel_on_disconnect", request_id=request_id, **promises.told(**promise))

    async def _subscribe(self, fields: dict[str, Any], actor: Actor, request_id: str | None) -> None:
        channels = order_requests.channels_in(fields)
        stream = PrivateStream(actor, channels=channels, outbox=self._outbox, check_again=self._check_again)
        since = order_requests.since_in(fields)
        await self._end_stream()
        await stream.begin(since, confirm=lambda: self.answer("subscribed", request_id=request_id, channels=channels))
        self._streaming = self.start(self._follow(stream, channels=channels))

    _acts = {
        "cancel_all": _cancel_all,
        "cancel_on_disconnect": _promise,
        "subscribe": _subscribe,
    }

    async def _follow(self, stream: PrivateStream, *, channels: tuple[str, ...]) -> None:
        try:
            await stream.run()
        except Unavailable as error:
            raise Ending(CloseCode.TRY_AGAIN_LATER, code=error.code, detail=error.detail) from error
        except MarketError as error:
            # The books are others than those that were followed: what to do is the client's to decide.
            self.answer("ended", request_id=None, channels=channels, code=error.code, detail=error.detail)

    async def _end_stream(self) -> None:
        if self._streaming is not None:
            self._streaming.cancel()
            await asyncio.wait({self._streaming})
            self._tasks.remove(self._streaming)
            self._streaming = None

    def _give(self, answer: Answer, *, request_id: str | None) -> None:
        self.answer(answer.type, request_id=request_id, **answer.body)

    async def _sign_in_by_key(self, fields: dict[str, Any], *, request_id: str | None) -> None:
        if self._caller is not None:
            raise BadRequest("already_signed_in", f"This connection is {self._caller.username}'s.")
        given = {name: value for name, value in fields.items() if name not in ("op", "id")}
        await self._sign_in(ApiKey(read_fields(given, API_KEY)["api_key"]), request_id=request_id)

    async def _sign_in(self, credential: Credential, *, request_id: str | None) -> None:
        self._credential = credential
        try:
            caller = await self._holder()
        except Ending:
            await self._charge_failure()
            raise
        if OrdersConsumer.connections_of[caller.user_id] >= limits.WS_CONNECTIONS_PER_USER_MAX:
            detail = f"A user may have {limits.WS_CONNECTIONS_PER_USER_MAX} connections."
            raise Ending(CloseCode.TRY_AGAIN_LATER, code="too_many_connections", detail=detail)
        self._caller = caller
        OrdersConsumer.connections_of[caller.user_id] += 1
        numbers = [each.number for each in await in_database(accounts.of_actor, caller)]
        self.answer("signed_in", request_id=request_id, username=caller.username, accounts=numbers)
        self.start(self._end_when_signed_out())

    async def _charge_failure(self) -> None:
        """Count a credential that is nobody's. Raises Ending for an address that has guessed too often."""
        try:
            await budgets.charge(budgets.FAILING, actor=None, address=self._address)
        except Throttled as error:
            raise Ending(CloseCode.TRY_AGAIN_LATER, code=error.code, detail=error.detail) from error

    async def _looked_up(self) -> Actor:
        """Who the caller is now. Raises Ending for one who may not be here any more."""
        assert self._caller is not None, "somebody has signed in"
        if time.monotonic() - self._looked_at >= limits.WS_CALLER_KNOWN_MS / 1000:
            self._caller = await self._holder()
        return self._caller

    async def _holder(self) -> Actor:
        assert self._credential is not None, "somebody has shown one"
        try:
            holder = await in_database(self._credential.holder, address=self._address)
        except SignatureRefused as error:
            raise Ending(CloseCode.NOT_AUTHENTICATED, code=error.code, detail=error.detail) from error
        if holder is None:
            was_in = self._caller is not None
            code, detail = ("signed_out", "You are signed out.") if was_in else ("invalid_key", "You are not known.")
            if isinstance(self._credential, ApiKey | SignedHandshake):
                code, detail = "invalid_key", "The API key is unknown, revoked or expired."
            raise Ending(CloseCode.NOT_AUTHENTICATED, code=code, detail=detail)
        self._looked_at = time.monotonic()
        return holder

    async def _check_again(self) -> None:
        await self._looked_up()

    async def _renew(self) -> None:
        for account in await self._promises.heard():
            detail = "The session is over, or another connection has taken it over."
            self.answer_error("session_lost", detail, request_id=None, account=account)

    async def _end_unless_signed_in(self) -> None:
        await asyncio.sleep(limits.WS_SIGN_IN_WITHIN_S)
        if self._caller is None:
            raise Ending(CloseCode.NOT_AUTHENTICATED, code="not_authenticated", detail=NOBODY)

    async def _end_when_signed_out(self) -> None:
        while True:
            await asyncio.sleep(limits.STREAM_CHECKED_EVERY_S)
            try:
                self._caller = await self._holder()
            except Unavailable:
                continue  # whoever it is can do nothing while the database is away


async def _outcome(asked: Awaitable[Done]) -> Done | MarketError:
    try:
        return await asked
    except MarketError as error:
        return error
