import { LitElement, html, css, nothing } from 'lit';
import { cross, warning } from './icons.js';
import { shared } from './styles.js';
import { store } from './store.js';
import { Watch } from './watch.js';

/** Banners for what holds on (no connection, killed) and short notes for what happened. */
class NeoAlerts extends LitElement {
  static styles = [shared, css`
    .banner {
      display: flex; align-items: center; justify-content: center; gap: 8px; padding: 8px 16px;
      font-weight: 500; text-align: center;
    }
    .banner.lost { background: var(--warn-wash); color: var(--warn); }
    .banner.killed { background: var(--danger-fill); color: #fff; }
    .banner svg { flex: none; }
    .notes { position: fixed; z-index: 30; right: 16px; bottom: 16px; display: grid; gap: 8px; width: min(360px, calc(100vw - 32px)); }
    .note {
      display: flex; gap: 10px; align-items: start; padding: 10px 10px 10px 14px; border-radius: 10px;
      background: var(--panel); border: 1px solid var(--line-strong); border-left: 3px solid var(--up-fill);
      box-shadow: 0 8px 28px rgb(0 0 0 / 22%);
    }
    .note.warning { border-left-color: var(--warn); }
    .note.critical, .note.error { border-left-color: var(--danger); }
    .note p { flex: 1; overflow-wrap: anywhere; padding: 2px 0; }
    .note button { border: 0; background: none; min-height: 24px; padding: 4px; display: grid; color: var(--soft); }
    @media (max-width: 700px) { .notes { bottom: 76px; } }
  `];

  #watch = new Watch(this, (s) => [s.connection, s.alerts, s.status?.kill, s.fetchError]);

  render() {
    const { connection, alerts, status, fetchError } = this.#watch.state;
    return html`
      ${connection === 'lost' ? html`<div class="banner lost" role="alert">${warning}
        Disconnected. What you see is the last that was known; trying again…</div>` : nothing}
      ${connection !== 'lost' && fetchError ? html`<div class="banner lost" role="alert">${warning}
        Neo could not answer ${fetchError}; trying again…</div>` : nothing}
      ${status?.kill?.active ? html`<div class="banner killed" role="alert">${warning}
        Killed${status.kill.reason ? `: ${status.kill.reason}` : ''}. No order goes out until you resume.</div>` : nothing}
      <div class="notes" role="log" aria-live="polite" aria-label="Notes">
        ${alerts.map((alert) => html`<div class="note ${alert.severity}"><p>${alert.text}</p>
          <button aria-label="Dismiss" @click=${() => store.dismiss(alert.id)}>${cross}</button></div>`)}
      </div>`;
  }
}
customElements.define('neo-alerts', NeoAlerts);
