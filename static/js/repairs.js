/* Filling gaps: what was missed of a channel is asked for again, and what comes meanwhile waits its turn. */

const EVENTS_MAX = 1000;
const WAITING_MAX = 500;

/** One gap of one channel: which request is to fill it, and the messages that follow on what is missing. */
class Repair {
  constructor(upto) {
    this.upto = upto;
    this.id = null;
    this.waiting = [];
  }
}

/**
 * The gaps that are being filled. Calls ask({ channels, symbol, epoch, from, count }), which sends a request and returns
 * its id; take(message) with every message in its turn; and giveUp(channel, symbol) when only a new snapshot helps.
 */
export class Repairs {
  constructor({ ask, take, giveUp }) {
    this.ask = ask;
    this.take = take;
    this.giveUp = giveUp;
    this.byKey = new Map();
  }

  /** Forgets a gap, as when a new snapshot is on its way. */
  forget(key) {
    this.byKey.delete(key);
  }

  clear() {
    this.byKey.clear();
  }

  /** Whether a message has to wait until the gap before it is filled. */
  holds(key, message) {
    const repair = this.byKey.get(key);
    if (repair === undefined) return false;
    repair.waiting.push(message);
    if (repair.waiting.length > WAITING_MAX) this.fail(key);
    return true;
  }

  /** Begins to fill the gap of a channel after `position`, up to `upto`; `message` follows on it. */
  begin({ channel, symbol, epoch, position, upto, message = null }) {
    const key = `${channel} ${symbol}`;
    if (message !== null && this.holds(key, message)) return;
    if (this.byKey.has(key)) return;
    const repair = new Repair(upto);
    if (message !== null) repair.waiting.push(message);
    this.byKey.set(key, repair);
    this.askFor(repair, { channel, symbol, epoch, position });
  }

  askFor(repair, { channel, symbol, epoch, position }) {
    const count = Math.min(repair.upto - position, EVENTS_MAX);
    repair.id = this.ask({ channels: [channel], symbol, epoch, from: position + 1, count });
  }

  /** Takes the answer to a request: a page of what was missing. */
  takeReplayed({ id, symbol, epoch, last_sequence: position, messages }) {
    for (const [key, repair] of this.byKey) {
      if (repair.id !== id) continue;
      const channel = key.split(" ", 1)[0];
      for (const message of messages) this.take(message);
      if (position < repair.upto) {
        this.askFor(repair, { channel, symbol, epoch, position });
      } else {
        this.byKey.delete(key);
        for (const message of repair.waiting) this.take(message);
      }
      return;
    }
  }

  /** Takes a refusal; whether it was one of these requests' own. */
  takeRefusal(id) {
    for (const [key, repair] of this.byKey) {
      if (repair.id !== id) continue;
      this.fail(key);
      return true;
    }
    return false;
  }

  fail(key) {
    this.byKey.delete(key);
    const [channel, symbol] = key.split(" ");
    this.giveUp(channel, symbol);
  }
}
