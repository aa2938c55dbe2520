"""Rows of the exchange and their constraints, one file per noun."""

from market.models.account import Account, AccountGrant
from market.models.account_event import AccountEvent
from market.models.attempt import Attempt, Quarantine
from market.models.book import Batch, Book, BookSnapshot
from market.models.cl_ord_id_use import ClOrdIdUse
from market.models.corporate_action import CorporateAction
from market.models.equity_sample import EquitySample
from market.models.fee_schedule import FeeSchedule
from market.models.inbox_command import InboxCommand
from market.models.instrument import Instrument
from market.models.journal import JournalCommand, JournalEvent, JournalTerms
from market.models.journal_export import JournalCheck, JournalExport
from market.models.ledger_entry import LedgerEntry
from market.models.movement import Movement
from market.models.option_contract import OptionContract
from market.models.order import Order
from market.models.order_terms import OrderTerms
from market.models.position import Position
from market.models.position_transfer import PositionTransfer
from market.models.reservation import Reservation
from market.models.session_lease import SessionLease
from market.models.trade import Trade
from market.models.trading_calendar import CalendarTime, Holiday, TradingCalendar
from market.models.trading_class import ClassMember, ClassResult, TradingClass

__all__ = [
    "Account",
    "AccountEvent",
    "AccountGrant",
    "Attempt",
    "Batch",
    "Book",
    "BookSnapshot",
    "CalendarTime",
    "ClOrdIdUse",
    "ClassMember",
    "ClassResult",
    "CorporateAction",
    "EquitySample",
    "FeeSchedule",
    "Holiday",
    "InboxCommand",
    "Instrument",
    "JournalCheck",
    "JournalCommand",
    "JournalEvent",
    "JournalExport",
    "JournalTerms",
    "LedgerEntry",
    "Movement",
    "OptionContract",
    "Order",
    "OrderTerms",
    "Position",
    "PositionTransfer",
    "Quarantine",
    "Reservation",
    "SessionLease",
    "Trade",
    "TradingCalendar",
    "TradingClass",
]
