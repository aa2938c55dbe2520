/* A sparkline: the closes of the last hour as one small line. */

const WIDTH = 120;
const HEIGHT = 28;
const MARGIN = 2;

/** Draws the values into an SVG; its direction is that of the last value against the first. */
export function drawSparkline(svg, values) {
  if (values.length < 2) return;
  const low = Math.min(...values);
  const range = Math.max(...values) - low || 1;
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * WIDTH;
    const y = HEIGHT - MARGIN - ((value - low) / range) * (HEIGHT - 2 * MARGIN);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const first = values[0];
  const last = values.at(-1);
  svg.dataset.direction = last > first ? "up" : last < first ? "down" : "flat";
  svg.querySelector(".spark-line").setAttribute("d", `M${points.join("L")}`);
  svg.querySelector(".spark-area").setAttribute("d", `M0,${HEIGHT}L${points.join("L")}L${WIDTH},${HEIGHT}Z`);
}
