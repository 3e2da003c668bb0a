import { LitElement, html, css, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { known, quantity } from './decimals.js';
import { shared } from './styles.js';
import { clockSeconds, day } from './times.js';
import { Watch } from './watch.js';

const ROWS = 80;
const SHAPES = { BUY: '▲', SELL: '▼', HOLD: '■' };
/** What a model may say of its own doubt. */
const DOUBTS = [
  ['uncertainty', '±', 'the model\u2019s own uncertainty'],
  ['reconstruction_error', 'Δ', 'how unlike its training rows the features are'],
];
const FILTERS = {
  acted: { label: 'Acted', keeps: () => true },
  refused: { label: 'Refused', keeps: (one) => one.risk?.verdict === 'refused' },
  all: { label: 'All', keeps: () => true },
};

/** Limits are amounts or words ("halted"); zeros at an amount's end say nothing. */
const amount = (text) => (known(text) ? quantity(text) : text);
const whole = (probability) => Math.round(Number(probability) * 100);

/** What Neo thinks at this moment, and what it decided before, with the reason for each. */
class NeoDecisions extends LitElement {
  static properties = { filter: { state: true } };

  static styles = [shared, css`
    :host { display: flex; min-height: 0; }
    .panel { flex: 1; display: flex; flex-direction: column; min-height: 0; }
    .now { padding: 11px 14px 11px; border-bottom: 1px solid var(--line); }
    .now ul { display: grid; gap: 12px; margin-bottom: 10px; }
    .now li { display: grid; gap: 5px; }
    .line { display: flex; align-items: center; gap: 7px; min-width: 0; }
    .line b { font-weight: 600; white-space: nowrap; }
    .line .end { margin-left: auto; font-size: 12px; white-space: nowrap; }
    .cut { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .list { flex: 1; min-height: 200px; }
    .list > ol > li { padding: 10px 14px; border-bottom: 1px solid var(--line); display: grid; gap: 5px; }
    .list > ol > li:last-child { border-bottom: 0; }
    .reason { color: var(--soft); overflow-wrap: anywhere; }
    .refused {
      display: flex; gap: 8px; align-items: baseline; flex-wrap: wrap; font-size: 12px; color: var(--warn);
      background: var(--warn-wash); border-radius: 6px; padding: 4px 8px; font-variant-numeric: tabular-nums;
    }
    .refused b { font-weight: 600; }
    .odds { display: grid; grid-template-columns: 1fr auto; align-items: center; gap: 10px; font-size: 11px; color: var(--faint); }
    .bar { display: flex; gap: 2px; height: 6px; }
    .bar i { border-radius: 2px; min-width: 2px; background: var(--calm); }
    .bar .sell { background: var(--down-fill); }
    .bar .buy { background: var(--up-fill); }
    .odds .num { display: inline-flex; gap: 8px; }
    .legend { display: flex; gap: 12px; font-size: 11px; color: var(--faint); }
    .legend i { display: inline-block; width: 8px; height: 8px; border-radius: 2px; margin-right: 4px; background: var(--calm); }
    .legend .sell { background: var(--down-fill); }
    .legend .buy { background: var(--up-fill); }
    @media (max-width: 1180px) { .list { max-height: 460px; } }
  `];

  #watch = new Watch(this, (s) => [s.decisions, s.acted, s.latest, s.models]);

  constructor() {
    super();
    this.filter = 'acted';
  }

  render() {
    const { decisions, acted, latest } = this.#watch.state;
    const rows = (this.filter === 'all' ? decisions : acted).filter(FILTERS[this.filter].keeps).slice(0, ROWS);
    const now = Object.values(latest).sort((a, b) =>
      `${a.instrument} ${a.strategy}` < `${b.instrument} ${b.strategy}` ? -1 : 1);
    return html`<section class="panel" aria-label="Decisions">
      <div class="head"><h2>Decisions</h2>
        <div class="segments meta" role="group" aria-label="Which decisions">
          ${Object.entries(FILTERS).map(([name, { label }]) => html`<button
            aria-pressed=${this.filter === name} @click=${() => { this.filter = name; }}>${label}</button>`)}
        </div></div>
      ${now.length ? html`<div class="now"><ul aria-label="At this moment">${now.map((one) => this.#now(one))}</ul>
        <div class="legend" aria-hidden="true"><span><i class="sell"></i>sell</span><span><i></i>hold</span><span><i class="buy"></i>buy</span></div></div>` : nothing}
      <div class="list scroll" tabindex="0" role="region" aria-label="Past decisions">
        ${rows.length ? html`<ol>${repeat(rows, (row) => row.id, (row) => this.#row(row))}</ol>` : this.#empty()}
      </div>
    </section>`;
  }

  #empty() {
    if (this.#watch.state.decisions.length) {
      return html`<div class="empty"><b>${this.filter === 'refused' ? 'Nothing was refused' : 'Holding'}</b>
        ${this.filter === 'refused' ? 'Every order so far was within the limits.' : 'No decision to buy or sell lately; “All” shows the rest.'}</div>`;
    }
    const trained = this.#watch.state.models?.items?.length;
    return html`<div class="empty"><b>${trained ? 'Warming up…' : 'Training the first model…'}</b>
      ${trained ? 'Features need some bars of history before the first decision.' : 'It takes some seconds; then the first decisions appear here.'}</div>`;
  }

  #action(action) {
    const kind = { BUY: 'buy', SELL: 'sell' }[action] ?? '';
    return html`<span class="tag ${kind}"><span aria-hidden="true">${SHAPES[action]}</span>${action}</span>`;
  }

  #now(one) {
    return html`<li><div class="line">${this.#action(one.action)}<b>${one.instrument}</b>
      <span class="soft cut">${one.strategy}</span>
      <span class="end num faint">${clockSeconds(one.time)}</span></div>
      ${one.prediction ? this.#odds(one.prediction) : html`<div class="reason cut" title=${one.reason}>${one.reason}</div>`}</li>`;
  }

  #row(one) {
    const refused = one.risk?.verdict === 'refused';
    return html`<li><div class="line">${this.#action(one.action)}<b>${one.instrument}</b>
        <span class="soft cut">${one.strategy}</span>
        <time class="end num faint" datetime=${one.time} title=${one.time}>${day(one.time)} ${clockSeconds(one.time)}</time></div>
      <div class="reason">${one.reason}</div>
      ${one.prediction ? this.#odds(one.prediction) : nothing}
      ${refused ? html`<div class="refused"><b>Refused by ${one.risk.rule}</b>
        <span>observed ${amount(one.risk.observed)}, limit ${amount(one.risk.limit)}</span></div>` : nothing}</li>`;
  }

  #odds(prediction) {
    const [sell, hold, buy] = [prediction.sell, prediction.hold, prediction.buy].map(whole);
    const spoken = `Model says sell ${sell} %, hold ${hold} %, buy ${buy} %`;
    const doubt = DOUBTS.filter(([key]) => Number.isFinite(prediction[key]));
    return html`<div class="odds"><div class="bar" role="img" aria-label=${spoken} title=${spoken}>
        <i class="sell" .style=${`flex:${sell}`}></i><i .style=${`flex:${hold}`}></i><i class="buy" .style=${`flex:${buy}`}></i></div>
      <span class="num"><span>${sell}/${hold}/${buy}</span><span>v${prediction.version}</span>
        ${doubt.map(([key, sign, title]) => html`<span title=${title}>${sign}${Number(prediction[key].toPrecision(2))}</span>`)}
        ${Number.isFinite(prediction.latency_ms) ? html`<span>${prediction.latency_ms.toFixed(2)} ms</span>` : nothing}</span></div>`;
  }
}
customElements.define('neo-decisions', NeoDecisions);
