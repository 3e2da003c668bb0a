// Neo's page: reads snapshots over REST, is told over a WebSocket when to look again.
import * as echarts from '/lib/echarts.js';

const $ = (id) => document.getElementById(id);
const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
root.dataset.theme = sessionStorage.theme ?? (dark.matches ? 'dark' : 'light');
let shown = null;
let symbols = [];
let lastRefresh = 0;
let refreshing = false;
const candleChart = echarts.init($('candles'));
const curveChart = echarts.init($('curve'));

const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
const money = (text) => text == null ? '–'
  : Number(text).toLocaleString('en', {minimumFractionDigits: 2, maximumFractionDigits: 2});
const clock = (iso) => iso.slice(0, 16).replace('T', ' ');
const el = (tag, text, className) => {
  const node = document.createElement(tag);
  if (text != null) node.textContent = text;
  if (className) node.className = className;
  return node;
};
const get = async (path) => {
  const reply = await fetch('/api/v1/' + path);
  if (!reply.ok) throw new Error(path + ': ' + reply.status);
  return reply.json();
};

function showStatus(status) {
  $('state').textContent = status.feed === 'ended' ? status.state + ', data ended' : status.state;
  $('state').className = 'pill ' + status.state;
  $('time').textContent = status.time ? clock(status.time) + ' UTC' : '';
  $('equity').textContent = money(status.equity);
  if (status.equity) {
    const gain = Number(status.equity) - Number(status.initial_cash);
    $('pnl').textContent = (gain >= 0 ? '+' : '') + money(gain);
    $('pnl').className = gain >= 0 ? 'gain' : 'loss';
    $('drawdown').textContent = (100 * status.drawdown).toFixed(2) + ' %';
  }
  $('champion').textContent = status.champion?.version ? 'v' + status.champion.version : 'training…';
  $('resume').hidden = status.state === 'running' || status.state === 'starting';
  $('health').replaceChildren(...(status.health ?? []).map((part) => {
    const li = el('li');
    li.append(el('span', '', 'dot ' + part.state), part.name + ' ', el('code', part.detail));
    return li;
  }));
  $('counts').replaceChildren(...Object.entries(status.counts ?? {}).map(([name, value]) => {
    const div = el('div');
    div.append(el('dt', name.replaceAll('_', ' ')), el('dd', Number(value).toLocaleString('en')));
    return div;
  }));
}

function showTabs(items) {
  const names = items.map((item) => item.symbol);
  if (names.join() === symbols.join()) return;
  symbols = names;
  shown ??= names[0];
  $('tabs').replaceChildren(...names.map((name) => {
    const button = el('button', name);
    button.role = 'tab';
    button.ariaSelected = String(name === shown);
    button.onclick = () => {
      shown = name;
      for (const other of $('tabs').children) other.ariaSelected = String(other === button);
      refresh();
    };
    return button;
  }));
}

function showCandles(candles, fills) {
  const times = candles.map((c) => clock(c.time));
  const from = candles[0]?.time ?? '';
  const mark = (side, symbol, rotate, name) => ({
    type: 'scatter', name, symbol, symbolSize: 11, symbolRotate: rotate, z: 5,
    itemStyle: {color: colour(side === 'BUY' ? '--up' : '--down'), borderColor: colour('--card'), borderWidth: 1},
    data: fills.filter((f) => f.side === side && f.instrument === shown && f.time >= from)
      .map((f) => [nearest(candles, f.time), Number(f.price)]),
  });
  candleChart.setOption({
    animation: false, textStyle: {color: colour('--quiet')},
    grid: [{left: 64, right: 16, top: 10, height: '68%'}, {left: 64, right: 16, top: '80%', height: '13%'}],
    tooltip: {trigger: 'axis', axisPointer: {type: 'cross'}, backgroundColor: colour('--card'), borderColor: colour('--line'), textStyle: {color: colour('--text')}},
    xAxis: [0, 1].map((i) => ({type: 'category', data: times, gridIndex: i, axisLabel: {show: i === 1, hideOverlap: true}, axisLine: {lineStyle: {color: colour('--line')}}})),
    yAxis: [{scale: true, splitLine: {lineStyle: {color: colour('--line')}}}, {gridIndex: 1, splitNumber: 2, axisLabel: {show: false}, splitLine: {show: false}}],
    series: [
      {type: 'candlestick', name: shown, data: candles.map((c) => [c.open, c.close, c.low, c.high].map(Number)),
        itemStyle: {color: colour('--up'), color0: colour('--down'), borderColor: colour('--up'), borderColor0: colour('--down')}},
      {type: 'bar', name: 'Volume', xAxisIndex: 1, yAxisIndex: 1, data: candles.map((c) => Number(c.volume)), itemStyle: {color: colour('--line')}},
      mark('BUY', 'triangle', 0, 'Bought'), mark('SELL', 'triangle', 180, 'Sold'),
    ],
  }, true);
}

