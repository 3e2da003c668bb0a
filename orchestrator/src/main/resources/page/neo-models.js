import { LitElement, html, css, nothing } from 'lit';
import { count, short } from './decimals.js';
import { shared } from './styles.js';
import { fullMoment, moment } from './times.js';
import { Watch } from './watch.js';

const VERSIONS = 6;
const EVENTS = 8;

const metric = (value) => (typeof value === 'number' ? String(Number(value.toPrecision(3))) : String(value));

/** Which versions there are, who serves, and how that came about. */
class NeoModels extends LitElement {
  static styles = [shared, css`
    .versions li { padding: 9px 14px 10px; display: grid; gap: 4px; border-bottom: 1px solid var(--line); }
    .line { display: flex; align-items: center; gap: 7px; min-width: 0; }
    .line b { font-size: 14px; font-weight: 650; }
    .line .end { margin-left: auto; font-size: 12px; white-space: nowrap; }
    .facts { display: flex; flex-wrap: wrap; gap: 1px 11px; font-size: 11.5px; color: var(--soft); }
    .facts b { font-weight: 500; color: var(--text); }
    .share { height: 3px; border-radius: 2px; background: var(--raised); }
    .share i { display: block; height: 100%; border-radius: 2px; background: var(--calm); }
    .champion .share i { background: var(--up-fill); }
    .history { padding: 11px 14px 13px; max-height: 290px; }
    h3 { font-size: 11px; font-weight: 500; color: var(--faint); margin-bottom: 8px; }
    .history li { position: relative; padding: 0 0 11px 18px; font-size: 12px; }
    .history li:last-child { padding-bottom: 0; }
    .history li::before {
      content: ''; position: absolute; left: 2px; top: 5px; width: 7px; height: 7px; border-radius: 50%;
      background: var(--up-fill); box-shadow: 0 0 0 3px var(--panel); z-index: 1;
    }
    .history li.back::before { background: var(--down-fill); border-radius: 1px; }
    .history li::after { content: ''; position: absolute; left: 5px; top: 8px; bottom: -6px; width: 1px; background: var(--line-strong); }
    .history li:last-child::after { display: none; }
    .history .line b { font-size: 12px; font-weight: 600; }
    .history p { color: var(--soft); overflow-wrap: anywhere; }
  `];

  #watch = new Watch(this, (s) => [s.models, s.status?.champion, s.status?.predictions_by_version]);

  render() {
    const { models, status } = this.#watch.state;
    const items = [...(models?.items ?? [])].sort((a, b) => Number(b.version) - Number(a.version));
    const served = (one) => Number(status?.predictions_by_version?.[one.version] ?? one.served ?? 0);
    const total = items.reduce((sum, one) => sum + served(one), 0);
    const history = [...(models?.history ?? [])].sort((a, b) => b.sequence - a.sequence);
    return html`<section class="panel" aria-label="Models">
      <div class="head"><h2>Models</h2><span class="meta num">${items.length
        ? `${items.length} version${items.length > 1 ? 's' : ''} · ${short(total)} served` : nothing}</span></div>
      ${items.length ? html`<ul class="versions">${items.slice(0, VERSIONS).map((one) => this.#version(one, served(one), total))}</ul>`
        : html`<div class="empty"><b>Training the first model…</b>It learns from bars that are never traded later.</div>`}
      ${history.length ? html`<div class="history scroll" tabindex="0" role="region" aria-label="Swap history"><h3>Swap history</h3>
        <ol>${history.slice(0, EVENTS).map((event) => this.#event(event))}</ol></div>` : nothing}
    </section>`;
  }

  #version(one, served, total) {
    const champion = one.aliases?.includes('champion');
    const metrics = Object.entries(one.metrics ?? {}).slice(0, 3);
    return html`<li class=${champion ? 'champion' : ''}>
      <div class="line"><b class="num">v${one.version}</b>
        ${(one.aliases ?? []).map((alias) => html`<span class="tag ${alias === 'champion' ? 'accent' : ''}">${alias}</span>`)}
        <span class="mono faint" title=${one.digest}>${one.digest?.replace(/^sha256:/, '').slice(0, 8)}</span>
        <span class="end num" title="predictions served">${count(served)}</span></div>
      <div class="share" aria-hidden="true"><i .style=${`width:${total ? (served / total) * 100 : 0}%`}></i></div>
      <div class="facts num">${metrics.map(([name, value]) => html`<span>${name.replaceAll('_', ' ')} <b>${metric(value)}</b></span>`)}
        <span title=${fullMoment(one.created_at)}>${one.created_by ? `by ${one.created_by}` : nothing}${one.parent_version ? ` from v${one.parent_version}` : nothing}</span></div>
    </li>`;
  }

  #event(event) {
    const back = /roll/i.test(event.action);
    return html`<li class=${back ? 'back' : ''}><div class="line"><b>v${event.version} ${event.action.toLowerCase().replaceAll('_', ' ')}</b>
      <span class="faint cut">by ${event.actor}</span><time class="end num faint" datetime=${event.time}>${moment(event.time)}</time></div>
      <p>${event.reason}</p></li>`;
  }
}
customElements.define('neo-models', NeoModels);
