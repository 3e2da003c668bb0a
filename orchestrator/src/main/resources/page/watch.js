import { store } from './store.js';

/**
 * Lit controller: draws its element anew when one of the watched values is another than before.
 * `pick` is given the store's state and returns an array.
 */
export class Watch {
  #host;
  #pick;
  #seen = [];
  #stop;

  constructor(host, pick) {
    this.#host = host;
    this.#pick = pick;
    host.addController(this);
  }

  get state() {
    return store.state;
  }

  hostConnected() {
    this.#stop = store.watch((state) => {
      const values = this.#pick(state);
      if (values.some((value, i) => value !== this.#seen[i])) {
        this.#seen = values;
        this.#host.requestUpdate();
      }
    });
  }

  hostDisconnected() {
    this.#stop();
  }
}
