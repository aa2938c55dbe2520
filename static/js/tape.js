/* The tape: the newest trades, newest first. */

import { drawSoon, setText } from "./draw.js";
import { plain } from "./numbers.js";
import { timeOfDay, withZone } from "./times.js";

const TRADES_SHOWN = 60;
const LOOK_OF = { BUY: "up", SELL: "down" };
const TITLE_OF = { BUY: "A buyer took the offer", SELL: "A seller hit the bid" };

class TapeRow {
  constructor() {
    this.element = document.createElement("div");
    this.element.setAttribute("role", "row");
    this.cells = ["price", "quantity", "time"].map((name) => {
      const cell = this.element.appendChild(document.createElement("span"));
      cell.className = name === "time" ? "dim" : name;
      cell.setAttribute("role", "cell");
      return cell;
    });
  }

  draw(trade) {
    if (this.tradeId === trade.trade_id) return;
    this.tradeId = trade.trade_id;
    const [price, quantity, time] = this.cells;
    this.element.className = `tape-row ${LOOK_OF[trade.aggressor_side] ?? ""}`;
    this.element.title = TITLE_OF[trade.aggressor_side] ?? "Traded in an auction";
    setText(price, plain(trade.price));
    setText(quantity, plain(trade.quantity));
    const date = new Date(trade.executed_at);
    setText(time, timeOfDay(date));
    time.title = withZone(date);
  }
}

/** Keeps the newest trades of one instrument. */
export class Tape {
  constructor(root) {
    this.body = root.querySelector("[data-rows]");
    this.trades = []; // newest first
    this.rows = [];
    this.isLive = false;
    this.draw = this.draw.bind(this);
  }

  takeSnapshot(trades) {
    this.trades = [...trades].reverse().slice(0, TRADES_SHOWN);
    if (!this.isLive && this.trades.length > 0) {
      this.body.replaceChildren();
      this.isLive = true;
    }
    drawSoon(this.draw);
  }

  takeTrades(trades) {
    if (!this.isLive) {
      this.takeSnapshot(trades);
      return;
    }
    this.trades = [...trades].reverse().concat(this.trades).slice(0, TRADES_SHOWN);
    drawSoon(this.draw);
  }

  draw() {
    while (this.rows.length < this.trades.length) {
      const row = new TapeRow();
      this.rows.push(row);
      this.body.append(row.element);
    }
    for (const [index, trade] of this.trades.entries()) this.rows[index].draw(trade);
  }
}