const nearest = (candles, time) => {
  let at = candles.length - 1;
  while (at > 0 && candles[at].time > time) at--;
  return at;
};

function showCurve(points) {
  const line = {type: 'line', showSymbol: false, lineStyle: {width: 1.5}};
  curveChart.setOption({
    animation: false, textStyle: {color: colour('--quiet')},
    grid: {left: 64, right: 44, top: 10, bottom: 24},
    tooltip: {trigger: 'axis', backgroundColor: colour('--card'), borderColor: colour('--line'), textStyle: {color: colour('--text')}},
    xAxis: {type: 'category', data: points.map((p) => clock(p.time)), axisLabel: {hideOverlap: true}},
    yAxis: [{scale: true, splitLine: {lineStyle: {color: colour('--line')}}}, {inverse: true, min: 0, axisLabel: {formatter: '{value} %'}, splitLine: {show: false}}],
    series: [
      {...line, name: 'Equity', data: points.map((p) => Number(p.equity)), itemStyle: {color: colour('--accent')}},
      {...line, name: 'Drawdown', yAxisIndex: 1, data: points.map((p) => +(100 * p.drawdown).toFixed(3)), itemStyle: {color: colour('--down')}, areaStyle: {opacity: .15}},
    ],
  }, true);
}

function row(cells) {
  const tr = el('tr');
  for (const cell of cells) tr.append(cell instanceof Node ? cell : el('td', cell));
  return tr;
}

function bar(p) {
  const td = el('td');
  if (!p) return td;
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'bar');
  svg.setAttribute('viewBox', '0 0 100 8');
  svg.setAttribute('preserveAspectRatio', 'none');
  let at = 0;
  for (const [share, fill] of [[p.sell, '--down'], [p.hold, '--line'], [p.buy, '--up']]) {
    const rect = document.createElementNS(svg.namespaceURI, 'rect');
    for (const [key, value] of Object.entries({x: at, y: 0, width: 100 * share, height: 8, fill: colour(fill)})) rect.setAttribute(key, value);
    svg.append(rect);
    at += 100 * share;
  }
  td.title = `sell ${(100 * p.sell).toFixed(1)} %, hold ${(100 * p.hold).toFixed(1)} %, buy ${(100 * p.buy).toFixed(1)} %`;
  td.append(svg);
  return td;
}

function showDecisions(items) {
  const rows = items.toReversed().map((d) => row([
    clock(d.time), d.instrument, d.strategy, el('td', d.action, d.action), el('td', d.reason, 'why'), bar(d.prediction),
    d.risk.verdict === 'refused'
      ? el('td', `${d.risk.rule}: ${d.risk.observed}, limit ${d.risk.limit}`, 'refused')
      : el('td', d.risk.verdict === 'approved' ? 'approved' : ''),
  ]));
  $('decisions').replaceChildren(...(rows.length ? rows : [row([el('td', 'No decision yet: the features are warming up.', 'empty')])]));
}

