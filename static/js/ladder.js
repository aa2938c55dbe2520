/* The depth ladder: the best levels of both sides with cumulative bars; a click on a price fills the ticket. */

import { drawSoon, setText } from "./draw.js";
import { direction, fixed, placesOf, plain } from "./numbers.js";

const ROW_PX = { wide: 24, phone: 26 };
const ROWS_MAX = 40;

class LevelRow {
  constructor(side, onPick) {
    this.element = document.createElement("div");
    this.element.className = `ladder-row ${side === "bids" ? "bid" : "offer"} is-blank`;
    this.element.setAttribute("role", "row");
    this.bar = this.element.appendChild(document.createElement("i"));
    this.bar.className = "bar";
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "price";
    this.button.addEventListener("click", () => onPick(this.price, side));
    const priceCell = document.createElement("span");
    priceCell.setAttribute("role", "cell");
    priceCell.append(this.button);
    this.quantity = document.createElement("span");
    this.total = document.createElement("span");
    this.total.className = "total";
    for (const cell of [this.quantity, this.total]) cell.setAttribute("role", "cell");
    this.ownMark = document.createElement("i");
    this.ownMark.className = "own-mark";
    this.ownMark.title = "Your order";
    this.element.prepend(priceCell, this.quantity, this.total);
    this.element.append(this.ownMark);
  }

  blank() {
    this.element.classList.add("is-blank");
    this.price = "";
  }

  draw({ price, quantity, total, share, isOwn, verb }) {
    this.element.classList.remove("is-blank");
    this.price = price;
    if (setText(this.button, plain(price))) this.button.setAttribute("aria-label", `${verb} at ${plain(price)}`);
    setText(this.quantity, plain(quantity));
    setText(this.total, total);
    this.ownMark.hidden = !isOwn;
    this.bar.style.setProperty("--share", share);
  }
}

/** Keeps the levels of a book and draws as many as fit. */
export class Ladder {
  constructor(root, { lotSize, onPick }) {
    this.levels = { bids: new Map(), offers: new Map() };
    this.sides = { bids: root.querySelector('[data-side="bids"]'), offers: root.querySelector('[data-side="offers"]') };
    this.rows = { bids: [], offers: [] };
    this.places = placesOf(lotSize);
    this.onPick = onPick;
    this.ownPrices = new Set();
    this.last = root.querySelector("[data-last]");
    this.spread = root.querySelector("[data-spread]");
    this.emptyNote = root.parentElement.querySelector("[data-empty]");
    this.isLive = false;
    this.draw = this.draw.bind(this);
    this.sorted = { bids: null, offers: null }; // the levels best first, until the next change
    this.room = 0; // rows that fit on a side; measured when the size changes, as measuring makes the browser lay out
    new ResizeObserver(() => this.measure()).observe(root);
    this.measure();
  }

  takeSnapshot({ bids, offers }) {
    this.levels = { bids: new Map(bids), offers: new Map(offers) };
    this.sorted = { bids: null, offers: null };
    if (!this.isLive) for (const side of Object.values(this.sides)) side.replaceChildren();
    this.isLive = true;
    drawSoon(this.draw);
  }

  takeChange({ bids, offers }) {
    for (const [side, changes] of Object.entries({ bids, offers })) {
      if (changes.length > 0) this.sorted[side] = null;
      for (const [price, quantity] of changes) {
        if (Number(quantity) === 0) this.levels[side].delete(price);
        else this.levels[side].set(price, quantity);
      }
    }
    drawSoon(this.draw);
  }

  /** The levels of a side, best first. */
  best(side) {
    const way = side === "bids" ? -1 : 1;
    this.sorted[side] ??= [...this.levels[side]].sort(([one], [other]) => way * (Number(one) - Number(other)));
    return this.sorted[side];
  }

  drawLast(ticker) {
    setText(this.last, plain(ticker.last_px));
    this.last.className = direction(ticker.change);
  }

  /** Marks the prices at which the reader has open orders: the same price may be written with other digits. */
  markOwn(prices) {
    this.ownPrices = new Set(prices.map(Number));
    if (this.isLive) drawSoon(this.draw);
  }

  measure() {
    const isPhone = matchMedia("(max-width: 900px)").matches;
    const height = Math.min(this.sides.bids.clientHeight, this.sides.offers.clientHeight);
    this.room = Math.min(Math.floor(height / (isPhone ? ROW_PX.phone : ROW_PX.wide)), ROWS_MAX);
    if (this.isLive) drawSoon(this.draw);
  }

  draw() {
    const shown = { bids: this.fitting("bids"), offers: this.fitting("offers") };
    this.emptyNote.hidden = this.levels.bids.size + this.levels.offers.size > 0;
    const sum = (levels) => levels.reduce((total, [, quantity]) => total + Number(quantity), 0);
    const most = Math.max(sum(shown.bids), sum(shown.offers), Number.MIN_VALUE);
    this.drawSide("bids", shown.bids, most);
    this.drawSide("offers", shown.offers, most);
    const [bid, offer] = [shown.bids[0], shown.offers[0]];
    const places = Math.max(placesOf(bid?.[0] ?? ""), placesOf(offer?.[0] ?? ""));
    setText(this.spread, bid && offer ? fixed(Number(offer[0]) - Number(bid[0]), places) : "–");
  }

  fitting(side) {
    const count = this.room;
    const rows = this.rows[side];
    while (rows.length < count) {
      const row = new LevelRow(side, this.onPick);
      rows.push(row);
      if (side === "bids") this.sides.bids.append(row.element);
      else this.sides.offers.prepend(row.element);
    }
    while (rows.length > count) rows.pop().element.remove();
    return this.best(side).slice(0, count);
  }

  drawSide(side, levels, most) {
    let total = 0;
    const verb = side === "bids" ? "Sell" : "Buy";
    for (const [index, row] of this.rows[side].entries()) {
      const level = levels[index];
      if (level === undefined) {
        row.blank();
        continue;
      }
      const [price, quantity] = level;
      total += Number(quantity);
      const isOwn = this.ownPrices.has(Number(price));
      row.draw({ price, quantity, total: fixed(total, this.places), share: total / most, isOwn, verb });
    }
  }
}
