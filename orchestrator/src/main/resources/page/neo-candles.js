import { LitElement, html, css, nothing } from 'lit';
import { chartIn, colours, faded, FONT } from './charts.js';
import { decimalsOf, known, money, short, signedPercent, tone } from './decimals.js';
import { shared } from './styles.js';
import { clock, day, intervalMinutes, intervalOf, moment, roundTimes, sameDay, span } from './times.js';
import { store } from './store.js';
import { Watch } from './watch.js';

const WINDOWS = [60, 180, 480];
const NARROW = matchMedia('(max-width: 700px)');
const COARSE = matchMedia('(pointer: coarse)').matches;

/** Candles and volume of the chosen instrument, and our own fills on them. */
class NeoCandles extends LitElement {
  static properties = { hovered: { state: true }, shown: { state: true }, following: { state: true } };

  static styles = [shared, css`
    .head { flex-wrap: wrap; row-gap: 4px; padding-left: 8px; }
    .tabs { display: flex; gap: 2px; min-width: 0; overflow-x: auto; scrollbar-width: none; }
    .tabs button {
      display: flex; align-items: baseline; gap: 7px; border: 0; background: none;
      padding: 4px 10px; border-radius: 8px; color: var(--soft); white-space: nowrap;
    }
    .tabs button[aria-selected='true'] { background: var(--raised); color: var(--text); }
    .tabs b { font-weight: 600; }
    .tools { margin-left: auto; display: flex; gap: 8px; align-items: center; }
    .tools .latest { min-height: 28px; padding: 2px 10px; font-size: 12px; color: var(--up); }
    .stage { position: relative; height: 460px; touch-action: pan-y; }
    .chart { position: absolute; inset: 0; }
    .readout {
      position: absolute; z-index: 2; left: 14px; top: 9px; right: 84px; pointer-events: none;
      display: flex; flex-wrap: wrap; gap: 1px 12px; font-size: 12px; color: var(--soft);
    }
    .readout b { font-weight: 500; color: var(--text); }
    .readout .up b { color: var(--up); }
    .readout .down b { color: var(--down); }
    .progress { height: 2px; background: transparent; margin-top: -1px; position: relative; z-index: 1; }
    .progress i { display: block; height: 100%; background: var(--up-fill); transition: width 400ms linear; }
    .key { display: inline-flex; align-items: center; gap: 4px; }
    .waiting { position: absolute; inset: 0; display: grid; place-content: center; z-index: 3; }
    @media (max-width: 700px) {
      .stage { height: 340px; display: flex; flex-direction: column; }
      .chart { position: relative; inset: auto; flex: 1; min-height: 0; }
      .readout { position: static; padding: 8px 12px 0; min-height: 44px; }
      .tools { margin-left: 0; }
    }
  `];

  #chart;
  #bars = [];
  #watch = new Watch(this, (s) => [s.selected, s.instruments, s.candles[s.selected], s.fills, s.positions, s.theme]);

  constructor() {
    super();
    this.shown = innerWidth < 700 ? 60 : 180;
    this.following = true;
  }