function showPositions(items) {
  const rows = items.map((p) => row([p.instrument, p.strategy, p.quantity, money(p.average_price),
    el('td', money(p.realised_pnl), Number(p.realised_pnl) >= 0 ? 'gain' : 'loss'),
    el('td', money(p.unrealised_pnl), Number(p.unrealised_pnl) >= 0 ? 'gain' : 'loss')]));
  $('positions').replaceChildren(...(rows.length ? rows : [row([el('td', 'Nothing was bought yet.', 'empty')])]));
}

function showModels(models) {
  $('models').replaceChildren(...(models.items.length ? models.items.map((m) => {
    const div = el('div', null, 'model');
    div.append(el('strong', 'v' + m.version), ...m.aliases.map((a) => el('span', a, 'badge')), el('code', m.digest.slice(0, 12)),
      m.created_by + (m.parent_version ? ', from v' + m.parent_version : ''));
    return div;
  }) : [el('p', models.away ? 'The model tier is away: ' + models.away : 'Training the first model…', 'empty')]));
  $('history').replaceChildren(...models.history.filter((e) => e.action !== 'register').toReversed().slice(0, 100).map((e) => {
    const li = el('li');
    li.append(el('strong', e.action + ' '), 'v' + e.version + ' by ' + e.actor + ' ', el('code', e.reason.slice(0, 140)));
    return li;
  }));
}

async function refresh() {
  if (refreshing) return;
  refreshing = true;
  try {
    showTabs((await get('instruments')).items);
    const [candles, fills, curve, decisions, positions, models] = await Promise.all([
      get('candles?limit=240&instrument=' + encodeURIComponent(shown)), get('fills?limit=1000'), get('equity'),
      get('decisions?limit=60'), get('positions'), get('models')]);
    showCandles(candles.items, fills.items);
    showCurve(curve.items);
    showDecisions(decisions.items);
    showPositions(positions.items);
    showModels(models);
    lastRefresh = Date.now();
  } finally {
    refreshing = false;
  }
}

let wait = 500;
function connect() {
  const socket = new WebSocket(`ws://${location.host}/api/v1/stream`);
  socket.onopen = () => { $('banner').hidden = true; wait = 500; refresh().catch(() => {}); };
  socket.onmessage = (message) => {
    showStatus(JSON.parse(message.data));
    if (Date.now() - lastRefresh > 1000 && !document.hidden) refresh().catch(() => {});
  };
  socket.onclose = () => {
    $('banner').hidden = false;
    setTimeout(connect, wait);
    wait = Math.min(2 * wait, 5000);
  };
}

const MEANING = {
  halt: 'No new entries. Exits and stops work on.', flatten: 'Every position is closed, then there are no new entries.',
  kill: 'Every open order is cancelled and nothing more is sent. Positions stay as they are.', resume: 'Trading goes on, and the drawdown is measured from here.',
};

function ask(command, problem) {
  $('question').textContent = command[0].toUpperCase() + command.slice(1) + '?';
  $('meaning').textContent = MEANING[command];
  $('problem').textContent = problem ?? '';
  $('token').value = sessionStorage.token ?? '';
  $('confirm').onclose = async () => {
    if ($('confirm').returnValue !== 'yes') return;
    sessionStorage.token = $('token').value.trim();
    const reply = await fetch('/api/v1/commands', {
      method: 'POST', headers: {'Content-Type': 'application/json', Authorization: 'Bearer ' + sessionStorage.token},
      body: JSON.stringify({command, reason: 'by the page'}),
    });
    if (!reply.ok) ask(command, (await reply.json()).error.message);
  };
  $('confirm').showModal();
}
for (const button of document.querySelectorAll('[data-command]')) button.onclick = () => ask(button.dataset.command);
$('theme').onclick = () => {
  root.dataset.theme = sessionStorage.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
  refresh().catch(() => {});
};
addEventListener('resize', () => { candleChart.resize(); curveChart.resize(); });
connect();
