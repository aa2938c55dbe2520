"""``terminal top``: one market on the whole screen, live, and traded by keyboard."""

from collections.abc import Coroutine
from dataclasses import replace
from decimal import Decimal
from typing import Any

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Static

from terminal.client import Client, Placed
from terminal.commands.hints import hint_for
from terminal.commands.trading import minted_cl_ord_id
from terminal.live.local_book import LocalBook
from terminal.live.streams import LinkState
from terminal.profile import Profile
from terminal.records import ExecutionReport, Interval, Order, Ticket
from terminal.refusals import Refused, malformed
from terminal.renderables import chart, headline, ladder, style, tape, watchlist
from terminal.rendering import safe
from terminal.screen.desk import ORDERS, Desk
from terminal.screen.keyboard import KeyByKey
from terminal.screen.manual import ManualScreen
from terminal.screen.open_orders import OpenOrders
from terminal.screen.panel import Panel
from terminal.screen.ticket import TicketForm
from vocabulary.orders import ExecType, Side

DRAWS_PER_S = 15
WELCOME = "? shows the keys."
NO_KEY = "Without an API key in the profile one can look, but not trade."


async def run(chosen: Profile, *, symbol: str | None) -> None:
    """Show the screen until it is left. Raises Refused for a symbol that is not listed."""
    async with Client(chosen.endpoint) as client:
        app = TopApp(client, account=chosen.account, symbol=symbol)
        await app.run_async()
    if app.refused is not None:
        raise app.refused


