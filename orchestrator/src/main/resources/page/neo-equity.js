import { LitElement, html, css, nothing } from 'lit';
import { chartIn, colours, faded, FONT } from './charts.js';
import { money, percent, signed, signedPercent, tone } from './decimals.js';
import { shared } from './styles.js';
import { clock, day, moment, roundTimes, sameDay } from './times.js';
import { Watch } from './watch.js';

/** Equity, and below it how far it is under its own best. */
class NeoEquity extends LitElement {
  static properties = { hovered: { state: true } };

  static styles = [shared, css`
    .stage { position: relative; height: 230px; touch-action: pan-y; }
    .chart { position: absolute; inset: 0; }
    .waiting { position: absolute; inset: 0; display: grid; place-content: center; }
    .head .meta { display: flex; gap: 12px; }
    .meta b { font-weight: 600; color: var(--text); }
    .meta b.up { color: var(--up); }
    .meta b.down { color: var(--down); }
    @media (max-width: 520px) { .head .wide { display: none; } }
  `];

  #chart;
  #watch = new Watch(this, (s) => [s.equity, s.status?.initial_cash, s.theme]);

  async firstUpdated() {
    this.#chart = await chartIn(this.renderRoot.querySelector('.chart'));
    this.#chart.on('updateAxisPointer', (event) => {
      const index = event.axesInfo?.[0]?.value;
      this.hovered = Number.isInteger(index) ? index : undefined;
    });
    this.#chart.getZr().on('globalout', () => { this.hovered = undefined; });
    this.#draw();
  }

  updated(changed) {
    if (!(changed.size === 1 && changed.has('hovered'))) this.#draw();
  }

  #draw() {
    const points = this.#watch.state.equity;
    if (!this.#chart) return;
    if (points.length < 2) return void this.#chart.clear();
    const paint = colours(this.renderRoot.querySelector('.stage'));
    const initial = Number(this.#watch.state.status?.initial_cash ?? points[0].equity);
    const times = points.map((point) => point.time);
    this.#chart.setOption({
      ...this.#frame(paint, times),
      series: [
        {
          name: 'equity', type: 'line', data: points.map((point) => Number(point.equity)),
          showSymbol: false, sampling: 'lttb', lineStyle: { color: paint['up-fill'], width: 1.8 },
          itemStyle: { color: paint['up-fill'] },
          areaStyle: { origin: 'start', color: { type: 'linear', x: 0, y: 0, x2: 0, y2: 1, colorStops: [
            { offset: 0, color: faded(paint['up-fill'], 0.22) },
            { offset: 1, color: faded(paint['up-fill'], 0) }] } },
          markLine: { symbol: 'none', silent: true, animation: false, label: { show: false },
            lineStyle: { color: paint.soft, type: 'dashed', width: 1, opacity: 0.6 },
            data: [{ yAxis: initial }] },
        },
        {
          name: 'drawdown', type: 'line', xAxisIndex: 1, yAxisIndex: 1, showSymbol: false,
          sampling: 'min', data: points.map((point) => -Math.abs(Number(point.drawdown)) * 100),
          lineStyle: { color: paint['down-fill'], width: 1.2 }, itemStyle: { color: paint['down-fill'] },
          areaStyle: { origin: 'end', color: faded(paint['down-fill'], 0.2) },
        },
      ],
    }, { lazyUpdate: true, replaceMerge: ['series'] });
    return undefined;
  }

  #frame(paint, times) {
    const axisText = { color: paint.faint, fontSize: 11, fontFamily: FONT };
    const pointer = { show: true, type: 'line', snap: true, triggerTooltip: false, label: { show: false },
      lineStyle: { color: paint.soft, type: 'dashed', width: 1 } };
    const x = { type: 'category', data: times, boundaryGap: false, axisTick: { show: false }, axisPointer: pointer };
    const marks = roundTimes(times, 0, times.length - 1, this.clientWidth / 90);
    return {
      animation: false,
      textStyle: { fontFamily: FONT },
      axisPointer: { link: [{ xAxisIndex: 'all' }] },
      grid: [
        { left: 12, right: 74, top: 14, bottom: 84 },
        { left: 12, right: 74, height: 44, bottom: 26 },
      ],
      xAxis: [
        { ...x, gridIndex: 0, axisLabel: { show: false }, axisLine: { show: false } },
        { ...x, gridIndex: 1, position: 'bottom', axisLine: { show: false, onZero: false },
          axisLabel: { ...axisText, hideOverlap: true, margin: 8, interval: (i) => marks.has(i),
            formatter: (time, i) => (sameDay(times[i - 1], time) ? clock(time) : day(time)) } },
      ],
      yAxis: [
        { scale: true, position: 'right', gridIndex: 0, splitNumber: 3,
          splitLine: { lineStyle: { color: paint.line } }, axisPointer: { show: false },
          axisLabel: { ...axisText, formatter: (value) => money(value, 0) } },
        { gridIndex: 1, position: 'right', max: 0, splitNumber: 2, splitLine: { show: false },
          axisPointer: { show: false },
          axisLabel: { ...axisText, showMaxLabel: false, hideOverlap: true, formatter: (value) => `${money(value, 2)}\u2009%` } },
      ],
    };
  }

  render() {
    const points = this.#watch.state.equity;
    const point = points[this.hovered] ?? points.at(-1);
    const initial = Number(this.#watch.state.status?.initial_cash);
    const gain = point ? Number(point.equity) - initial : 0;
    return html`<section class="panel" aria-label="Equity and drawdown">
      <div class="head"><h2>Equity and drawdown</h2>
        ${point ? html`<span class="meta num">
          <span class="wide">${moment(point.time)}</span>
          <b>${money(point.equity)}</b>
          <b class="wide ${tone(gain)}">${signed(gain)} (${signedPercent(gain / initial)})</b>
          <span>down <b>${percent(Math.abs(point.drawdown))}</b></span>
        </span>` : nothing}
      </div>
      <div class="stage">
        <div class="chart" role="img" aria-label=${point
          ? `Equity ${money(point.equity)}, drawdown ${percent(Math.abs(point.drawdown))}` : 'Equity chart, no data yet'}></div>
        ${points.length < 2 ? html`<div class="waiting empty"><b>No equity curve yet</b>
          It starts with the first bar that is traded.</div>` : nothing}
      </div>
    </section>`;
  }
}
customElements.define('neo-equity', NeoEquity);
