/* The order ticket: the estimate, steps by arrow keys, filling in a price from the book. It places nothing itself. */

import { setText } from "./draw.js";
import { fixed, placesOf } from "./numbers.js";
import { showTab } from "./tabs.js";

const page = document.getElementById("trading");
/* A market order may trade above the best offer, and reserves for it. */
const MARKET_CAUTION = 1.06;
const ROUNDING = 1e-9;
const WITHOUT_PRICE = new Set(["MARKET", "STOP"]);
const LABELS = { BUY: "Buy", SELL: "Sell" };

function ticket() {
  return document.getElementById("ticket");
}

function numberIn(field) {
  const value = Number(field.value.replaceAll(",", ""));
  return Number.isFinite(value) && value > 0 ? value : 0;
}

/** What a market order of this quantity would cost against the levels, best first; null when they do not suffice. */
function costAgainst(levels, quantity) {
  let left = quantity;
  let cost = 0;
  for (const [price, available] of levels) {
    const taken = Math.min(left, Number(available));
    cost += taken * Number(price);
    left -= taken;
    if (left <= 0) return cost;
  }
  return null;
}

/** Keeps the ticket's labels and estimate in step with its fields and with the book. */
export class Ticket {
  constructor({ best }) {
    this.best = best;
    const { tickSize, lotSize } = page.dataset;
    this.steps = { price: tickSize, stop_px: tickSize, trail_by: tickSize, order_qty: lotSize, display_qty: lotSize, min_qty: lotSize };
    document.addEventListener("input", ({ target }) => target.closest("#ticket") && this.refresh());
    document.addEventListener("click", ({ target }) => target.dataset.share && this.takeShare(Number(target.dataset.share)));
    document.addEventListener("keydown", (event) => this.step(event));
    document.addEventListener("keydown", (event) => this.pickSide(event));
    this.refresh();
  }

  refresh() {
    const form = ticket();
    if (!form) return;
    const { side, ord_type: type, price, stop_px: stopPrice, order_qty: quantity, account } = form.elements;
    form.dataset.side = side.value;
    form.dataset.type = type.value;
    price.disabled = WITHOUT_PRICE.has(type.value);
    setText(form.querySelector("[data-submit-label]"), LABELS[side.value] ?? "Place order");
    const isBuy = side.value === "BUY";
    setText(form.querySelector("[data-estimate-label]"), isBuy ? "Estimated cost" : "Estimated proceeds");
    const levels = this.best(isBuy ? "offers" : "bids");
    const asked = numberIn(quantity);
    const named = numberIn(type.value === "STOP" ? stopPrice : price);
    const amount = type.value === "MARKET" ? costAgainst(levels, asked) : asked * named;
    const text = amount === null ? "more than the book holds" : amount > 0 ? fixed(amount, 2) : "–";
    setText(form.querySelector("[data-estimate]"), text);
    for (const power of form.querySelectorAll("#buying-power [data-account]")) {
      power.hidden = power.dataset.account !== account.value;
    }
  }

  /** Fills in a price from the book. The other side's price is the one to trade with. */
  fillPrice(price, side) {
    const form = ticket();
    if (!form || !price) return;
    form.elements.side.value = side === "bids" ? "SELL" : "BUY";
    form.elements.ord_type.value = "LIMIT";
    this.refresh();
    form.elements.price.value = price;
    showTab("trading", "ticket");
    form.elements.order_qty.focus();
    form.elements.order_qty.select();
    this.refresh();
  }

  /** Fills in the quantity that a share of the buying power buys, or that share of what is held. */
  takeShare(share) {
    const { side, price, ord_type: type, account, order_qty: quantity } = ticket().elements;
    const number = CSS.escape(account.value);
    const held = document.querySelector(`[data-own-position="${number}"]`)?.dataset.held ?? 0;
    const power = document.querySelector(`#buying-power [data-account="${number}"]`)?.dataset.amount ?? 0;
    const best = this.best(side.value === "BUY" ? "offers" : "bids")[0]?.[0] ?? 0;
    const at = type.value === "MARKET" ? Number(best) * MARKET_CAUTION : numberIn(price) || Number(best);
    const whole = side.value === "BUY" ? (at > 0 ? Number(power) / at : 0) : Number(held);
    const step = Number(this.steps.order_qty);
    const lots = Math.floor((whole * share) / 100 / step + ROUNDING);
    quantity.value = lots > 0 ? (lots * step).toFixed(placesOf(this.steps.order_qty)) : "";
    this.refresh();
    quantity.focus();
  }

  step(event) {
    const step = event.target.form?.id === "ticket" ? this.steps[event.target.name] : undefined;
    if (step === undefined || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const places = placesOf(step);
    const way = event.key === "ArrowUp" ? 1 : -1;
    const next = Math.round(numberIn(event.target) / Number(step)) * Number(step) + way * Number(step);
    event.target.value = Math.max(next, Number(step)).toFixed(places);
    this.refresh();
  }

  pickSide(event) {
    const side = { b: "BUY", s: "SELL" }[event.key.toLowerCase()];
    const isTyping = event.target.matches("input:not([type=radio]), select, textarea");
    if (!ticket() || side === undefined || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    ticket().elements.side.value = side;
    this.refresh();
    ticket().elements.order_qty.focus();
  }
}
