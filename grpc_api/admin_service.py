"""AdminService: operating the exchange."""

from typing import Any

from grpc_api.callers import actor
from grpc_api.database import in_database
from grpc_api.methods import Access, Service, Unary
from grpc_api.translator import replies, requests
from market.records import BookState, InstrumentRecord
from market.selectors import books
from market.services import trading


async def _halt(wanted: dict[str, Any]) -> InstrumentRecord:
    return await in_database(trading.halt, **wanted, actor=actor())


async def _resume(symbol: str) -> InstrumentRecord:
    return await in_database(trading.resume, symbol, actor=actor())


async def _status(_: None) -> list[BookState]:
    return await in_database(books.states)


ADMIN_SERVICE = Service(
    "marketops.v1.AdminService",
    (
        Unary("Halt", Access.OPERATORS, requests.halt, _halt, replies.halted),
        Unary("Resume", Access.OPERATORS, requests.resumption, _resume, replies.resumed),
        Unary("Status", Access.OPERATORS, requests.status, _status, replies.status),
    ),
)
