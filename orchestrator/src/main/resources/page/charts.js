// ECharts is most of the page's weight, so the page paints first and this arrives while it does.
const arriving = import('echarts');

const NAMES = ['panel', 'raised', 'line', 'line-strong', 'text', 'soft', 'faint', 'up', 'down',
  'up-fill', 'down-fill', 'up-wash', 'down-wash', 'calm', 'ground', 'danger'];

/** The theme's colours as the canvas needs them: resolved, by name. */
export function colours(host) {
  const probe = document.createElement('span');
  probe.hidden = true;
  host.append(probe);
  const resolved = {};
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    resolved[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return resolved;
}

/** "rgb(1, 2, 3)" made translucent. */
export const faded = (colour, alpha) => colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);

export const FONT = getComputedStyle(document.documentElement).getPropertyValue('--sans');

/** A chart in `element` that follows its size. Its tooltip is not used: the panels' own read-outs
    are, because the tooltip writes style attributes, which the page's policy forbids. */
export async function chartIn(element) {
  const echarts = await arriving;
  const chart = echarts.init(element, undefined, { renderer: 'canvas', useDirtyRect: false });
  let frame;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => !chart.isDisposed() && chart.resize());
  });
  observer.observe(element);
  return chart;
}
