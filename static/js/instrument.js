/* The trading page: one feed, drawn as quote, chart, ladder, tape and ticket. */

import { askCancelAll, wireCancelAll } from "./cancel_all.js";
import { CandleChart } from "./chart.js";
import { showConnection } from "./connection.js";
import { DepthChart } from "./depth_chart.js";
import { drawSoon } from "./draw.js";
import { Feed } from "./feed.js";
import { wireFindSymbol } from "./find_symbol.js";
import { wireKeys } from "./keys.js";
import { Ladder } from "./ladder.js";
import { OwnPart } from "./own.js";
import { drawPhase, drawQuote } from "./quote.js";
import { wireTabs } from "./tabs.js";
import { Tape } from "./tape.js";
import { Ticket, explainPhase } from "./ticket.js";
import { localizeTimes } from "./times.js";
import { wireToast } from "./toast.js";

const page = document.getElementById("trading");
const { symbol, tickSize, lotSize, candles } = page.dataset;
const now = { ticker: null, phase: document.getElementById("phase").dataset.phase, phaseSaid: null, connection: "connecting" };

const ladder = new Ladder(document.getElementById("ladder"), {
  lotSize,
  onPick: (price, side) => ticket.fillPrice(price, side),
});
const depthChart = new DepthChart(document.getElementById("depth-chart"), { best: (side) => ladder.best(side) });
const ticket = new Ticket({ best: (side) => ladder.best(side) });
const tape = new Tape(document.getElementById("tape"));
const chart = new CandleChart(document.getElementById("chart"), {
  address: candles,
  tickSize,
  lotSize,
  intervals: document.getElementById("intervals"),
  legend: document.getElementById("chart-legend"),
  note: document.getElementById("chart-note"),
});
const own = new OwnPart({
  onDrawn: ({ orderPrices, fills }) => {
    ladder.markOwn(orderPrices);
    chart.markFills(fills);
    ticket.refreshSoon();
  },
});

function drawTicker() {
  drawQuote(symbol, now.ticker);
  ladder.drawLast(now.ticker);
}

function takePhase(message) {
  const said = `${message.phase} ${message.phase_reason ?? ""}`;
  if (!message.phase || said === now.phaseSaid) return;
  now.phaseSaid = said;
  now.phase = message.phase;
  drawPhase(message);
  explainPhase(message);
  chart.takePhase(message.phase);
  drawConnection();
}

function drawConnection() {
  const isLive = now.connection === "live";
  showConnection(isLive && now.phase === "HALTED" ? "halted" : now.connection);
  page.classList.toggle("is-stale", now.connection === "reconnecting");
  document.getElementById("stale-banner").hidden = now.connection !== "reconnecting";
}

const takers = {
  depth(message) {
    if (message.type === "snapshot") ladder.takeSnapshot(message);
    else ladder.takeChange(message);
    takePhase(message);
    depthChart.drawSoon();
  },
  trades(message) {
    if (message.type === "snapshot") {
      tape.takeSnapshot(message.trades);
      chart.takeSnapshot(message.trades);
      return;
    }
    tape.takeTrades(message.trades);
    chart.takeTrades(message.trades);
    own.takeTrades(message.trades);
  },
  ticker(message) {
    now.ticker = message;
    takePhase(message);
    drawSoon(drawTicker);
  },
};

function take(message) {
  if (message.symbol !== symbol) return;
  takers[message.type === "snapshot" ? message.channel : message.type]?.(message);
}

wireTabs();
wireToast();
wireKeys({ ticket, askCancelAll });
wireCancelAll();
wireFindSymbol();
localizeTimes(document);
new Feed({
  channels: ["trades", "depth", "ticker"],
  symbols: [symbol],
  onMessage: take,
  onState: (state) => {
    now.connection = state;
    drawConnection();
  },
});
