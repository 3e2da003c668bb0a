import { LitElement, html, css } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { decimalsOf, money, quantity, signed, tone } from './decimals.js';
import { shared } from './styles.js';
import { clockSeconds, day } from './times.js';
import { Watch } from './watch.js';

const ROWS = 60;

/** What is held, and how it came to be: positions, fills and orders. */
class NeoPositions extends LitElement {
  static properties = { shown: { state: true } };

  static styles = [shared, css`
    :host { display: flex; }
    .panel { flex: 1; display: flex; flex-direction: column; }
    .scroll { max-height: 330px; min-height: 150px; flex: 1; }
    td.name { font-weight: 600; }
    @media (max-width: 520px) { .wide { display: none; } th, td { padding-left: 10px; padding-right: 10px; } }
  `];

  #watch = new Watch(this, (s) => [s.positions, s.fills, s.orders, s.instruments]);

  constructor() {
    super();
    this.shown = 'positions';
  }

  #decimals(symbol) {
    return decimalsOf(this.#watch.state.instruments.find((one) => one.symbol === symbol)?.tick_size);
  }

  #arrow(event) {
    const tabs = ['positions', 'fills', 'orders'];
    const step = { ArrowRight: 1, ArrowLeft: 2 }[event.key];
    if (!step) return;
    this.shown = tabs[(tabs.indexOf(this.shown) + step) % 3];
    this.updateComplete.then(() => this.renderRoot.querySelector('[aria-selected=true]').focus());
  }

  render() {
    const { positions, fills, orders } = this.#watch.state;
    const open = positions.filter((one) => Number(one.quantity) !== 0);
    const tab = (name, text) => html`<button role="tab" aria-selected=${this.shown === name}
      aria-controls="rows" tabindex=${this.shown === name ? 0 : -1}
      @click=${() => { this.shown = name; }}>${text}</button>`;
    return html`<section class="panel" aria-label="Positions, fills and orders">
      <div class="head"><div class="segments" role="tablist" aria-label="What is listed" @keydown=${this.#arrow}>
        ${tab('positions', 'Positions')}${tab('fills', 'Fills')}${tab('orders', 'Orders')}</div>
        <span class="meta num">${open.length} open · ${fills.length} recent fills</span></div>
      <div class="scroll" id="rows" role="tabpanel" tabindex="0" aria-label=${this.shown}>
        ${{ positions: () => this.#positions(positions), fills: () => this.#fills(fills), orders: () => this.#orders(orders) }[this.shown]()}
      </div>
    </section>`;
  }

  #side(side) {
    const buy = side === 'BUY';
    return html`<span class="tag ${buy ? 'buy' : 'sell'}"><span aria-hidden="true">${buy ? '▲' : '▼'}</span>${side}</span>`;
  }

  #positions(rows) {
    if (!rows.length) {
      return html`<div class="empty"><b>No position yet</b>The first fill opens one. The decisions tell why there is none.</div>`;
    }
    return html`<table><thead><tr><th>Instrument</th><th class="wide">Strategy</th><th class="right">Quantity</th>
      <th class="right">Average</th><th class="right">Unrealised</th><th class="right">Realised</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr>
        <td class="name">${row.instrument}</td><td class="soft wide">${row.strategy ?? '–'}</td>
        <td class="right">${Number(row.quantity) === 0 ? html`<span class="faint">flat</span>` : quantity(row.quantity)}</td>
        <td class="right">${Number(row.quantity) === 0 ? '–' : money(row.average_price, this.#decimals(row.instrument))}</td>
        <td class="right ${tone(row.unrealised_pnl)}">${signed(row.unrealised_pnl)}</td>
        <td class="right ${tone(row.realised_pnl)}">${signed(row.realised_pnl)}</td></tr>`)}</tbody></table>`;
  }

  #fills(rows) {
    if (!rows.length) return html`<div class="empty"><b>No fill yet</b>Paper orders fill against the data's own prices.</div>`;
    return html`<table><thead><tr><th>Time</th><th>Side</th><th>Instrument</th><th class="right">Price</th>
      <th class="right">Quantity</th><th class="right">Fee</th><th class="wide">Strategy</th></tr></thead>
      <tbody>${repeat(rows.slice(0, ROWS), (row) => row.id, (row) => html`<tr>
        <td class="soft">${day(row.time)} ${clockSeconds(row.time)}</td><td>${this.#side(row.side)}</td>
        <td class="name">${row.instrument}</td>
        <td class="right">${money(row.price, this.#decimals(row.instrument))}</td>
        <td class="right">${quantity(row.quantity)}</td><td class="right soft">${money(row.fee, 4)}</td>
        <td class="soft wide">${row.strategy ?? '–'}</td></tr>`)}</tbody></table>`;
  }

  #orders(rows) {
    if (!rows.length) return html`<div class="empty"><b>No order yet</b>Orders appear once a decision passes every risk rule.</div>`;
    return html`<table><thead><tr><th>Time</th><th>Side</th><th>Instrument</th><th class="right">Price</th>
      <th class="right">Quantity</th><th>State</th><th class="wide">Strategy</th></tr></thead>
      <tbody>${repeat(rows.slice(0, ROWS), (row) => row.id, (row) => html`<tr>
        <td class="soft">${day(row.time)} ${clockSeconds(row.time)}</td><td>${this.#side(row.side)}</td>
        <td class="name">${row.instrument}</td>
        <td class="right">${row.price ? money(row.price, this.#decimals(row.instrument)) : 'market'}</td>
        <td class="right">${quantity(row.quantity)}</td><td><span class="tag">${row.state ?? row.status ?? '–'}</span></td>
        <td class="soft wide">${row.strategy ?? '–'}</td></tr>`)}</tbody></table>`;
  }
}
customElements.define('neo-positions', NeoPositions);
