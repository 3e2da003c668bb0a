import { LitElement, html, css, nothing } from 'lit';
import { flatten, kill, pause, play } from './icons.js';
import { shared } from './styles.js';
import { store } from './store.js';
import { Watch } from './watch.js';

const TOKEN = 'neo.token';

const COMMANDS = {
  halt: {
    label: 'Halt', icon: pause, key: 'H', title: 'Halt trading?',
    text: 'No new position is opened. Exits and stops keep working. You can resume at any time.',
  },
  resume: {
    label: 'Resume', icon: play, key: 'R', title: 'Resume trading?',
    text: 'Neo opens positions again, within the same limits as before.',
  },
  flatten: {
    label: 'Flatten', icon: flatten, key: 'F', title: 'Flatten all positions?',
    text: 'Open orders are cancelled and every position is closed at the market. Then trading is halted.',
  },
  kill: {
    label: 'Kill', icon: kill, key: 'K', title: 'Kill trading now?',
    text: 'Every order is cancelled and none goes out any more. Positions stay as they are until you resume.',
  },
};

/** The buttons that stop Neo. Each asks once more, and for the operator's token where it is not known. */
class NeoCommands extends LitElement {
  static properties = {
    asked: { state: true }, needsToken: { state: true }, busy: { state: true }, problem: { state: true },
  };

  static styles = [shared, css`
    .bar { display: flex; gap: 6px; }
    .bar button { display: inline-flex; align-items: center; gap: 6px; min-height: 34px; font-weight: 600; }
    .bar .kill, dialog .kill { background: var(--danger-fill); border-color: var(--danger-fill); color: #fff; }
    .bar .kill:hover, dialog .kill:hover { filter: brightness(1.1); }
    .bar .resume { border-color: var(--ok); color: var(--ok); }
    dialog {
      width: min(420px, calc(100vw - 24px)); padding: 0; color: var(--text); background: var(--panel);
      border: 1px solid var(--line-strong); border-radius: 14px; box-shadow: 0 24px 60px rgb(0 0 0 / 35%);
    }
    dialog::backdrop { background: rgb(6 10 16 / 55%); backdrop-filter: blur(2px); }
    form { display: grid; gap: 14px; padding: 20px; }
    h2 { font-size: 16px; letter-spacing: -0.01em; }
    label { display: grid; gap: 5px; font-weight: 500; }
    input {
      font: inherit; color: inherit; background: var(--ground); min-height: 36px; min-width: 0;
      border: 1px solid var(--line-strong); border-radius: 8px; padding: 6px 10px;
    }
    code { font-family: var(--mono); font-size: 0.92em; background: var(--raised); padding: 1px 5px; border-radius: 4px; }
    .problem { color: var(--danger); background: var(--danger-wash); border-radius: 8px; padding: 8px 10px; }
    .choice { display: flex; justify-content: flex-end; gap: 8px; }
    .choice button { min-height: 36px; padding: 6px 16px; font-weight: 600; }
    .primary { background: var(--text); color: var(--panel); border-color: var(--text); }
    .primary:hover { background: var(--text); filter: opacity(0.88); }
    @media (max-width: 700px) {
      .bar {
        position: fixed; z-index: 20; left: 0; right: 0; bottom: 0; gap: 8px;
        padding: 9px 12px calc(9px + env(safe-area-inset-bottom));
        background: color-mix(in srgb, var(--panel) 92%, transparent);
        backdrop-filter: blur(8px); border-top: 1px solid var(--line);
      }
      .bar button { flex: 1; justify-content: center; min-height: 44px; }
    }
  `];

  #watch = new Watch(this, (s) => [s.status?.state, s.status?.kill?.active]);
  #keys = (event) => this.#shortcut(event);

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('keydown', this.#keys);
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this.#keys);
    super.disconnectedCallback();
  }

  get #offered() {
    const { status } = this.#watch.state;
    const stopped = status?.kill?.active || ['halted', 'killed', 'flattening'].includes(status?.state);
    return stopped ? ['resume', 'flatten', 'kill'] : ['halt', 'flatten', 'kill'];
  }

  #shortcut(event) {
    const typing = event.composedPath()[0].matches?.('input, textarea');
    if (!event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || typing || this.asked) return;
    const command = this.#offered.find((name) => COMMANDS[name].key === event.key.toUpperCase());
    if (command) {
      event.preventDefault();
      this.#ask(command);
    }
  }

  #ask(command) {
    this.asked = command;
    this.problem = undefined;
    this.needsToken = !sessionStorage.getItem(TOKEN);
    this.updateComplete.then(() => this.renderRoot.querySelector('dialog').showModal());
  }

  async #send(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const token = this.needsToken ? form.get('token').trim() : sessionStorage.getItem(TOKEN);
    this.busy = true;
    this.problem = undefined;
    try {
      await this.#post(this.asked, form.get('reason').trim(), token);
    } catch (error) {
      this.problem = `Neo did not answer (${error.message}). In a terminal: ./neo ${this.asked}`;
    } finally {
      this.busy = false;
    }
  }

  async #post(command, reason, token) {
    const response = await fetch('/api/v1/commands', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ command, reason: reason || 'From the page' }),
    });
    if (response.status === 401) {
      sessionStorage.removeItem(TOKEN);
      this.needsToken = true;
      this.problem = 'Neo does not know this token.';
      return;
    }
    const reply = await response.json();
    sessionStorage.setItem(TOKEN, token);
    if (!response.ok || reply.error) {
      const { message = `HTTP ${response.status}`, fix = '' } = reply.error ?? {};
      this.needsToken = false;
      this.problem = `${message} ${fix}`.trim();
      return;
    }
    store.refetch('status'); // The reply says that it was taken, the status what became of it.
    store.alert('info', `${COMMANDS[command].label}: accepted.`);
    this.renderRoot.querySelector('dialog').close();
  }

  render() {
    return html`<div class="bar" role="group" aria-label="Stop or resume trading">
      ${this.#offered.map((name) => html`<button class=${name} @click=${() => this.#ask(name)}
        title="${COMMANDS[name].label} (Shift+${COMMANDS[name].key})">${COMMANDS[name].icon}${COMMANDS[name].label}</button>`)}
    </div>
    <dialog aria-labelledby="question" @close=${() => { this.asked = undefined; }}>
      ${this.asked ? this.#question(this.asked, COMMANDS[this.asked]) : nothing}
    </dialog>`;
  }

  #question(name, command) {
    return html`<form @submit=${this.#send}>
      <h2 id="question">${command.title}</h2>
      <p class="soft">${command.text}</p>
      <label>Reason <input name="reason" maxlength="200" autocomplete="off" placeholder="for the journal, optional"></label>
      ${this.needsToken ? html`<label>Token
        <input name="token" type="password" required autocomplete="off" spellcheck="false">
        <span class="faint">It lies in <code>DATA_DIR/token</code>, by default <code>~/.neo/data/token</code>.
          This tab keeps it until it is closed.</span></label>` : nothing}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      <div class="choice">
        <button type="button" @click=${(event) => event.target.closest('dialog').close()}>Cancel</button>
        <button type="submit" class=${name === 'kill' ? 'kill' : 'primary'} ?disabled=${this.busy}>${command.label}</button>
      </div>
    </form>`;
  }
}
customElements.define('neo-commands', NeoCommands);
