/* The depth chart: how much waits on both sides, summed from the best price outwards. */

import { calmly } from "./draw.js";
import { plain } from "./numbers.js";

const LEVELS_MAX = 40;
const FOOT_PX = 20;
const MARGIN_PX = 12;
const PAUSE_MS = 200;
const NEARER_SIDES = 2;

/** The running totals of the levels, best first: [[price, total, price as it is written], ...]. */
function totalsOf(levels) {
  let total = 0;
  return levels.slice(0, LEVELS_MAX).map(([price, quantity]) => {
    total += Number(quantity);
    return [Number(price), total, price];
  });
}

/** How far from the middle is shown: one order far away on one side is not to flatten all the others. */
function reachOf(below, above) {
  return Math.min(Math.max(below, above), NEARER_SIDES * Math.min(below, above));
}

/** Draws both sides of the book into a canvas, as wide on one side of the middle as on the other. */
export class DepthChart {
  constructor(canvas, { best }) {
    this.canvas = canvas;
    this.best = best;
    this.drawSoon = calmly(() => this.draw(), PAUSE_MS);
    new ResizeObserver(() => this.drawSoon()).observe(canvas);
    window.addEventListener("theme-changed", () => this.drawSoon());
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    if (height < 3 * FOOT_PX) return;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const sides = { bids: totalsOf(this.best("bids")), offers: totalsOf(this.best("offers")) };
    if (sides.bids.length === 0 || sides.offers.length === 0) return;
    const middle = (sides.bids[0][0] + sides.offers[0][0]) / 2;
    const reach = reachOf(middle - sides.bids.at(-1)[0], sides.offers.at(-1)[0] - middle);
    const isInSight = ([price]) => Math.abs(price - middle) <= reach;
    const [bids, offers] = [sides.bids, sides.offers].map((side) => side.filter(isInSight));
    if (bids.length === 0 || offers.length === 0) return;
    const most = Math.max(bids.at(-1)[1], offers.at(-1)[1]);
    const frame = {
      x: (price) => width / 2 + ((price - middle) / reach) * (width / 2),
      y: (total) => height - FOOT_PX - (total / most) * (height - FOOT_PX - MARGIN_PX),
      foot: height - FOOT_PX,
    };
    const colors = getComputedStyle(document.documentElement);
    this.drawSide(pen, bids, { ...frame, edge: 0 }, colors, "--up");
    this.drawSide(pen, offers, { ...frame, edge: width }, colors, "--down");
    this.drawFoot(pen, [bids.at(-1)[2], offers.at(-1)[2]], { width, height }, colors);
  }

  drawSide(pen, totals, { x, y, foot, edge }, colors, color) {
    pen.beginPath();
    pen.moveTo(x(totals[0][0]), foot);
    let before = foot;
    for (const [price, total] of totals) {
      pen.lineTo(x(price), before);
      before = y(total);
      pen.lineTo(x(price), before);
    }
    pen.lineTo(edge, before);
    pen.strokeStyle = colors.getPropertyValue(color);
    pen.lineWidth = 1.3;
    pen.stroke();
    pen.lineTo(edge, foot);
    pen.closePath();
    pen.fillStyle = colors.getPropertyValue(`${color}-wash`);
    pen.fill();
  }

  drawFoot(pen, [low, high], { width, height }, colors) {
    pen.fillStyle = colors.getPropertyValue("--dim");
    pen.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = "middle";
    pen.textAlign = "left";
    pen.fillText(plain(low), MARGIN_PX, height - FOOT_PX / 2);
    pen.textAlign = "right";
    pen.fillText(plain(high), width - MARGIN_PX, height - FOOT_PX / 2);
  }
}
