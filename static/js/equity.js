/* The equity curve, drawn from the table beside it, which stays for those who would rather read it. */

import { colorOf, localTick } from "./chart_look.js";
import { fixed } from "./numbers.js";
import { withZone } from "./times.js";

const { AreaSeries, LineType, createChart } = window.LightweightCharts;

const STEPS = 240; // the chart gives each point the same room: steps of equal length make it a scale of time

/** The points of the table, oldest first and one a second. */
function pointsOf(table) {
  const byTime = new Map();
  for (const row of [...table.querySelectorAll("tr[data-equity]")].reverse()) {
    byTime.set(Math.floor(Date.parse(row.querySelector("time").dateTime) / 1000), Number(row.dataset.equity));
  }
  return [...byTime].map(([time, value]) => ({ time, value }));
}

/** The same with steps of equal length between them, each with the worth that held then. */
function inStep(points) {
  const [first, last] = [points[0].time, points.at(-1).time];
  const length = Math.max(1, (last - first) / STEPS);
  const steps = Array.from({ length: Math.floor((last - first) / length) }, (_, step) => Math.floor(first + step * length));
  const values = new Map(points.map(({ time, value }) => [time, value]));
  let value = points[0].value;
  return [...new Set([...steps, ...values.keys()])].sort((one, other) => one - other).map((time) => {
    value = values.get(time) ?? value;
    return { time, value };
  });
}

function draw(root, table) {
  root.hidden = false;
  const canvas = document.createElement("div");
  canvas.className = "chart-canvas";
  root.prepend(canvas);
  const chart = createChart(canvas, {
    autoSize: true,
    layout: { attributionLogo: false, background: { color: "transparent" }, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 11 },
    rightPriceScale: { borderVisible: false, minimumWidth: 64 },
    timeScale: { borderVisible: false, timeVisible: true, fixLeftEdge: true, fixRightEdge: true, tickMarkFormatter: localTick },
    localization: { timeFormatter: (time) => withZone(new Date(time * 1000)), priceFormatter: (worth) => fixed(worth, 2) },
    handleScroll: false,
    handleScale: false,
  });
  const series = chart.addSeries(AreaSeries, { lineWidth: 2, lineType: LineType.WithSteps, priceLineVisible: false });
  const paint = () => {
    const [accent, line, dim, raised] = ["--accent", "--line", "--dim", "--raised"].map(colorOf);
    const grid = { color: line };
    const hair = { color: dim, labelBackgroundColor: raised };
    chart.applyOptions({ layout: { textColor: dim }, grid: { vertLines: grid, horzLines: grid }, crosshair: { vertLine: hair, horzLine: hair } });
    series.applyOptions({ lineColor: accent, topColor: "transparent", bottomColor: "transparent" });
  };
  paint();
  window.addEventListener("theme-changed", paint);
  series.setData(inStep(pointsOf(table)));
  chart.timeScale().fitContent();
}

const root = document.getElementById("equity-chart");
if (root) {
  const table = document.getElementById("equity-table");
  draw(root, table);
  table.open = false;
}