  get #instrument() {
    const { instruments, selected } = this.#watch.state;
    return instruments.find((one) => one.symbol === selected);
  }

  get #interval() {
    const { candles, selected } = this.#watch.state;
    return this.#instrument?.interval ?? intervalOf(candles[selected] ?? []);
  }

  async firstUpdated() {
    this.#chart = await chartIn(this.renderRoot.querySelector('.chart'));
    this.#chart.on('updateAxisPointer', (event) => {
      const index = event.axesInfo?.[0]?.value;
      this.hovered = Number.isInteger(index) ? index : undefined;
    });
    this.#chart.getZr().on('globalout', () => { this.hovered = undefined; });
    this.#chart.on('datazoom', () => this.#zoomed());
    this.#draw();
  }

  updated(changed) {
    if (!(changed.size === 1 && changed.has('hovered'))) this.#draw();
  }

  #zoomed() {
    const { startValue, endValue } = this.#chart.getOption().dataZoom[0];
    this.shown = Math.max(10, endValue - startValue + 1);
    this.following = endValue >= this.#bars.length - 2;
    this.held = this.#bars[endValue]?.time;
  }

  #window() {
    const last = this.#bars.length - 1;
    const held = this.following ? -1 : this.#bars.findLastIndex((bar) => bar.time <= this.held);
    const endValue = held < 0 ? last + Math.ceil(this.shown * 0.02) : held;
    return { startValue: Math.max(0, endValue - this.shown + 1), endValue: Math.min(endValue, last) };
  }

  #draw() {
    if (!this.#chart) return;
    const state = this.#watch.state;
    const symbol = state.selected;
    const bars = state.candles[symbol] ?? [];
    this.#bars = bars;
    this.toggleAttribute('data-drawn', bars.length > 0);
    if (bars.length === 0) return this.#chart.clear();
    const paint = colours(this.renderRoot.querySelector('.stage'));
    const rows = bars.map((bar) => [Number(bar.open), Number(bar.close), Number(bar.low), Number(bar.high)]);
    this.#chart.setOption({
      ...this.#frame(paint, bars, decimalsOf(this.#instrument?.tick_size)),
      series: [
        this.#candleSeries(paint, rows, symbol),
        {
          name: 'volume', type: 'bar', xAxisIndex: 1, yAxisIndex: 1, barWidth: '62%', silent: true,
          data: bars.map((bar, i) => ({
            value: Number(bar.volume),
            itemStyle: { color: faded(rows[i][1] >= rows[i][0] ? paint['up-fill'] : paint['down-fill'], 0.42) },
          })),
        },
        ...this.#fillSeries(paint, bars, rows, symbol),
      ],
    }, { notMerge: false, lazyUpdate: true, replaceMerge: ['series'] });
    return undefined;
  }

  #frame(paint, bars, decimals) {
    const axisText = { color: paint.faint, fontSize: 11, fontFamily: FONT };
    const pointer = {
      show: true, type: 'line', snap: true, triggerTooltip: false,
      lineStyle: { color: paint.soft, type: 'dashed', width: 1 },
      label: { show: false },
    };
    const times = bars.map((bar) => bar.time);
    const view = this.#window();
    const marks = roundTimes(times, view.startValue, view.endValue, this.clientWidth / 90);
    const x = {
      type: 'category', data: times, boundaryGap: true,
      axisLine: { lineStyle: { color: paint['line-strong'] } }, axisTick: { show: false },
    };
    return {
      animation: false,
      textStyle: { fontFamily: FONT },
      grid: [
        { left: 12, right: 74, top: NARROW.matches ? 14 : 36, bottom: 92 },
        { left: 12, right: 74, height: 56, bottom: 28 },
      ],
      axisPointer: { link: [{ xAxisIndex: 'all' }] },
      xAxis: [
        { ...x, gridIndex: 0, axisLabel: { show: false }, axisLine: { show: false },
          axisPointer: pointer, splitLine: { show: false } },
        { ...x, gridIndex: 1,
          axisLabel: { ...axisText, hideOverlap: true, margin: 9, interval: (i) => marks.has(i),
            formatter: (time, i) => this.#axisTime(times, time, i) },
          axisPointer: { ...pointer, label: { show: true, margin: 6, padding: [3, 6],
            backgroundColor: paint.text, color: paint.panel, fontSize: 11, fontFamily: FONT,
            formatter: ({ value }) => moment(value) } } },
      ],
      yAxis: [
        { scale: true, position: 'right', gridIndex: 0, splitNumber: 6,
          splitLine: { lineStyle: { color: paint.line } },
          axisLabel: { ...axisText, formatter: (value) => money(value, decimals), showMinLabel: false },
          axisPointer: { show: true, triggerTooltip: false, snap: false,
            lineStyle: { color: paint.soft, type: 'dashed', width: 1 },
            label: { show: true, backgroundColor: paint.text, color: paint.panel, fontSize: 11,
              padding: [3, 5], margin: 4, fontFamily: FONT,
              formatter: ({ value }) => money(value, decimals) } } },
        { gridIndex: 1, position: 'right', splitNumber: 2, splitLine: { show: false },
          axisLabel: { show: false }, axisPointer: { show: false } },
      ],
      dataZoom: [{
        type: 'inside', xAxisIndex: [0, 1], ...view, minValueSpan: 10,
        preventDefaultMouseMove: !COARSE, zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false,
      }],
    };
  }

  #axisTime(times, time, i) {
    const before = times[Math.max(0, i - 1)];
    return i > 0 && !sameDay(before, time) ? day(time) : clock(time);
  }

  #candleSeries(paint, rows, symbol) {
    const close = rows.at(-1)[1];
    const rising = close >= rows.at(-1)[0];
    const decimals = decimalsOf(this.#instrument?.tick_size);
    const position = this.#watch.state.positions.find(
      (one) => one.instrument === symbol && Number(one.quantity) !== 0);
    const tagged = (colour, text, ink) => ({
      position: 'end', distance: 4, formatter: text, color: ink, backgroundColor: colour,
      padding: [3, 5], borderRadius: 3, fontSize: 11, fontFamily: FONT, fontWeight: 600,
    });
    const lines = [{
      yAxis: close,
      lineStyle: { color: rising ? paint['up-fill'] : paint['down-fill'], type: 'dashed', width: 1, opacity: 0.8 },
      label: tagged(rising ? paint.up : paint.down, money(close, decimals), paint.panel),
    }];
    if (position && known(position.average_price)) {
      lines.push({
        yAxis: Number(position.average_price),
        lineStyle: { color: paint.soft, type: 'solid', width: 1, opacity: 0.7 },
        label: {
          position: 'insideStartTop', distance: 4, color: paint.soft, fontSize: 11, fontFamily: FONT,
          formatter: `${Number(position.quantity) > 0 ? 'long' : 'short'} from ${money(position.average_price, decimals)}`,
        },
      });
    }
    return {
      name: 'price', type: 'candlestick', data: rows, barMaxWidth: 14, barMinWidth: 1,
      itemStyle: {
        color: paint['up-fill'], borderColor: paint['up-fill'],
        color0: paint['down-fill'], borderColor0: paint['down-fill'],
      },
      markLine: { symbol: 'none', silent: true, animation: false, data: lines },
    };
  }

  /** One mark a bar and side: fills of one bar lie at one place. */
  #fillSeries(paint, bars, rows, symbol) {
    const marks = { BUY: new Map(), SELL: new Map() };
    for (const fill of this.#watch.state.fills) {
      if (fill.instrument !== symbol || fill.time < bars[0].time) continue;
      const at = bars.findLastIndex((bar) => bar.time <= fill.time);
      marks[fill.side]?.set(at, rows[at][fill.side === 'BUY' ? 2 : 3]);
    }
    const series = (side, rotation, offset) => ({
      name: side, type: 'scatter', symbol: 'triangle', symbolSize: [13, 10], symbolRotate: rotation,
      symbolOffset: [0, offset], z: 5, silent: true, data: [...marks[side]],
      itemStyle: {
        color: side === 'BUY' ? paint.up : paint.down, borderColor: paint.panel, borderWidth: 1.5, opacity: 1,
      },
    });
    return [series('BUY', 0, 12), series('SELL', 180, -12)];
  }

  #choose(shown) {
    this.shown = shown;
    this.following = true;
  }

  #arrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const { instruments, selected } = this.#watch.state;
    const at = instruments.findIndex((one) => one.symbol === selected);
    const next = instruments[(at + step + instruments.length) % instruments.length];
    store.select(next.symbol);
    this.updateComplete.then(() => this.renderRoot.querySelector('[aria-selected=true]').focus());
  }

  render() {
    const { instruments, selected } = this.#watch.state;
    const instrument = this.#instrument;
    const minutes = intervalMinutes(this.#interval);
    return html`<section class="panel" aria-label="Price">
      <div class="head">
        <div class="tabs" role="tablist" aria-label="Instrument" @keydown=${this.#arrow}>
          ${instruments.map((one) => html`<button role="tab" id="tab-${one.symbol}" aria-controls="stage"
            aria-selected=${one.symbol === selected} tabindex=${one.symbol === selected ? 0 : -1}
            @click=${() => store.select(one.symbol)}>
            <b>${one.symbol}</b><span class="num">${money(one.last_price, decimalsOf(one.tick_size))}</span>
          </button>`)}
        </div>
        <div class="tools">
          ${this.following ? nothing : html`<button class="latest" @click=${() => this.#choose(this.shown)}>Latest ›</button>`}
          <div class="segments" role="group" aria-label="Time shown">
            ${WINDOWS.map((bars) => html`<button aria-pressed=${this.shown === bars}
              @click=${() => this.#choose(bars)}>${span(bars * minutes)}</button>`)}
          </div>
        </div>
      </div>
      ${known(instrument?.progress) ? html`<div class="progress" role="progressbar" aria-label="Of the data" aria-valuemin="0"
        aria-valuemax="100" aria-valuenow=${Math.round(instrument.progress * 100)}>
        <i .style=${`width:${instrument.progress * 100}%`}></i></div>` : nothing}
      <div class="stage" id="stage" role="tabpanel" aria-labelledby="tab-${selected}">
        ${this.#readout(instrument)}
        <div class="chart" role="img" aria-label=${this.#spoken(instrument)}></div>
        ${this.#bars.length || this.#watch.state.candles[selected]?.length ? nothing : html`<div class="waiting empty">
          <b>${instruments.length ? 'Waiting for the first bar…' : 'Opening the market data…'}</b>
          Candles appear here as soon as the feed runs.</div>`}
      </div>
    </section>`;
  }

  #spoken(instrument) {
    const last = this.#watch.state.candles[instrument?.symbol]?.at(-1);
    return last
      ? `${instrument.symbol}, ${this.#interval ?? ''} candles, last close ${last.close} at ${moment(last.time)} UTC`
      : 'Candle chart, no data yet';
  }

  #readout(instrument) {
    const bars = this.#watch.state.candles[instrument?.symbol] ?? [];
    const bar = bars[this.hovered] ?? bars.at(-1);
    if (!bar) return nothing;
    const decimals = decimalsOf(instrument.tick_size);
    const change = Number(bar.close) / Number(bar.open) - 1;
    const value = (name, text) => html`<span>${name} <b class="num">${text}</b></span>`;
    return html`<div class="readout num" aria-hidden="true">
      <span>${moment(bar.time)}${this.#interval ? ` · ${this.#interval}` : nothing}${instrument.venue ? ` · ${instrument.venue}` : nothing}</span>
      ${value('O', money(bar.open, decimals))}${value('H', money(bar.high, decimals))}
      ${value('L', money(bar.low, decimals))}${value('C', money(bar.close, decimals))}
      <span class=${tone(change)}><b>${signedPercent(change)}</b></span>
      ${value('Vol', short(bar.volume))}
    </div>`;
  }
}
customElements.define('neo-candles', NeoCandles);
