/**
 * The WebSocket, kept open. After a loss it comes back with growing pauses (0.25 s up to 5 s, with
 * jitter so that many pages do not come back at one moment), and at once when the machine is back
 * on line or the tab is looked at again.
 */
export class Stream {
  #listener;
  #socket;
  #attempt = 0;
  #timer;

  /** @param listener has `opened()`, `message(object)` and `lost()` */
  constructor(listener) {
    this.#listener = listener;
    const now = () => this.#timer && this.#open();
    addEventListener('online', now);
    document.addEventListener('visibilitychange', () => !document.hidden && now());
  }

  start() {
    this.#open();
  }

  #open() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/api/v1/stream`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#attempt = 0;
      this.#listener.opened();
    };
    socket.onmessage = (event) => this.#listener.message(JSON.parse(event.data));
    socket.onclose = () => {
      if (socket !== this.#socket) return;
      this.#listener.lost();
      const pause = Math.min(250 * 2 ** this.#attempt++, 5000) * (0.75 + Math.random() / 2);
      this.#timer = setTimeout(() => this.#open(), pause);
    };
  }
}
