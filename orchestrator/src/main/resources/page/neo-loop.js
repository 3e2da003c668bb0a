import { LitElement, html, css, nothing } from 'lit';
import { count, short } from './decimals.js';
import { shared } from './styles.js';
import { Watch } from './watch.js';

/** The loop, stage by stage: what went in at the left and what came of it. */
class NeoLoop extends LitElement {
  static styles = [shared, css`
    ol {
      display: grid; grid-template-columns: repeat(8, minmax(0, 1fr));
      background: var(--panel); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow);
    }
    li { position: relative; padding: 9px 16px 10px; min-width: 0; }
    li + li { border-left: 1px solid var(--line); }
    li + li::before {
      content: ''; position: absolute; left: -4.5px; top: 50%; width: 7px; height: 7px; margin-top: -4px;
      background: var(--panel); border: solid var(--line-strong); border-width: 1px 1px 0 0; rotate: 45deg;
    }
    .what { font-size: 11px; color: var(--faint); }
    .much { font-size: 16px; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.015em; line-height: 1.3; }
    .note { font-size: 11px; color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .note.stop { color: var(--down); }
    @media (max-width: 1000px) {
      ol { grid-template-columns: repeat(4, minmax(0, 1fr)); }
      li:nth-child(5)::before { display: none; }
      li:nth-child(4n + 1) { border-left: 0; }
      li:nth-child(n + 5) { border-top: 1px solid var(--line); }
      li { padding: 8px 10px; }
      .much { font-size: 14px; }
    }
    @media (max-width: 700px) { .note { display: none; } .note.stop { display: block; } }
  `];

  #watch = new Watch(this, (s) => [s.status]);

  render() {
    const { status } = this.#watch.state;
    const counts = status?.counts ?? {};
    const versions = Object.entries(status?.predictions_by_version ?? {});
    const stages = [
      ['Events', counts.events, 'all inputs'],
      ['Bars', counts.bars, 'closed'],
      ['Predictions', counts.predictions, versions.length ? `by ${versions.map(([v]) => `v${v}`).join(', ')}` : 'none yet'],
      ['Fallbacks', counts.fallbacks, 'without the model', counts.fallbacks > 0],
      ['Decisions', counts.decisions, 'hold included'],
      ['Orders', counts.orders, `${count(counts.refused ?? 0)} refused`, counts.refused > 0],
      ['Fills', counts.fills, 'booked'],
      ['Learned', counts.updates_learned, `${count(counts.swaps ?? 0)} swaps · ${count(counts.rollbacks ?? 0)} back`],
    ];
    return html`<section aria-label="The loop, counted"><ol>${stages.map(([what, much, note, stop]) => html`
      <li title="${what}: ${count(much)}"><div class="what">${what}</div><div class="much">${short(much)}</div>
        <div class="note ${stop ? 'stop' : ''}">${status ? note : nothing}</div></li>`)}</ol></section>`;
  }
}
customElements.define('neo-loop', NeoLoop);
