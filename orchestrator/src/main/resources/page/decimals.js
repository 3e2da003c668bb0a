// Amounts arrive as decimal strings. They become numbers here only to be shown or drawn; nothing
// computed from them goes back to Neo.

const formats = new Map();

function format(digits, compact = false) {
  const key = `${digits}${compact}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat('en-US', compact
      ? { notation: 'compact', maximumFractionDigits: 1 }
      : { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  }
  return formats.get(key);
}

const MINUS = '\u2212';
const dashed = (text) => text.replace('-', MINUS);

export const known = (value) =>
  value !== undefined && value !== null && value !== '' && Number.isFinite(Number(value));

/** "100123.456" as 100,123.46 */
export const money = (value, digits = 2) =>
  known(value) ? dashed(format(digits).format(Number(value))) : '–';

/** The same, with a sign: +123.46, −9.10, 0.00. */
export function signed(value, digits = 2) {
  if (!known(value)) return '–';
  const shown = format(digits).format(Number(value));
  if (Number(shown.replaceAll(',', '')) === 0) return format(digits).format(0);
  return Number(value) > 0 ? `+${shown}` : dashed(shown);
}

/** Colour class for a signed amount. */
export const tone = (value) => (Number(value) > 0 ? 'up' : Number(value) < 0 ? 'down' : '');

/** 0.0123 as 1.23 % */
export const percent = (fraction, digits = 2) =>
  known(fraction) ? `${money(Number(fraction) * 100, digits)}\u2009%` : '–';

export const signedPercent = (fraction, digits = 2) =>
  known(fraction) ? `${signed(Number(fraction) * 100, digits)}\u2009%` : '–';

export const count = (value) => (known(value) ? format(0).format(Number(value)) : '–');

/** 1234567 as 1.2M; below 10,000 in full. */
export const short = (value) =>
  !known(value) ? '–' : Math.abs(Number(value)) < 10_000 ? count(value) : format(0, true).format(Number(value));

/** How many decimals a tick such as "0.01000000" has. */
export function decimalsOf(tick) {
  const fraction = String(tick ?? '').split('.')[1]?.replace(/0+$/, '') ?? '';
  return Math.min(fraction.length, 8);
}

/** A quantity as it came, grouped, without the zeros at its end. */
export function quantity(text) {
  if (!known(text)) return '–';
  const [whole, fraction = ''] = String(text).split('.');
  const rest = fraction.replace(/0+$/, '');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return dashed(rest ? `${grouped}.${rest}` : grouped);
}
