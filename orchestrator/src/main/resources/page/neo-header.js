import { LitElement, html, css, nothing } from 'lit';
import { money, percent, signed, signedPercent, tone } from './decimals.js';
import { moon, sun } from './icons.js';
import { shared } from './styles.js';
import { clockSeconds, dayAndYear, sameDay } from './times.js';
import { store } from './store.js';
import { Watch } from './watch.js';

const STATES = {
  running: 'Running', halted: 'Halted', flattening: 'Flattening', killed: 'Killed', ended: 'Ended',
};

/** Name, state and the figures that matter most. */
class NeoHeader extends LitElement {
  static styles = [shared, css`
    header {
      display: flex; flex-wrap: wrap; align-items: center; gap: 10px 22px;
      padding: 10px 20px; background: var(--panel); border-bottom: 1px solid var(--line);
    }
    .name { display: flex; align-items: center; gap: 9px; }
    .name img { width: 28px; height: 28px; display: block; }
    h1 { margin: 0; font-size: 17px; font-weight: 700; letter-spacing: -0.02em; }
    .state {
      display: inline-flex; align-items: center; gap: 6px; padding: 2px 10px; border-radius: 99px;
      font-size: 12px; font-weight: 600; background: var(--raised); color: var(--soft);
    }
    .state::before { content: ''; width: 7px; height: 7px; border-radius: 50%; background: currentColor; }
    .running { color: var(--ok); }
    .running::before { animation: breathe 2.4s ease-in-out infinite; }
    .halted, .flattening { color: var(--warn); background: var(--warn-wash); }
    .killed { color: var(--danger); background: var(--danger-wash); }
    @keyframes breathe { 50% { opacity: 0.35; } }
    dl { display: flex; flex-wrap: wrap; gap: 8px 26px; flex: 1; min-width: 0; }
    dl div { min-width: 0; }
    dt { font-size: 11px; color: var(--faint); white-space: nowrap; }
    dd { font-size: 14px; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; letter-spacing: -0.01em; }
    dd small { font-size: 11.5px; font-weight: 500; margin-left: 3px; }
    dd .soft { font-weight: 500; }
    .end { display: flex; align-items: center; gap: 8px; }
    .icon { display: grid; place-content: center; width: 34px; min-height: 34px; padding: 0; color: var(--soft); }
    @media (max-width: 700px) {
      header { padding: 10px 14px; gap: 10px 12px; }
      dl { order: 3; flex-basis: 100%; display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 8px 10px; }
      dd { font-size: 13px; }
      dd small { display: block; margin: 0; }
      .end { margin-left: auto; }
    }
  `];

  #watch = new Watch(this, (s) => [s.status, s.equity, s.models, s.theme]);

  /** Equity at the first point of the data's present day; nothing where the series is younger. */
  #dayStart(time) {
    const { equity } = this.#watch.state;
    const first = equity.findIndex((point) => sameDay(point.time, time));
    return first < 0 ? undefined : Number(equity[Math.max(0, first - 1)].equity);
  }

  get #dark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  }

  #toggleTheme() {
    const theme = this.#dark ? 'light' : 'dark';
    document.documentElement.dataset.theme = theme;
    localStorage.setItem('neo.theme', theme);
    store.put({ theme: store.state.theme + 1 }, true);
  }

  render() {
    const { status } = this.#watch.state;
    return html`<header>
      <div class="name"><img src="/page/icon.svg" alt="" width="28" height="28"><h1>Neo</h1>
        <span class="state ${status?.state ?? ''}" role="status">${STATES[status?.state] ?? 'Starting…'}</span></div>
      <dl>${status ? this.#figures(status) : nothing}</dl>
      <div class="end">
        <button class="icon" @click=${this.#toggleTheme} aria-label="Light or dark" title="Light or dark">
          ${this.#dark ? sun : moon}</button>
        <neo-commands></neo-commands>
      </div>
    </header>`;
  }

  #figures(status) {
    const equity = Number(status.equity);
    const total = equity - Number(status.initial_cash);
    const start = this.#dayStart(status.time);
    const today = start === undefined ? undefined : equity - start;
    const figure = (name, value, title) => html`<div title=${title ?? nothing}><dt>${name}</dt><dd>${value}</dd></div>`;
    return html`
      ${figure(`${dayAndYear(status.time)} UTC`, html`${clockSeconds(status.time)}<small class="faint">${this.#pace(status)}</small>`,
        'The time of the data, and how fast it is replayed')}
      ${figure('Equity', money(status.equity))}
      ${figure('P&L today', html`<span class=${tone(today)}>${signed(today)}</span>`,
        'Since the data\'s midnight, UTC')}
      ${figure('P&L total', html`<span class=${tone(total)}>${signed(total)}<small>${signedPercent(total / Number(status.initial_cash))}</small></span>`,
        `Realised ${signed(status.realised_pnl)}, unrealised ${signed(status.unrealised_pnl)}, fees ${money(status.fees)}`)}
      ${figure('Drawdown', html`${percent(status.drawdown)}<small class="faint">max ${percent(status.max_drawdown)}</small>`)}
      ${figure('Champion', status.champion?.version
        ? html`v${status.champion.version}<small class="faint">${status.champion.model}</small>`
        : html`<span class="soft">in training</span>`)}`;
  }

  #pace(status) {
    if (status.feed === 'ended') return 'data ended';
    if (status.speed === 'max') return 'full speed';
    return Number(status.speed) > 1 ? `×${status.speed}` : status.mode;
  }
}
customElements.define('neo-header', NeoHeader);