class TopApp(KeyByKey):
    """The screen. It draws what the desk knows, a few times a second at most."""

    CSS_PATH = "top.tcss"
    TITLE = "MarketOps"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (112, "-medium"), (150, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-high")]
    BINDINGS = [
        Binding("b", "ticket('BUY')", "Buy"),
        Binding("s", "ticket('SELL')", "Sell"),
        Binding("up", "market(-1)", "Market", key_display="↑↓"),
        Binding("down", "market(1)", "Market", show=False),
        Binding("o", "orders", "Orders"),
        Binding("x", "cancel", "Cancel"),
        Binding("i", "interval", "Interval"),
        Binding("escape", "leave", "Leave", show=False),
        Binding("question_mark", "manual", "Keys", key_display="?"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(self, client: Client, *, account: str, symbol: str | None) -> None:
        super().__init__()
        self.refused: Refused | None = None
        self.desk = Desk(client, changed=self._note_change, reported=self._note_report)
        self._client = client
        self._account = account
        self._symbol = symbol
        self._has_changed = True
        self._unsure: Ticket | None = None
        self._reported_last: ExecutionReport | None = None
        self._is_placing = False

    def compose(self) -> ComposeResult:
        """The headline, the panels, the ticket, a line for what just happened, the keys."""
        yield Panel(self._headline, id="headline")
        with Horizontal(id="floor"):
            yield Panel(self._watchlist, id="watchlist", title="Markets")
            with Vertical(id="middle"):
                yield Panel(self._chart, id="chart", title="Price")
                yield OpenOrders(id="orders")
            yield Panel(self._ladder, id="ladder", title="Depth")
            yield Panel(self._tape, id="tape", title="Trades")
        yield TicketForm(id="ticket")
        yield Static(id="notice")
        yield Footer()

    def on_mount(self) -> None:
        """Begin to connect and to draw."""
        self.query_one(TicketForm).border_title = "Ticket"
        self.notice(WELCOME if self._client.has_key else NO_KEY)
        self.set_interval(1 / DRAWS_PER_S, self._draw)
        self._begin(self._connect(), "connect")

    def notice(self, text: str, *, colour: str = "") -> None:
        """Say something in the line above the keys."""
        for line in self.query("#notice").results(Static):
            line.update(Text(safe(text), style=colour))

    def action_market(self, step: int) -> None:
        """Turn to the market above or below."""
        symbols = list(self.desk.instruments)
        if self.desk.view is not None:
            place = symbols.index(self.desk.view.symbol)
            self._watch(symbols[(place + step) % len(symbols)])

    def action_ticket(self, side: str) -> None:
        """Open the ticket at the price that would trade at once."""
        view = self.desk.view
        if view is None:
            return
        if not self._client.has_key:
            self.notice(NO_KEY, colour="yellow")
            return
        price = view.book.best_offer if Side[side] is Side.BUY else view.book.best_bid
        self.query_one(TicketForm).open_for(Side[side], view.instrument, price=price)

    def action_orders(self) -> None:
        """Give the keyboard to one's orders."""
        self.query_one(OpenOrders).focus()

    def action_leave(self) -> None:
        """Take the keyboard back."""
        self.set_focus(None)

    def action_cancel(self) -> None:
        """Cancel the order under the cursor."""
        order = self.query_one(OpenOrders).chosen
        if order is None:
            self.notice("There is no open order in this market to cancel.", colour="yellow")
        else:
            self._begin(self._cancel(order), "cancel", is_alone=False)

    def action_interval(self) -> None:
        """Draw longer candles; the shortest after the longest."""
        intervals = list(Interval)
        self.desk.use_interval(intervals[(intervals.index(self.desk.interval) + 1) % len(intervals)])

    def action_manual(self) -> None:
        """Show what the keys do."""
        self.push_screen(ManualScreen())

    @on(TicketForm.Left)
    def _ticket_left(self) -> None:
        self.set_focus(None)

    @on(TicketForm.Sent)
    def _ticket_sent(self, sent: TicketForm.Sent) -> None:
        # A second Enter before the answer is not a second order.
        if not self._is_placing:
            self._is_placing = True
            self._begin(self._place(sent), "place", is_alone=False)

    async def _connect(self) -> None:
        await self.desk.list_instruments()
        symbol = self._symbol or next(iter(self.desk.instruments))
        if symbol not in self.desk.instruments:
            known = ", ".join(self.desk.instruments)
            self.refused = _not_listed(symbol, known=known)
            self.exit()
            return
        self._watch(symbol)
        self._begin(self.desk.follow_tickers(), "tickers")
        self._begin(self.desk.follow_candles(), "candles")
        if self._client.has_key:
            self._begin(self.desk.follow_executions(), "executions")
            self._begin(self.desk.follow_orders(), "orders")

    def _watch(self, symbol: str) -> None:
        self.desk.watch(symbol)
        self._begin(self.desk.follow_market(), "market")

    def _begin(self, work: Coroutine[Any, Any, None], group: str, *, is_alone: bool = True) -> None:
        self.run_worker(work, group=group, exclusive=is_alone)

    async def _place(self, sent: TicketForm.Sent) -> None:
        try:
            ticket = await self._ticket_of(sent)
            placed = await self._placed(ticket)
        except Refused as refused:
            self.notice(refused.refusal.line, colour="bold red")
            return
        finally:
            self._is_placing = False
        self.query_one(TicketForm).close()
        self.set_focus(None)
        order = placed.order
        if not self._is_told(order):
            self.notice(f"{order.side.name} {order.order_qty:,f} {order.symbol} taken on as order {order.order_id}")

    async def _placed(self, ticket: Ticket) -> Placed:
        """The order as taken on. Raises Refused with a hint; a ticket of unknown outcome is remembered."""
        self._unsure = None
        try:
            return await self._client.place(ticket)
        except Refused as refused:
            if refused.refusal.is_outcome_unknown:
                self._unsure = ticket
                raise refused.hinting("Send the same ticket again: it is placed once.") from refused
            raise refused.hinting(await hint_for(refused.refusal, ticket=ticket, client=self._client)) from refused

    async def _ticket_of(self, sent: TicketForm.Sent) -> Ticket:
        """The ticket under a new id; under its old one if it is not known what became of it."""
        if not self._account:
            numbers = [account.number for account in await self._client.accounts()]
            if len(numbers) != 1:
                raise malformed("Start again with --account NUMBER.", field="account", code="required")
            self._account = numbers[0]
        ticket = Ticket(
            cl_ord_id=minted_cl_ord_id(),
            account=self._account,
            symbol=sent.symbol,
            side=sent.side,
            order_qty=sent.order_qty,
            price=sent.price,
            time_in_force=sent.time_in_force,
        )
        unsure = self._unsure
        return unsure if unsure is not None and replace(ticket, cl_ord_id=unsure.cl_ord_id) == unsure else ticket

    async def _cancel(self, order: Order) -> None:
        known = self._reported_last
        try:
            await self._client.cancel(order.order_id)
        except Refused as refused:
            self.notice(refused.refusal.line, colour="bold red")
        else:
            if not self._is_told(order, after=known):
                self.notice(f"Order {order.order_id}: the cancel is taken on.")

    def _is_told(self, order: Order, *, after: ExecutionReport | None = None) -> bool:
        """Whether the stream has told the rest of an order's story before the call about it has returned."""
        last = self._reported_last
        return last is not None and last is not after and last.order_id == order.order_id

    def _note_change(self) -> None:
        self._has_changed = True

    def _note_report(self, report: ExecutionReport) -> None:
        self._reported_last = report
        what = f"{report.side.name} {report.symbol} order {report.order_id}"
        match report.exec_type:
            case ExecType.TRADE if report.last_qty is not None and report.last_px is not None:
                words = f"{what}: filled {report.last_qty:,f} @ {report.last_px:f}, {report.leaves_qty:,f} still open"
                self.notice(words, colour=style.STRONG)
            case ExecType.NEW:
                self.notice(f"{what}: in the book")
            case other:
                reason = f" ({report.reason})" if report.reason else ""
                self.notice(f"{what}: {other.name.lower().replace('_', ' ')}{reason}")

    def _draw(self) -> None:
        if not self._has_changed or self.screen is not self.screen_stack[0]:
            return
        self._has_changed = False
        self.screen.set_class(self.desk.link.state is not LinkState.LIVE, "-stale")
        # By query and not by name: while the screen is being left the parts are gone before the clock is.
        for panel in self.query(Panel):
            if panel.id == "chart":
                panel.border_title = f"Price, {self.desk.interval}"
            panel.refresh()
        for table in self.query(OpenOrders):
            self._draw_orders(table)

    def _draw_orders(self, table: OpenOrders) -> None:
        if table.orders != self.desk.orders:
            table.show(self.desk.orders)
        link = self.desk.links.get(ORDERS)
        table.border_title = f"Your open orders ({len(self.desk.orders)})"
        table.border_subtitle = (
            "" if link is None or link.state is LinkState.LIVE else f"{link.state.value}: {link.why}"
        )

    def _headline(self, width: int, height: int) -> Text:
        view = self.desk.view
        instrument = None if view is None else view.instrument
        ticker = None if view is None else self.desk.tickers.get(view.symbol)
        return headline.draw(instrument, ticker, link=self.desk.link, width=width)

    def _watchlist(self, width: int, height: int) -> Text:
        chosen = "" if self.desk.view is None else self.desk.view.symbol
        return watchlist.draw(list(self.desk.instruments), self.desk.tickers, chosen=chosen, width=width, height=height)

    def _chart(self, width: int, height: int) -> Text:
        view = self.desk.view
        if view is None:
            return Text("")
        tick_size = view.instrument.tick_size
        return chart.draw(list(view.candles), tick_size=tick_size, width=width, height=height)

    def _ladder(self, width: int, height: int) -> Text:
        view = self.desk.view
        book = LocalBook() if view is None else view.book
        own: set[Decimal] = {order.price for order in self.desk.orders if order.price is not None}
        return ladder.draw(book, width=width, height=height, own=own)

    def _tape(self, width: int, height: int) -> Text:
        return tape.draw([] if self.desk.view is None else self.desk.view.tape, width=width, height=height)


def _not_listed(symbol: str, *, known: str) -> Refused:
    return malformed(f"There is no instrument {symbol}. There are {known}.", field="symbol", code="unknown_symbol")
