import { Stream } from './stream.js';

/** At most four times a second is the page drawn anew, however fast the data comes. */
const FRAME_MS = 250;
const POLL_MS = 2000;
/** At most once a second is fetched what the stream may have left out. */
const CATCH_UP_MS = 1000;
const KEPT = { candles: 1500, fills: 500, decisions: 200, acted: 400, equity: 2000, alerts: 4 };

/** Newest first, each id once. */
function prepended(list, item, limit) {
  return [item, ...list.filter((other) => other.id !== item.id)].slice(0, limit);
}

/** In order of time; a bar or point that is there already is replaced. */
export function merged(list, item, limit) {
  const last = list.at(-1);
  if (!last || item.time > last.time) return [...list.slice(1 - limit), item];
  const at = list.findLastIndex((other) => other.time <= item.time);
  if (at >= 0 && list[at].time === item.time) return list.with(at, item);
  return [...list.slice(0, at + 1), item, ...list.slice(at + 1)].slice(-limit);
}

async function get(path) {
  const response = await fetch(`/api/v1/${path}`, { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.json();
}

/**
 * All that the page knows. Values are replaced, never changed in place, so a watcher sees by
 * identity what is new. REST gives the whole, the stream what follows; after a loss the whole is
 * fetched again.
 */
export class Store {
  state = {
    connection: 'connecting',
    status: undefined,
    instruments: [],
    selected: undefined,
    candles: {},
    fills: [],
    orders: [],
    positions: [],
    decisions: [],
    acted: [],
    latest: {},
    models: undefined,
    equity: [],
    alerts: [],
    theme: 0,
  };

  #watchers = new Set();
  #next = {};
  #frame;
  #lastFrame = 0;
  #refetches = new Map();
  #alerts = 0;
  #counted = {};
  #caughtUp = 0;

  constructor() {
    this.stream = new Stream(this);
  }

  start() {
    this.stream.start();
    this.resync();
    setInterval(() => {
      if (document.hidden || this.state.connection === 'lost') return;
      this.refetch('positions');
      this.refetch('instruments');
    }, POLL_MS);
  }

  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** The state with all that waits for the next frame. */
  get #current() {
    return { ...this.state, ...this.#next };
  }

  put(change, atOnce = false) {
    Object.assign(this.#next, change);
    if (atOnce) {
      this.#draw();
    } else if (!this.#frame) {
      const pause = Math.max(0, this.#lastFrame + FRAME_MS - performance.now());
      this.#frame = setTimeout(() => this.#draw(), pause);
    }
  }

  #draw() {
    clearTimeout(this.#frame);
    this.#frame = undefined;
    this.#lastFrame = performance.now();
    this.state = this.#current;
    this.#next = {};
    for (const watcher of this.#watchers) watcher(this.state);
  }

  select(symbol) {
    this.put({ selected: symbol }, true);
    if (!this.state.candles[symbol]) this.refetch('candles');
  }

  async resync() {
    try {
      this.put({ status: await get('status') });
      await this.#fetchInstruments();
      await Promise.all(
        ['candles', 'fills', 'orders', 'positions', 'decisions', 'models', 'equity'].map((what) =>
          this.#fetch(what)));
    } catch (error) {
      this.put({ fetchError: error.message });
      setTimeout(() => this.resync(), POLL_MS);
    }
  }

  /** Fetches soon; many calls at one moment make one request. */
  refetch(what) {
    if (this.#refetches.has(what)) return;
    this.#refetches.set(what, setTimeout(async () => {
      try {
        await this.#fetch(what);
      } catch (error) {
        this.put({ fetchError: error.message });
      } finally {
        this.#refetches.delete(what);
      }
    }, FRAME_MS));
  }

  async #fetchInstruments() {
    const instruments = (await get('instruments')).items;
    const selected = this.#current.selected ?? instruments[0]?.symbol;
    this.put({ instruments, selected, fetchError: undefined });
  }

  async #fetch(what) {
    switch (what) {
      case 'instruments':
        return this.#fetchInstruments();
      case 'status':
        return this.put({ status: await get('status') });
      case 'candles': {
        const symbol = this.#current.selected;
        if (!symbol) return undefined;
        const { items } = await get(`candles?instrument=${encodeURIComponent(symbol)}&limit=500`);
        const { candles } = this.#current;
        return this.put({ candles: { ...candles, [symbol]: continued(items, candles[symbol]) } });
      }
      case 'decisions': {
        const newest = united((await get('decisions?limit=200')).items, this.#current.decisions)
          .slice(0, KEPT.decisions);
        const latest = {};
        for (const decision of newest) latest[keyOf(decision)] ??= decision;
        const acted = united(newest.filter(hasActed).reverse(), this.#current.acted)
          .slice(0, KEPT.acted);
        return this.put({ decisions: newest, acted, latest });
      }
      case 'models':
        return this.put({ models: await get('models?limit=200') });
      case 'equity':
        return this.put({
          equity: continued((await get('equity?limit=1000')).items, this.#current.equity),
        });
      case 'fills':
        return this.put({
          fills: united((await get('fills?limit=500')).items, this.#current.fills)
            .slice(0, KEPT.fills),
        });
      case 'orders':
        return this.put({ orders: newestFirst((await get('orders?limit=200')).items) });
      default:
        return this.put({ [what]: (await get(`${what}?limit=200`)).items });
    }
  }

  opened() {
    const back = this.#current.connection === 'lost';
    this.put({ connection: 'open' }, true);
    if (back) this.resync();
  }

  lost() {
    this.put({ connection: 'lost' }, true);
  }

  message({ type, ...body }) {
    const state = this.#current;
    switch (type) {
      case 'status':
        this.put({ status: body });
        return this.#catchUp(body.counts);
      case 'candle':
        return this.#candle(body, state);
      case 'fill':
        this.refetch('positions');
        this.refetch('orders');
        return this.put({ fills: prepended(state.fills, body, KEPT.fills) });
      case 'decision':
        return this.put({
          decisions: prepended(state.decisions, body, KEPT.decisions),
          acted: hasActed(body) ? prepended(state.acted, body, KEPT.acted) : state.acted,
          latest: { ...state.latest, [keyOf(body)]: body },
        });
      case 'equity':
        return this.put({ equity: merged(state.equity, body, KEPT.equity) });
      case 'model':
        return this.refetch('models');
      case 'alert':
        return this.alert(body.severity, body.text);
      default:
        return undefined; // A newer Neo may say more than this page knows.
    }
  }

  /**
   * The stream drops news when the data comes faster than it can be told, as a replay at full speed
   * does. The counts in the status drop nothing: where they have grown, the lists are fetched.
   */
  #catchUp(counts) {
    const now = performance.now();
    if (!counts || document.hidden || now - this.#caughtUp < CATCH_UP_MS) return;
    const grown = (what) => counts[what] !== this.#counted[what];
    const stale = new Set();
    if (grown('bars')) stale.add('candles').add('equity').add('positions');
    if (grown('decisions')) stale.add('decisions');
    if (grown('fills')) stale.add('fills').add('orders').add('positions');
    if (grown('swaps') || grown('rollbacks')) stale.add('models');
    this.#counted = counts;
    if (stale.size === 0) return;
    this.#caughtUp = now;
    for (const what of stale) this.refetch(what);
  }

  #candle({ instrument, ...bar }, state) {
    const instruments = state.instruments.map((one) =>
      one.symbol === instrument ? { ...one, last_price: bar.close } : one);
    const bars = state.candles[instrument];
    this.put(bars
      ? { instruments, candles: { ...state.candles, [instrument]: merged(bars, bar, KEPT.candles) } }
      : { instruments });
  }

  alert(severity, text) {
    const alert = { id: ++this.#alerts, severity, text };
    this.put({ alerts: [...this.#current.alerts, alert].slice(-KEPT.alerts) });
    if (severity !== 'critical') setTimeout(() => this.dismiss(alert.id), 8000);
  }

  dismiss(id) {
    this.put({ alerts: this.#current.alerts.filter((alert) => alert.id !== id) }, true);
  }
}

/** Most decisions are to hold; kept apart, the few others are not swept away by them. */
const hasActed = (decision) => decision.action !== 'HOLD' || decision.risk?.verdict === 'refused';

const keyOf = (decision) => `${decision.instrument} ${decision.strategy}`;

/** What was fetched, and what the stream brought while it was on its way. */
const continued = (fetched, streamed = []) => {
  const end = fetched.at(-1)?.time ?? '';
  return [...fetched, ...streamed.filter((item) => item.time > end)];
};

/** Fetched lists end with the newest, known ones begin with it; the order holds within a moment too. */
const united = (fetched, known) => {
  const ids = new Set(fetched.map((item) => item.id));
  return newestFirst([...[...fetched].reverse(), ...known.filter((item) => !ids.has(item.id))]);
};

const newestFirst = (items) =>
  [...items].sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));

export const store = new Store();
