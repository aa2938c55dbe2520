/* The order ticket: which fields a type has, what they are called, and what the order would come to. It places nothing. */

import { drawSoon, setText } from "./draw.js";
import { placesOf } from "./numbers.js";
import { placeProblem } from "./ticket_problem.js";
import { showTab } from "./tabs.js";

const page = document.getElementById("trading");
/* A market order may trade above the best offer, and reserves for it. */
const MARKET_CAUTION = 1.06;
const ROUNDING = 1e-9;
const PREVIEW_AFTER_MS = 250;
const PREVIEW_AGAIN_MS = 3000; // the book moves while the ticket is filled in
const WITH_PRICE = new Set(["LIMIT", "STOP_LIMIT", "PEGGED", "BRACKET", "ONE_CANCELS_THE_OTHER"]);
const NEVER_WAITS_OR_FOR_AUCTIONS = new Set(["IOC", "FOK", "AT_THE_OPEN", "AT_THE_CLOSE"]);
const ANY_TIME_IN_FORCE = new Set(["LIMIT", "MARKET"]);
const LABELS = { BUY: "Buy", SELL: "Sell" };

function ticket() {
  return document.getElementById("ticket");
}

function numberIn(field) {
  const value = Number(field.value.replaceAll(",", ""));
  return Number.isFinite(value) && value > 0 ? value : 0;
}

/** The fields of the ticket that step by the price's step, and those that step by the quantity's. */
function stepsOf({ tickSize, lotSize }) {
  const prices = ["price", "stop_px", "take_profit_px", "trail_by", "peg_offset", "protection_px"];
  const quantities = ["order_qty", "display_qty", "min_qty"];
  return Object.fromEntries([...prices.map((name) => [name, tickSize]), ...quantities.map((name) => [name, lotSize])]);
}

/** Keeps the ticket's fields, labels and preview in step with what is entered and with the book. */
export class Ticket {
  constructor({ best }) {
    this.best = best;
    this.steps = stepsOf(page.dataset);
    this.timer = null;
    this.refresh = this.refresh.bind(this);
    document.addEventListener("input", ({ target }) => target.closest("#ticket") && this.changed());
    document.addEventListener("click", ({ target }) => target.dataset.share && this.takeShare(Number(target.dataset.share)));
    document.addEventListener("keydown", (event) => this.stepField(event));
    document.body.addEventListener("htmx:afterSwap", ({ target }) => target.id === "ticket-preview" && placeProblem(ticket()));
    setInterval(() => this.previewAgain(), PREVIEW_AGAIN_MS);
    this.refresh();
  }

