import { css } from 'lit';

/** What every panel shares: frame, heading, buttons, tables, numbers. */
export const shared = css`
  *, *::before, *::after { box-sizing: border-box; }
  :host { display: block; min-width: 0; }
  :host([hidden]) { display: none; }
  h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  .panel {
    background: var(--panel);
    border: 1px solid var(--line);
    border-radius: 12px;
    box-shadow: var(--shadow);
    min-width: 0;
    overflow: hidden;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 44px;
    padding: 6px 14px;
    border-bottom: 1px solid var(--line);
  }
  .head h2 { font-size: 13px; font-weight: 600; letter-spacing: -0.005em; white-space: nowrap; }
  .head .meta { margin-left: auto; color: var(--faint); font-size: 12px; white-space: nowrap; }
  .num { font-variant-numeric: tabular-nums; }
  .mono { font-family: var(--mono); font-size: 0.92em; }
  .soft { color: var(--soft); }
  .faint { color: var(--faint); }
  .up { color: var(--up); }
  .down { color: var(--down); }
  .empty { padding: 26px 18px; text-align: center; color: var(--soft); }
  .empty b { display: block; color: var(--text); font-weight: 600; margin-bottom: 2px; }
  .hidden {
    position: absolute; width: 1px; height: 1px; margin: -1px;
    overflow: hidden; clip-path: inset(50%); white-space: nowrap;
  }
  button {
    font: inherit;
    color: inherit;
    cursor: pointer;
    border: 1px solid var(--line-strong);
    background: var(--panel);
    border-radius: 8px;
    padding: 5px 11px;
    min-height: 32px;
    transition: background 120ms, border-color 120ms;
  }
  button:hover { background: var(--raised); border-color: var(--soft); }
  button:disabled { opacity: 0.45; cursor: default; }
  :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
  .segments { display: inline-flex; gap: 2px; padding: 2px; background: var(--raised); border-radius: 8px; }
  .segments button {
    border: 0; background: none; padding: 2px 9px; min-height: 26px; border-radius: 6px;
    font-size: 12px; color: var(--soft); white-space: nowrap;
  }
  .segments button:hover { color: var(--text); }
  .segments button[aria-pressed='true'], .segments button[aria-selected='true'] {
    background: var(--panel); color: var(--text); font-weight: 600; box-shadow: var(--shadow);
  }
  .tag {
    display: inline-flex; align-items: center; gap: 4px;
    padding: 0 7px; min-height: 19px; border-radius: 5px;
    font-size: 11px; font-weight: 600; letter-spacing: 0.01em; white-space: nowrap;
    background: var(--raised); color: var(--soft);
  }
  .tag.buy, .tag.accent { background: var(--up-wash); color: var(--up); }
  .tag.sell { background: var(--down-wash); color: var(--down); }
  .scroll { overflow: auto; scrollbar-width: thin; scrollbar-color: var(--calm) transparent; }
  table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th {
    position: sticky; top: 0; background: var(--panel); z-index: 1;
    font-size: 11px; font-weight: 500; color: var(--faint); text-align: left;
    padding: 8px 14px 6px; white-space: nowrap; border-bottom: 1px solid var(--line);
  }
  td { padding: 7px 14px; white-space: nowrap; border-bottom: 1px solid var(--line); }
  tr:last-child td { border-bottom: 0; }
  tbody tr:hover td { background: var(--raised); }
  .right { text-align: right; }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation: none !important; transition: none !important; }
  }
`;
