/* The market data feed: one websocket, numbered messages, a fresh snapshot after every gap. */

const BACKOFF_MS = [250, 500, 1000, 2000, 4000, 8000];
const SILENCE_MS = 6000;
const BEHIND_MS = 2000;
const CHECK_MS = 1000;

function feedAddress() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/ws/v1/market/`;
}

/**
 * Follows channels of symbols. Calls onMessage with every snapshot and every message that follows on without a gap,
 * and onState with "connecting", "live" or "reconnecting".
 */
export class Feed {
  constructor({ channels, symbols, onMessage, onState }) {
    this.channels = channels;
    this.symbols = symbols;
    this.onMessage = onMessage;
    this.onState = onState;
    this.positions = new Map(); // "channel symbol" -> last sequence; absent while a snapshot is awaited
    this.behindSince = new Map(); // symbol -> when a heartbeat first showed that something is missing
    this.attempts = 0;
    this.requests = 0;
    this.heardAt = 0;
    this.retryTimer = null;
    this.onState("connecting");
    this.connect();
    setInterval(() => this.closeIfSilent(), CHECK_MS);
    window.addEventListener("online", () => this.connectNow());
  }

  connect() {
    this.retryTimer = null;
    const socket = new WebSocket(feedAddress());
    this.socket = socket;
    this.heardAt = Date.now();
    socket.addEventListener("open", () => this.subscribe(this.channels, this.symbols));
    socket.addEventListener("message", (event) => this.hear(JSON.parse(event.data)));
    socket.addEventListener("close", () => this.retryLater(socket));
  }

  connectNow() {
    if (this.retryTimer === null) return;
    clearTimeout(this.retryTimer);
    this.connect();
  }

  retryLater(socket) {
    if (socket !== this.socket || this.retryTimer !== null) return;
    this.positions.clear();
    this.behindSince.clear();
    this.onState("reconnecting");
    const wait = BACKOFF_MS[Math.min(this.attempts, BACKOFF_MS.length - 1)];
    this.attempts += 1;
    this.retryTimer = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  closeIfSilent() {
    const isHearing = this.socket.readyState === WebSocket.OPEN || this.socket.readyState === WebSocket.CONNECTING;
    if (!isHearing || Date.now() - this.heardAt < SILENCE_MS) return;
    const silent = this.socket;
    silent.close();
    this.retryLater(silent);
  }

  subscribe(channels, symbols) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    for (const symbol of symbols) {
      for (const channel of channels) this.positions.delete(`${channel} ${symbol}`);
      this.behindSince.delete(symbol);
    }
    this.requests += 1;
    this.socket.send(JSON.stringify({ op: "subscribe", id: String(this.requests), channels, symbols }));
  }

  hear(message) {
    this.heardAt = Date.now();
    if (message.type === "snapshot") this.takeSnapshot(message);
    else if (message.type === "heartbeat") this.takeHeartbeat(message);
    else if (this.channels.includes(message.type)) this.takeChange(message);
    else if (message.type === "error") console.warn("market data:", message.code, message.detail);
  }

  takeSnapshot(message) {
    this.positions.set(`${message.channel} ${message.symbol}`, message.last_sequence);
    this.attempts = 0;
    this.onState("live");
    this.onMessage(message);
  }

  takeChange(message) {
    const key = `${message.type} ${message.symbol}`;
    const position = this.positions.get(key);
    if (position === undefined || message.last_sequence <= position) return;
    if (message.first_sequence !== position + 1) {
      this.subscribe([message.type], [message.symbol]);
      return;
    }
    this.positions.set(key, message.last_sequence);
    this.onMessage(message);
  }

  takeHeartbeat({ symbol, channels: newest }) {
    const late = this.channels.filter((channel) => {
      const position = this.positions.get(`${channel} ${symbol}`);
      return position !== undefined && position < newest[channel];
    });
    if (late.length === 0) {
      this.behindSince.delete(symbol);
      return;
    }
    const since = this.behindSince.get(symbol) ?? Date.now();
    this.behindSince.set(symbol, since);
    if (Date.now() - since > BEHIND_MS) this.subscribe(late, [symbol]);
  }
}
