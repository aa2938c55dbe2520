/* The reader's own orders, fills and position: refreshed after own acts and when a trade may have touched them. */

import { setText } from "./draw.js";
import { OwnEdits } from "./own_edits.js";
import { localizeTimes } from "./times.js";

const REFRESH_EVERY_MS = 1000;
const HELD_MS = 100;
const SECOND_LOOK_MS = 500;
const SLOW_REFRESH_MS = 15_000;

/** Tells the page, at most once a second, that the own part is out of date. */
export class OwnPart {
  constructor({ onDrawn }) {
    this.onDrawn = onDrawn;
    this.askedAt = 0;
    this.timer = null;
    this.edits = new OwnEdits();
    for (const name of ["htmx:beforeRequest", "htmx:beforeSwap"]) {
      document.body.addEventListener(name, (event) => this.holdWhileInUse(event));
    }
    document.body.addEventListener("htmx:afterSwap", ({ target }) => {
      localizeTimes(document);
      if (target.id === "own") this.edits.restore();
    });
    document.body.addEventListener("htmx:afterSettle", ({ detail }) => this.settle(detail));
    document.body.addEventListener("own-changed", () => this.lookAgain());
    if (!document.getElementById("own")) return;
    setInterval(() => document.visibilityState === "visible" && this.refreshSoon(), SLOW_REFRESH_MS);
    this.drawn();
  }

  /** Refreshes when one of the trades went through the price of an own open order. */
  takeTrades(trades) {
    const orders = [...document.querySelectorAll("[data-own-order]")];
    const isTouched = ({ price }) =>
      orders.some(({ dataset }) => {
        if (dataset.price === "") return true;
        return dataset.side === "BUY" ? Number(price) <= Number(dataset.price) : Number(price) >= Number(dataset.price);
      });
    if (trades.some(isTouched)) this.refreshSoon();
  }

  refreshSoon() {
    if (this.timer !== null || !document.getElementById("own")) return;
    const wait = Math.max(HELD_MS, this.askedAt + REFRESH_EVERY_MS - Date.now());
    this.timer = setTimeout(() => {
      this.timer = null;
      this.askedAt = Date.now();
      this.isOurAsking = true;
      window.htmx.trigger(document.body, "own-changed");
      this.isOurAsking = false;
    }, wait);
  }

  /** After the reader's own act the matching may take a moment more than the answer did. */
  lookAgain() {
    if (this.isOurAsking) return;
    setTimeout(() => this.refreshSoon(), SECOND_LOOK_MS);
  }

  /** Never takes a button away from under the reader's finger, nor a form while its answer is awaited. */
  holdWhileInUse(event) {
    const part = document.getElementById("own");
    if (!part || event.target !== part) return;
    if (!part.matches(":active") && !part.querySelector("form.htmx-request")) {
      if (event.type === "htmx:beforeSwap") this.edits.keep();
      return;
    }
    event.preventDefault();
    this.refreshSoon();
  }

  settle({ target }) {
    const said = target.querySelector?.("[data-announce]") ?? document.querySelector("#ticket [data-announce]");
    if (said) setText(document.getElementById("announcement"), said.textContent);
    this.drawn();
  }

  drawn() {
    for (const count of document.querySelectorAll("[data-count-of]")) {
      const number = document.getElementById(count.dataset.countOf)?.dataset.count ?? "";
      setText(count, number === "0" ? "" : number);
    }
    const orders = [...document.querySelectorAll("[data-own-order]")].map(({ dataset }) => dataset.price);
    const fills = [...document.querySelectorAll("[data-own-fill]")].map(({ dataset }) => ({
      time: Math.floor(Date.parse(dataset.time) / 1000),
      side: dataset.side,
      quantity: dataset.quantity,
    }));
    this.onDrawn({ orderPrices: orders.filter((price) => price !== ""), fills });
  }
}
