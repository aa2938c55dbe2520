/* The candle chart: history from the exchange as far back as one scrolls, then kept up from trades. */

import { addTrade, fetchCandles, stepOf, vwapOf } from "./candles.js";
import { marksOf } from "./chart_fills.js";
import { colorOf, localTick } from "./chart_look.js";
import { PhaseShades } from "./chart_shades.js";
import { calmly, drawSoon } from "./draw.js";
import { fixed, placesOf } from "./numbers.js";
import { withZone } from "./times.js";

const { CandlestickSeries, HistogramSeries, LineSeries, createChart, createSeriesMarkers } = window.LightweightCharts;
const PAUSE_MS = 100;
const REFRESH_MS = 60_000;
const SHORTEST = "1s";
const CANDLES_MIN = 6; // below, the market is so young that its seconds tell more
const OLDER_BELOW = 30; // candles left of the view, below which older ones are fetched
const INTERVAL_KEY = "chart-interval";

/** A mark of the time axis of whole days, which begin at midnight UTC. */
function dayTick(time) {
  return new Date(time * 1000).toISOString().slice(5, 10);
}

/** A chart of one instrument in a choice of intervals. */
export class CandleChart {
  constructor(root, { address, tickSize, lotSize, intervals, legend, note }) {
    this.root = root;
    this.address = address;
    this.places = placesOf(tickSize);
    this.lotPlaces = placesOf(lotSize);
    this.legend = legend;
    this.note = note;
    this.candles = [];
    this.averages = [];
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
    this.vwap = this.chart.addSeries(LineSeries, {
      lineWidth: 1.5, lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false,
    });
    this.markers = createSeriesMarkers(this.series, []);
    this.shades = new PhaseShades({ candles: () => this.candles });
    this.series.attachPrimitive(this.shades);
    this.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => this.loadOlder(range));
    this.chart.subscribeCrosshairMove((move) => this.drawLegend(move.time));
    this.drawSoon = calmly(() => this.draw(), PAUSE_MS);
    this.shadeAgain = () => this.shades.requestUpdate?.();
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
    this.vwap.applyOptions({ color: colorOf("--warn") });
    this.shades.paint({ warn: colorOf("--warn"), accent: colorOf("--accent"), ink: dim });
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
      this.candles = isFresh ? candles : this.joined(candles);
      if (isFresh) this.hasOlder = candles.length > 0;
      this.note.textContent = "";
      const isYoung = isFresh && candles.length < CANDLES_MIN;
      if (isYoung && interval !== SHORTEST && localStorage.getItem(INTERVAL_KEY) === null) {
        this.show(SHORTEST);
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

  /** What was scrolled in before, and the newest candles as the exchange has them now. */
  joined(newest) {
    const first = newest[0]?.time ?? Infinity;
    return [...this.candles.filter((candle) => candle.time < first), ...newest];
  }

  async loadOlder(range) {
    if (range === null || range.from > OLDER_BELOW || !this.hasOlder || this.isLoadingOlder) return;
    this.isLoadingOlder = true;
    const interval = this.interval;
    try {
      const older = await fetchCandles(this.address, { interval, before: this.candles[0].time });
      if (interval !== this.interval) return;
      this.hasOlder = older.length > 0;
      this.candles = [...older, ...this.candles];
      if (older.length > 0) this.redraw();
    } catch {
      this.hasOlder = false;
    } finally {
      this.isLoadingOlder = false;
    }
  }

  redraw() {
    this.series.setData(this.candles);
    this.volume.setData(this.candles.map((candle) => this.volumeBar(candle)));
    this.vwap.setData(this.vwapPoints());
    this.drawnTo = this.candles.at(-1)?.time ?? 0;
    if (this.candles.length === 0 && this.note.textContent === "") this.note.textContent = "No trade yet. The first one draws the first candle.";
    this.drawFills();
    this.drawLegend();
  }

  vwapPoints() {
    this.averages = vwapOf(this.candles);
    return this.averages;
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
    this.drawSoon();
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
    for (const point of this.vwapPoints().slice(-3)) if (point.time >= this.drawnTo) this.vwap.update(point);
    this.drawnTo = last.time;
    this.drawLegend();
  }

  /** Shades the background while the instrument does not trade continuously. */
  takePhase(phase) {
    if (this.shades.take(phase, Date.now() / 1000)) drawSoon(this.shadeAgain);
  }

  /** Marks the reader's own fills: [{time, side, quantity}], times in seconds. */
  markFills(fills) {
    this.fills = fills;
    this.drawFills();
  }

  drawFills() {
    const step = stepOf(this.interval);
    const first = this.candles[0]?.time ?? Infinity;
    const marks = marksOf(this.fills, { step, first, color: colorOf("--accent") });
    this.markers.setMarkers(marks);
    this.root.dataset.marks = marks.map(({ text }) => text).join(" "); // a canvas tells nobody what is drawn on it
  }

  drawLegend(time) {
    const found = time === undefined ? -1 : this.candles.findIndex((one) => one.time === time);
    const index = found === -1 ? this.candles.length - 1 : found;
    const candle = this.candles[index];
    if (!candle) return;
    const vwap = this.averages[index]?.value ?? candle.close;
    const said = `${candle.time} ${candle.close} ${candle.volume}`;
    if (said === this.said) return;
    this.said = said;
    const parts = [["O", candle.open], ["H", candle.high], ["L", candle.low], ["C", candle.close]];
    this.legend.replaceChildren(
      ...parts.flatMap(([name, value]) => this.legendPair(name, fixed(value, this.places))),
      ...this.legendPair("Vol", fixed(candle.volume, this.lotPlaces)),
      ...this.legendPair("VWAP", fixed(vwap, this.places)),
    );
  }

  legendPair(name, text) {
    const value = document.createElement("b");
    value.textContent = text;
    return [` ${name}`, value];
  }
}
