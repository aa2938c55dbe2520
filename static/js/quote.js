/* The head of the trading page: last price, change, the day's figures, the phase. */

import { setNumber, setText } from "./draw.js";
import { timeOfDay } from "./times.js";
import { direction, percent, phaseLabel, plain, signed } from "./numbers.js";

const FIGURES = ["high_px", "low_px", "volume", "spread"];
const fields = new Map(
  [...document.querySelectorAll(".quote [data-field]")].map((element) => [element.dataset.field, element]),
);

/** Draws a ticker into the page's head and title. */
export function drawQuote(symbol, ticker) {
  const towards = direction(ticker.change);
  const last = fields.get("last_px");
  setNumber(last, plain(ticker.last_px), ticker.last_px);
  for (const name of ["up", "down", "flat"]) last.classList.toggle(name, name === towards);
  const change = fields.get("change");
  setText(change, `${signed(ticker.change)} (${percent(ticker.change_percent)})`);
  change.className = `change ${towards}`;
  for (const field of FIGURES) setText(fields.get(field), plain(ticker[field]));
  drawAuction(ticker);
  document.title = `${plain(ticker.last_px)} ${symbol} · MarketOps`;
}

/** Draws what an uncross would choose now; hidden while nothing gathers for one. */
function drawAuction({ indicative_px: price, indicative_qty: quantity, imbalance_qty: imbalance, phase, auction_ends_at: endsAt }) {
  const auction = document.getElementById("auction");
  auction.hidden = quantity === null;
  if (auction.hidden) return;
  setText(auction.querySelector("[data-phase-name]"), phaseLabel(phase));
  const part = (name) => auction.querySelector(`[data-auction="${name}"]`);
  setText(part("price"), price === null ? "nothing would trade yet" : plain(price));
  setText(part("quantity"), plain(quantity));
  setText(part("imbalance"), imbalanceInWords(imbalance));
  setText(part("ends"), endsAt ? `ends at ${timeOfDay(new Date(endsAt))}` : "");
}

/** Which side wants more than the other offers, said in words: a sign alone leaves it to be guessed. */
function imbalanceInWords(imbalance) {
  const value = Number(imbalance);
  if (value === 0) return "none";
  return value > 0 ? `${plain(imbalance)} more to buy` : `${plain(String(imbalance).replace("-", ""))} more to sell`;
}

/** Draws the phase: the badge, the banner of a halt with its reason, and what an operator may do now. */
export function drawPhase({ phase, phase_reason: reason }) {
  const badge = document.getElementById("phase");
  badge.dataset.phase = phase;
  setText(badge, phaseLabel(phase));
  const banner = document.getElementById("halt-banner");
  setText(banner.querySelector("[data-reason]"), reason ?? "");
  banner.hidden = phase !== "HALTED";
  const operate = document.getElementById("operate");
  if (operate) operate.dataset.phase = phase;
}
