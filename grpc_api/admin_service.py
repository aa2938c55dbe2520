"""AdminService: operating the exchange. What concerns money stands in staff_methods."""

from typing import Any

from grpc_api.callers import actor
from grpc_api.database import in_database
from grpc_api.methods import Access, Service, Unary
from grpc_api.staff_methods import STAFF_METHODS
from grpc_api.translator import replies, requests, schedules, standings
from market.records import BookState, InstrumentRecord, StandingRecord
from market.selectors import books
from market.selectors import calendars as calendar_selectors
from market.selectors import standings as standing_selectors
from market.services import calendars, instruments, trading
from market.services import standings as standing_services
from market.trading_calendar import CalendarRecord, TradingCalendar


async def _halt(wanted: dict[str, Any]) -> InstrumentRecord:
    return await in_database(trading.halt, **wanted, actor=actor())


async def _resume(symbol: str) -> InstrumentRecord:
    return await in_database(trading.resume, symbol, actor=actor())


async def _change_phase(wanted: dict[str, Any]) -> InstrumentRecord:
    return await in_database(trading.change_phase, **wanted, actor=actor())


async def _uncross(symbol: str) -> InstrumentRecord:
    return await in_database(trading.uncross, symbol, actor=actor())


async def _set_bands(wanted: dict[str, Any]) -> InstrumentRecord:
    return await in_database(instruments.set_bands, **wanted, actor=actor())


async def _set_reference(wanted: dict[str, Any]) -> InstrumentRecord:
    return await in_database(instruments.set_reference, **wanted, actor=actor())


async def _set_allocation(wanted: dict[str, Any]) -> InstrumentRecord:
    return await in_database(instruments.set_allocation, **wanted, actor=actor())


async def _get_schedule(symbol: str) -> CalendarRecord:
    return await in_database(calendar_selectors.by_symbol, symbol)


async def _set_schedule(wanted: tuple[str, TradingCalendar]) -> CalendarRecord:
    return await in_database(calendars.set_calendar, *wanted, actor=actor())


async def _get_limits(account: str) -> StandingRecord:
    return await in_database(standing_selectors.by_number, account, actor=actor())


async def _set_limits(wanted: dict[str, Any]) -> StandingRecord:
    return await in_database(standing_services.set_limits, **wanted, actor=actor())


async def _kill(wanted: dict[str, Any]) -> StandingRecord:
    return await in_database(standing_services.kill, **wanted, actor=actor())


async def _unkill(account: str) -> StandingRecord:
    return await in_database(standing_services.unkill, account, actor=actor())


async def _status(_: None) -> list[BookState]:
    return await in_database(books.states)


ADMIN_SERVICE = Service(
    "marketops.v1.AdminService",
    (
        Unary("Halt", Access.OPERATORS, requests.halt, _halt, replies.halted),
        Unary("Resume", Access.OPERATORS, requests.resumption, _resume, replies.resumed),
        Unary("ChangePhase", Access.OPERATORS, requests.phase, _change_phase, replies.phase_changed),
        Unary("Uncross", Access.OPERATORS, requests.uncross, _uncross, replies.uncrossed),
        Unary("SetBands", Access.OPERATORS, requests.bands, _set_bands, replies.bands_set),
        Unary("SetReference", Access.OPERATORS, requests.reference, _set_reference, replies.reference_set),
        Unary("SetAllocation", Access.OPERATORS, requests.allocation, _set_allocation, replies.allocation_set),
        Unary("GetSchedule", Access.OPERATORS, schedules.wanted, _get_schedule, schedules.found),
        Unary("SetSchedule", Access.OPERATORS, schedules.to_set, _set_schedule, schedules.set_to),
        Unary("GetLimits", Access.OPERATORS, standings.wanted, _get_limits, standings.found),
        Unary("SetLimits", Access.OPERATORS, standings.to_set, _set_limits, standings.set_to),
        Unary("KillAccount", Access.OPERATORS, standings.to_kill, _kill, standings.killed),
        Unary("UnkillAccount", Access.OPERATORS, standings.to_unkill, _unkill, standings.unkilled),
        *STAFF_METHODS,
        Unary("Status", Access.OPERATORS, requests.status, _status, replies.status),
    ),
)
