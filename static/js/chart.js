/* The candle chart: history from the exchange, then kept up from trades. The reader's own fills are marked on it. */

import { addTrade, fetchCandles, stepOf } from "./candles.js";
import { drawSoon } from "./draw.js";
import { fixed, placesOf } from "./numbers.js";
import { dateAndTime, withZone } from "./times.js";

const { CandlestickSeries, HistogramSeries, TickMarkType, createChart, createSeriesMarkers } = window.LightweightCharts;
const REFRESH_MS = 60_000;
const CANDLES_MIN = 6; // below, the market is so young that its seconds tell more
const INTERVAL_KEY = "chart-interval";

function colorOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A mark of the time axis in the reader's own time: the day where one begins, seconds where they matter. */
function localTick(time, tickMarkType) {
  const text = dateAndTime(new Date(time * 1000));
  if (text.endsWith("00:00:00")) return text.slice(5, 10);
  return tickMarkType === TickMarkType.TimeWithSeconds ? text.slice(11) : text.slice(11, 16);
}

/** A mark of the time axis of whole days, which begin at midnight UTC. */
function dayTick(time) {
  return new Date(time * 1000).toISOString().slice(5, 10);
}

/** A chart of one instrument in a choice of intervals. */
export class CandleChart {
  constructor(root, { address, tickSize, lotSize, intervals, legend, note }) {
    this.address = address;
    this.places = placesOf(tickSize);
    this.lotPlaces = placesOf(lotSize);
    this.legend = legend;
    this.note = note;
    this.candles = [];
    this.fills = [];
    this.lastTradeId = 0;
    this.waiting = []; // trades that arrive before the history does
    const canvas = document.createElement("div");
    canvas.className = "chart-canvas";
    root.prepend(canvas);
    this.chart = createChart(canvas, this.options());
    this.series = this.chart.addSeries(CandlestickSeries, {
      priceFormat: { type: "price", precision: this.places, minMove: Number(tickSize) },
    });
    this.volume = this.chart.addSeries(HistogramSeries, {
      priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false,
    });
    this.chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.series.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.24 } });
    this.markers = createSeriesMarkers(this.series, []);
    this.chart.subscribeCrosshairMove((move) => this.drawLegend(move.time));
    this.draw = this.draw.bind(this);
    this.wireIntervals(intervals);
    window.addEventListener("theme-changed", () => this.paint());
    this.paint();
    setInterval(() => this.load(), REFRESH_MS);
  }

  options() {
    return {
      autoSize: true,
      layout: { attributionLogo: false, background: { color: "transparent" }, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 11 },
      rightPriceScale: { borderVisible: false, minimumWidth: 64 },
      timeScale: { borderVisible: false, timeVisible: true, secondsVisible: true, rightOffset: 4, barSpacing: 7, tickMarkFormatter: (time, type) => (this.interval === "1d" ? dayTick(time) : localTick(time, type)) },
      localization: { timeFormatter: (time) => withZone(new Date(time * 1000)) },
      crosshair: { mode: 0 },
    };
  }

  paint() {
    const [up, down, line, dim] = ["--up", "--down", "--line", "--dim"].map(colorOf);
    const grid = { color: line };
    this.chart.applyOptions({
      layout: { textColor: dim },
      grid: { vertLines: grid, horzLines: grid },
      crosshair: { vertLine: { color: dim, labelBackgroundColor: colorOf("--raised") }, horzLine: { color: dim, labelBackgroundColor: colorOf("--raised") } },
    });
    this.series.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderVisible: false, priceLineColor: dim });
    this.washes = { up: colorOf("--up-flash"), down: colorOf("--down-flash") };
    this.redraw();
  }

  wireIntervals(group) {
    const kept = localStorage.getItem(INTERVAL_KEY);
    this.show = (interval) => {
      if (interval === this.interval) return;
      for (const button of group.children) button.setAttribute("aria-pressed", String(button.dataset.interval === interval));
      this.interval = interval;
      this.load({ isFresh: true });
    };
    group.addEventListener("click", ({ target }) => {
      if (target.dataset.interval === undefined) return;
      localStorage.setItem(INTERVAL_KEY, target.dataset.interval);
      this.show(target.dataset.interval);
    });
    this.show(stepOf(kept) ? kept : "1m");
  }

  async load({ isFresh = false } = {}) {
    const interval = this.interval;
    try {
      const candles = await fetchCandles(this.address, { interval });
      if (interval !== this.interval) return;
      this.candles = candles;
      this.note.textContent = "";
      if (isFresh && candles.length < CANDLES_MIN && localStorage.getItem(INTERVAL_KEY) === null) {
        this.show("1s");
        return;
      }
    } catch {
      this.note.textContent = this.candles.length === 0 ? "The history of prices could not be loaded." : "";
      if (!isFresh || interval !== this.interval) return;
      this.candles = [];
    }
    const newest = this.candles.at(-1)?.time ?? 0;
    for (const trade of this.waiting) if (trade.time >= newest + stepOf(interval)) addTrade(this.candles, trade, stepOf(interval));
    this.redraw();
    if (isFresh) this.chart.timeScale().applyOptions({ barSpacing: 7 });
    if (isFresh) this.chart.timeScale().scrollToRealTime();
  }

  redraw() {
    this.series.setData(this.candles);
    this.volume.setData(this.candles.map((candle) => this.volumeBar(candle)));
    this.drawnTo = this.candles.at(-1)?.time ?? 0;
    if (this.candles.length === 0 && this.note.textContent === "") this.note.textContent = "No trade yet. The first one draws the first candle.";
    this.drawFills();
    this.drawLegend();
  }

  volumeBar({ time, volume, open, close }) {
    return { time, value: volume, color: close >= open ? this.washes.up : this.washes.down };
  }

  takeSnapshot(trades) {
    if (this.lastTradeId === 0) this.waiting = trades.map((trade) => this.tradeOf(trade));
    else this.load();
    this.lastTradeId = trades.at(-1)?.trade_id ?? this.lastTradeId;
  }

  takeTrades(trades) {
    for (const trade of trades) {
      if (trade.trade_id <= this.lastTradeId) continue;
      this.lastTradeId = trade.trade_id;
      addTrade(this.candles, this.tradeOf(trade), stepOf(this.interval));
    }
    drawSoon(this.draw);
  }

  tradeOf({ executed_at: executedAt, price, quantity }) {
    return { time: Math.floor(Date.parse(executedAt) / 1000), price: Number(price), quantity: Number(quantity) };
  }

  draw() {
    const last = this.candles.at(-1);
    if (last === undefined) return;
    this.note.textContent = "";
    for (const candle of this.candles.slice(-3)) {
      if (candle.time < this.drawnTo) continue;
      this.series.update(candle);
      this.volume.update(this.volumeBar(candle));
    }
    this.drawnTo = last.time;
    this.drawLegend();
  }

  /** Marks the reader's own fills: [{time, side}], times in seconds. */
  markFills(fills) {
    this.fills = fills;
    this.drawFills();
  }

  drawFills() {
    const step = stepOf(this.interval);
    const first = this.candles[0]?.time ?? Infinity;
    const shown = this.fills.filter(({ time }) => time >= first).sort((one, other) => one.time - other.time);
    this.markers.setMarkers(
      shown.map(({ time, side }) => ({
        time: time - (time % step),
        position: side === "BUY" ? "belowBar" : "aboveBar",
        shape: side === "BUY" ? "arrowUp" : "arrowDown",
        color: colorOf("--accent"),
      })),
    );
  }

  drawLegend(time) {
    const candle = (time && this.candles.find((one) => one.time === time)) || this.candles.at(-1);
    if (!candle) return;
    const parts = [["O", candle.open], ["H", candle.high], ["L", candle.low], ["C", candle.close]];
    this.legend.replaceChildren(
      ...parts.flatMap(([name, value]) => this.legendPair(name, fixed(value, this.places))),
      ...this.legendPair("Vol", fixed(candle.volume, this.lotPlaces)),
    );
  }

  legendPair(name, text) {
    const value = document.createElement("b");
    value.textContent = text;
    return [` ${name}`, value];
  }
}
