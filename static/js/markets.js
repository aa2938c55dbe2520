/* The Markets page: live rows, search, sorting, sparklines. */

import { fetchCandles } from "./candles.js";
import { showConnection } from "./connection.js";
import { drawSoon, setNumber, setText } from "./draw.js";
import { Feed } from "./feed.js";
import { direction, percent, phaseLabel, plain } from "./numbers.js";
import { drawSparkline } from "./sparkline.js";

const SPARK_CANDLES = 60;
const SPARK_CANDLES_MIN = 6; // below, the market is so young that its seconds tell more
const SPARKS_AT_ONCE = 3;
const PRICES = ["last_px", "bid_px", "offer_px"];
const MEASURES = ["spread", "volume"];

const table = document.getElementById("markets");
const rows = new Map();
const newest = new Map(); // symbol -> the newest ticker not yet drawn

class MarketRow {
  constructor(row) {
    this.row = row;
    this.symbol = row.dataset.symbol;
    this.searched = `${row.dataset.symbol} ${row.dataset.name}`.toLowerCase();
    this.cells = new Map([...row.querySelectorAll("[data-field]")].map((cell) => [cell.dataset.field, cell]));
    this.spark = row.querySelector(".spark");
    this.closes = [];
  }

  get href() {
    return this.row.querySelector("a").href;
  }

  draw(ticker) {
    for (const field of PRICES) setNumber(this.cells.get(field), plain(ticker[field]), ticker[field]);
    for (const field of MEASURES) {
      const cell = this.cells.get(field);
      cell.dataset.value = ticker[field] ?? "";
      setText(cell, plain(ticker[field]));
    }
    const change = this.cells.get("change_percent");
    change.dataset.value = ticker.change_percent ?? "";
    const inner = change.firstElementChild;
    setText(inner, percent(ticker.change_percent));
    inner.className = `change ${direction(ticker.change_percent)}`;
    this.drawPhase(ticker);
    this.extendSpark(ticker.last_px);
  }

  drawPhase({ phase, phase_reason: reason }) {
    const cell = this.cells.get("phase");
    if (cell.dataset.value === phase) return;
    cell.dataset.value = phase;
    const badge = cell.firstElementChild;
    badge.dataset.phase = phase;
    badge.title = reason ?? "";
    setText(badge, phaseLabel(phase));
    this.row.classList.toggle("is-halted", phase === "HALTED");
  }

  extendSpark(lastPx) {
    if (this.closes.length === 0 || !lastPx || this.closes.at(-1) === Number(lastPx)) return;
    this.closes[this.closes.length - 1] = Number(lastPx);
    drawSparkline(this.spark, this.closes);
  }

  async loadSpark() {
    const address = `/api/v1/instruments/${this.symbol}/candles/`;
    let candles = await fetchCandles(address, { interval: "1m", count: SPARK_CANDLES });
    if (candles.length < SPARK_CANDLES_MIN) candles = await fetchCandles(address, { interval: "1s" });
    this.closes = candles.map((candle) => candle.close);
    drawSparkline(this.spark, this.closes);
  }
}

function drawRows() {
  for (const [symbol, ticker] of newest) rows.get(symbol)?.draw(ticker);
  newest.clear();
}

async function loadSparks() {
  const queue = [...rows.values()];
  const loadNext = async () => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      await row.loadSpark().catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: SPARKS_AT_ONCE }, loadNext));
}

function wireSearch() {
  const search = document.getElementById("search");
  const kinds = document.getElementById("kind-filter");
  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    const kind = kinds?.querySelector('[aria-pressed="true"]').dataset.kind ?? "";
    let shown = 0;
    for (const { row, searched } of rows.values()) {
      row.hidden = !searched.includes(wanted) || (kind !== "" && row.dataset.kind !== kind);
      shown += row.hidden ? 0 : 1;
    }
    setText(document.getElementById("shown-count"), String(shown));
    document.getElementById("nothing-found").hidden = shown > 0;
  };
  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") search.value = "";
    if (event.key === "Escape") filter();
    const first = [...table.tBodies[0].rows].find((row) => !row.hidden);
    if (event.key !== "Enter" || !first) return;
    event.preventDefault();
    location.assign(rows.get(first.dataset.symbol).href);
  });
  kinds?.addEventListener("click", ({ target }) => {
    if (target.dataset.kind === undefined) return;
    for (const button of kinds.children) button.setAttribute("aria-pressed", String(button === target));
    filter();
  });
  document.getElementById("clear-search").addEventListener("click", () => {
    search.value = "";
    kinds?.children[0].click();
    filter();
    search.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, select, textarea")) return;
    event.preventDefault();
    search.focus();
  });
}

function compare(one, other, isNumber) {
  if (!isNumber) return one.localeCompare(other);
  if (one === "" || other === "") return one === other ? 0 : one === "" ? -1 : 1;
  return Number(one) - Number(other);
}

function wireSorting() {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  for (const [column, head] of heads.entries()) {
    head.querySelector("button")?.addEventListener("click", () => {
      const isNumber = head.dataset.sort === "number";
      const before = head.getAttribute("aria-sort");
      const first = isNumber ? "descending" : "ascending";
      const order = before === null ? first : before === "ascending" ? "descending" : "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const way = order === "ascending" ? 1 : -1;
      const valueOf = (row) => row.cells[column].dataset.value ?? "";
      body.append(...[...body.rows].sort((one, other) => way * compare(valueOf(one), valueOf(other), isNumber)));
    });
  }
}

function wireRows() {
  table.tBodies[0].addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row && !event.target.closest("a")) location.assign(rows.get(row.dataset.symbol).href);
  });
}

function take(message) {
  newest.set(message.symbol, message);
  drawSoon(drawRows);
}

if (table) {
  for (const row of table.tBodies[0].rows) rows.set(row.dataset.symbol, new MarketRow(row));
  wireSearch();
  wireSorting();
  wireRows();
  loadSparks();
  new Feed({ channels: ["ticker"], symbols: [...rows.keys()], onMessage: take, onState: showConnection });
}
