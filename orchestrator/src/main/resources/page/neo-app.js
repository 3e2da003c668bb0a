import { LitElement, html, css } from 'lit';
import './neo-alerts.js';
import './neo-candles.js';
import './neo-commands.js';
import './neo-decisions.js';
import './neo-equity.js';
import './neo-header.js';
import './neo-health.js';
import './neo-loop.js';
import './neo-models.js';
import './neo-positions.js';
import { store } from './store.js';

/** The page's one frame: it places the panels and starts the store. */
class NeoApp extends LitElement {
  static styles = css`
    :host { display: block; }
    .top { position: sticky; top: 0; z-index: 10; }
    main { display: grid; gap: 14px; padding: 14px 20px 24px; max-width: 2100px; margin: 0 auto; }
    .floor { display: grid; gap: 14px; grid-template-columns: minmax(0, 1fr) 400px; }
    .column, .side { display: flex; flex-direction: column; gap: 14px; min-width: 0; }
    .side > div { display: contents; }
    .grow { flex: 1; }
    /* As tall as what is left beside the charts, not as long as its list. */
    neo-decisions { flex: 1 1 0; min-height: 460px; }
    @media (min-width: 1680px) {
      .floor { grid-template-columns: minmax(0, 1fr) 400px 360px; }
      .side { display: contents; }
      .side > div { display: flex; flex-direction: column; gap: 14px; min-width: 0; }
    }
    @media (max-width: 1180px) {
      .floor { grid-template-columns: minmax(0, 1fr); }
      neo-decisions { flex: none; }
    }
    @media (max-width: 700px) {
      .top { position: static; }
      main { padding: 10px 10px 84px; gap: 10px; }
      .floor, .column, .side { gap: 10px; }
    }
  `;

  constructor() {
    super();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
      store.put({ theme: store.state.theme + 1 }));
    store.start();
  }

  render() {
    return html`<div class="top"><neo-header></neo-header><neo-alerts></neo-alerts></div>
      <main>
        <neo-loop></neo-loop>
        <div class="floor">
          <div class="column first">
            <neo-candles></neo-candles>
            <neo-equity></neo-equity>
            <neo-positions class="grow"></neo-positions>
          </div>
          <div class="side">
            <div><neo-decisions></neo-decisions></div>
            <div><neo-models></neo-models><neo-health></neo-health></div>
          </div>
        </div>
      </main>`;
  }
}
customElements.define('neo-app', NeoApp);
