/* Shades behind the candles: where the page saw trading halted, closed or gathering for an auction. */

const NAMES = { HALTED: "Halted", CLOSED: "Closed" };

/** The stretches of time in which an instrument did not trade continuously, drawn as bands behind its candles. */
export class PhaseShades {
  constructor({ candles }) {
    this.candles = candles;
    this.stretches = []; // { phase, from, to }: seconds; `to` is null while it lasts
  }

  /** Takes the phase that the instrument is in now; whether that is news. */
  take(phase, now) {
    const last = this.stretches.at(-1);
    const current = last?.to === null ? last.phase : "CONTINUOUS";
    if (phase === current) return false;
    if (last?.to === null) last.to = now;
    if (phase !== "CONTINUOUS") this.stretches.push({ phase, from: now, to: null });
    return true;
  }

  paint({ warn, accent, ink }) {
    this.colors = { warn, accent, ink };
  }

  attached({ chart, requestUpdate }) {
    this.chart = chart;
    this.requestUpdate = requestUpdate;
  }

  paneViews() {
    return [{ zOrder: () => "bottom", renderer: () => ({ draw: (target) => target.useMediaCoordinateSpace((space) => this.draw(space)) }) }];
  }

  draw({ context: pen, mediaSize: { width, height } }) {
    for (const { phase, from, to } of this.stretches) {
      const left = this.edge(from) ?? 0;
      const right = to === null ? width : this.edge(to) ?? width;
      pen.globalAlpha = 0.1;
      pen.fillStyle = NAMES[phase] ? this.colors.warn : this.colors.accent;
      pen.fillRect(left, 0, Math.max(right - left, 2), height);
      pen.globalAlpha = 1;
      pen.fillStyle = this.colors.ink;
      pen.font = "11px sans-serif";
      if (right - left > 48) pen.fillText(NAMES[phase] ?? "Auction", left + 6, 16);
    }
  }

  /** Where a moment lies: between the last candle before it and the first after it. */
  edge(time) {
    const candles = this.candles();
    const after = candles.findIndex((candle) => candle.time > time);
    const place = (after === -1 ? candles.length : after) - 0.5;
    return this.chart.timeScale().logicalToCoordinate(place);
  }
}
