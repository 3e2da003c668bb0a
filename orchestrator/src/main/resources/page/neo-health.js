import { LitElement, html, css } from 'lit';
import { check, cross, warning } from './icons.js';
import { shared } from './styles.js';
import { Watch } from './watch.js';

const SIGNS = { up: check, degraded: warning, down: cross };

/** Is every part there? Sign, word and colour say the same. */
class NeoHealth extends LitElement {
  static styles = [shared, css`
    ul { padding: 5px 0; }
    li { display: grid; grid-template-columns: 18px auto 1fr; gap: 8px; align-items: center; padding: 5px 14px; }
    li b { font-weight: 500; }
    .detail { text-align: right; color: var(--soft); font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-variant-numeric: tabular-nums; }
    svg { display: block; }
    .is-up svg { color: var(--ok); }
    .is-degraded svg, .is-degraded .detail { color: var(--warn); }
    .is-down svg, .is-down .detail { color: var(--danger); }
  `];

  #watch = new Watch(this, (s) => [s.status?.health, s.connection]);

  render() {
    const { status, connection } = this.#watch.state;
    const parts = status?.health ?? [];
    const ill = parts.filter((part) => part.state !== 'up').length;
    const page = { name: 'This page', ...{
      open: { state: 'up', detail: 'live' },
      connecting: { state: 'degraded', detail: 'connecting' },
      lost: { state: 'down', detail: 'disconnected' },
    }[connection] };
    return html`<section class="panel" aria-label="Health">
      <div class="head"><h2>Health</h2><span class="meta">${parts.length === 0 ? '' : ill ? `${ill} of ${parts.length} not well` : 'all up'}</span></div>
      <ul>${[...parts, page].map((part) => html`<li class="is-${part.state}">
        ${SIGNS[part.state]}<b>${part.name}</b><span class="detail" title=${part.detail}>
          <span class="hidden">${part.state}</span>${part.detail}</span></li>`)}</ul>
    </section>`;
  }
}
customElements.define('neo-health', NeoHealth);