  changed() {
    this.refresh();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.preview(), PREVIEW_AFTER_MS);
  }

  preview() {
    const form = ticket();
    if (!form || form.classList.contains("htmx-request")) return;
    window.htmx.trigger("#ticket-preview", "ticket-changed");
  }

  previewAgain() {
    const form = ticket();
    const isWorthIt = form && document.visibilityState === "visible" && form.elements.order_qty.value !== "";
    if (isWorthIt && ANY_TIME_IN_FORCE.has(form.dataset.type)) this.preview();
  }

  refreshSoon() {
    drawSoon(this.refresh);
  }

  refresh() {
    const form = ticket();
    if (!form) return;
    const { side, ord_type: type, account } = form.elements;
    form.dataset.side = side.value;
    form.dataset.type = type.value;
    setText(form.querySelector("[data-submit-label]"), LABELS[side.value] ?? "Place order");
    this.nameFields(form, type.value.toLowerCase());
    this.offerTimesInForce(form.elements.time_in_force, type.value);
    for (const power of form.querySelectorAll("#buying-power [data-account]")) {
      power.hidden = power.dataset.account !== account.value;
    }
  }

  /** Some fields have another name in some types. */
  nameFields(form, type) {
    for (const label of form.querySelectorAll("[data-label]")) {
      setText(label, label.getAttribute(`data-label-${type}`) ?? label.dataset.label);
    }
  }

  offerTimesInForce(select, type) {
    for (const option of select.options) {
      option.hidden = NEVER_WAITS_OR_FOR_AUCTIONS.has(option.value) && !ANY_TIME_IN_FORCE.has(type);
      if (option.hidden && option.selected) select.value = "DAY";
    }
  }

  /** Fills in a price from the book. The other side's price is the one to trade with. */
  fillPrice(price, side) {
    const form = ticket();
    if (!form || !price) return;
    form.elements.side.value = side === "bids" ? "SELL" : "BUY";
    if (!WITH_PRICE.has(form.elements.ord_type.value)) form.elements.ord_type.value = "LIMIT";
    form.elements.price.value = price;
    showTab("trading", "ticket");
    form.elements.order_qty.focus();
    form.elements.order_qty.select();
    this.changed();
  }

  /** Fills in the quantity that a share of the buying power buys, or that share of what is held. */
  takeShare(share) {
    const { side, price, ord_type: type, account, order_qty: quantity } = ticket().elements;
    const number = CSS.escape(account.value);
    const held = document.querySelector(`[data-own-position="${number}"]`)?.dataset.held ?? 0;
    const power = document.querySelector(`#buying-power [data-account="${number}"]`)?.dataset.amount ?? 0;
    const best = this.best(side.value === "BUY" ? "offers" : "bids")[0]?.[0] ?? 0;
    const at = WITH_PRICE.has(type.value) ? numberIn(price) || Number(best) : Number(best) * MARKET_CAUTION;
    const whole = side.value === "BUY" ? (at > 0 ? Number(power) / at : 0) : Number(held);
    const step = Number(this.steps.order_qty);
    const lots = Math.floor((whole * share) / 100 / step + ROUNDING);
    quantity.value = lots > 0 ? (lots * step).toFixed(placesOf(this.steps.order_qty)) : "";
    quantity.focus();
    this.changed();
  }

  /** Chooses a side, with the cursor in the quantity. */
  pickSide(side) {
    const form = ticket();
    if (!form) return;
    form.elements.side.value = side;
    showTab("trading", "ticket");
    form.elements.order_qty.focus();
    this.changed();
  }

  /** Moves the price one step up (1) or down (-1), from the best price of the ticket's own side if there is none yet. */
  stepPrice(way) {
    const form = ticket();
    if (!form || !WITH_PRICE.has(form.dataset.type)) return;
    const { price, side } = form.elements;
    if (price.value === "") price.value = this.best(side.value === "BUY" ? "bids" : "offers")[0]?.[0] ?? page.dataset.reference;
    this.step(price, way);
  }

  stepField(event) {
    const isOurs = event.target.form?.id === "ticket" && this.steps[event.target.name] !== undefined;
    if (!isOurs || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    this.step(event.target, event.key === "ArrowUp" ? 1 : -1);
  }

  step(field, way) {
    const step = this.steps[field.name];
    const next = Math.round(numberIn(field) / Number(step)) * Number(step) + way * Number(step);
    field.value = Math.max(next, Number(step)).toFixed(placesOf(step));
    this.changed();
  }
}

/** Says on the ticket what the phase of the instrument means for an order now; nothing while it simply trades. */
export function explainPhase({ phase, phase_reason: reason }) {
  const note = document.getElementById("ticket-note");
  if (!note) return;
  const because = reason ? `: ${reason}` : "";
  const said = {
    HALTED: `Trading is halted${because}. No order is taken until it resumes; you can cancel the ones you have.`,
    CLOSED: `The market is closed${because}. No order is taken; you can cancel the ones you have.`,
  }[phase];
  const collects = phase.endsWith("AUCTION") || phase === "PRE_OPEN";
  const auction = "Orders gather for an auction: they wait, and then trade at one price. Nothing trades at once.";
  setText(note, said ?? (collects ? auction : ""));
  note.hidden = note.textContent === "";
}
