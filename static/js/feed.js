/* The market data feed: one websocket, numbered messages, every gap filled or followed by a fresh snapshot. */

import { Repairs } from "./repairs.js";

const BACKOFF_MS = [250, 500, 1000, 2000, 4000, 8000];
const SILENCE_MS = 6000;
const BEHIND_MS = 2000;
const CHECK_MS = 1000;
const WHOLE_IN_EACH_MESSAGE = "ticker";

function feedAddress() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/ws/v1/market/`;
}

/** A message without the trades that were accounted for before. */
function newOf(message, position) {
  if (message.trades === undefined) return message;
  return { ...message, trades: message.trades.filter((trade) => trade.sequence > position) };
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
    this.epochs = new Map(); // "channel symbol" -> the life of the book that its sequences belong to
    this.repairs = new Repairs({
      ask: (range) => this.send({ op: "replay", ...range }),
      take: (message) => this.takeChange(message),
      giveUp: (channel, symbol) => this.subscribe([channel], [symbol]),
    });
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
    this.repairs.clear();
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
      for (const channel of channels) this.awaitSnapshot(`${channel} ${symbol}`);
      this.behindSince.delete(symbol);
    }
    this.send({ op: "subscribe", channels, symbols });
  }

  awaitSnapshot(key) {
    this.positions.delete(key);
    this.repairs.forget(key);
  }

  send(request) {
    this.requests += 1;
    const id = String(this.requests);
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ id, ...request }));
    return id;
  }

  hear(message) {
    this.heardAt = Date.now();
    if (message.type === "snapshot") this.takeSnapshot(message);
    else if (message.type === "heartbeat") this.takeHeartbeat(message);
    else if (message.type === "replayed") this.repairs.takeReplayed(message);
    else if (this.channels.includes(message.type)) this.takeLive(message);
    else if (message.type === "error") this.takeError(message);
  }

  takeError(message) {
    if (!this.repairs.takeRefusal(message.id)) console.warn("market data:", message.code, message.detail);
  }

  takeSnapshot(message) {
    const key = `${message.channel} ${message.symbol}`;
    this.repairs.forget(key);
    this.positions.set(key, message.last_sequence);
    this.epochs.set(key, message.epoch);
    this.attempts = 0;
    this.onState("live");
    this.onMessage(message);
  }

  takeLive(message) {
    if (!this.repairs.holds(`${message.type} ${message.symbol}`, message)) this.takeChange(message);
  }

  takeChange(message) {
    const { type: channel, symbol, epoch } = message;
    const key = `${channel} ${symbol}`;
    const position = this.positions.get(key);
    if (position === undefined) return;
    if (epoch !== this.epochs.get(key)) {
      this.subscribe([channel], [symbol]);
    } else if (message.first_sequence > position + 1 && channel !== WHOLE_IN_EACH_MESSAGE) {
      this.repairs.begin({ channel, symbol, epoch, position, upto: message.first_sequence - 1, message });
    } else if (message.last_sequence > position) {
      this.positions.set(key, message.last_sequence);
      this.onMessage(newOf(message, position));
    }
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
    if (Date.now() - since > BEHIND_MS) for (const channel of late) this.catchUp(channel, symbol, newest[channel]);
  }

  catchUp(channel, symbol, upto) {
    const key = `${channel} ${symbol}`;
    const [epoch, position] = [this.epochs.get(key), this.positions.get(key)];
    if (channel === WHOLE_IN_EACH_MESSAGE) this.subscribe([channel], [symbol]);
    else this.repairs.begin({ channel, symbol, epoch, position, upto });
  }
}
