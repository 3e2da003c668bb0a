import { svg, html } from 'lit';

const icon = (shape) => html`<svg viewBox="0 0 16 16" width="14" height="14" fill="none"
  stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"
  aria-hidden="true" focusable="false">${shape}</svg>`;

export const pause = icon(svg`<path d="M5.5 3.5v9M10.5 3.5v9"/>`);
export const play = icon(svg`<path d="M5 3.2v9.6l7.5-4.8z"/>`);
export const flatten = icon(svg`<path d="M2.5 4.5 6 8l2.5-2 2 3.5M2.5 12.5h11"/>`);
export const kill = icon(svg`<circle cx="8" cy="8" r="5.5"/><path d="M4.2 4.2l7.6 7.6"/>`);
export const sun = icon(svg`<circle cx="8" cy="8" r="2.8"/><path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9"/>`);
export const moon = icon(svg`<path d="M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z"/>`);
export const check = icon(svg`<path d="M3.5 8.5l3 3 6-7"/>`);
export const warning = icon(svg`<path d="M8 2.5 14.2 13H1.8zM8 6.5v3M8 11.3v.1"/>`);
export const cross = icon(svg`<path d="M4 4l8 8M12 4l-8 8"/>`);
