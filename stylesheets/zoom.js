// uPlot over the chart that the server has drawn: drag to zoom, double-click to see all. The data is the page's JSON.
import uPlot from './uPlot.esm.js';
import { formatValue } from './format.js';
import { runs } from './paths.js';
import { niceTicks, timeTicks, valueTicks } from './scale.js';

const DASHES = [undefined, [5, 3], [2, 4], [9, 3], [9, 3, 2, 3], [3, 3]];
let shown;

// Draws the chart of the page, or gives the one that is there the newest data.
export async function attach() {
  const place = document.querySelector('[data-chart]');
  if (!place) return;
  const address = new URL(location.href);
  address.searchParams.set('format', 'json');
  const response = await fetch(address, { headers: { accept: 'application/json' } });
  if (!response.ok) return;
  const { PAGE: page } = await response.json();
  const lines = linesOf(page);
  if (lines.length === 0) return;
  const data = uPlot.join(lines.map((line) => [line.times, line.values]), lines.map(() => lines.map(() => 2)));
  const bounds = { from: Date.parse(page.CHART.from) / 1000, to: Date.parse(page.CHART.to) / 1000 };
  if (shown?.place === place && shown.labels === lines.map((line) => line.label).join('\n')) {
    shown.bounds = bounds;
    shown.plot.setData(data, !shown.zoomed);
    if (!shown.zoomed) shown.plot.setScale('x', { min: bounds.from, max: bounds.to });
    return;
  }
  draw(place, page.CHART, lines, data, bounds);
}

function linesOf(page) {
  const labels = page.CHART.LINE ?? [];
  const series = (page.getSamplesResponse ?? []).flatMap((answer) => answer.series).filter((one) => one.points.length > 0);
  return series.slice(0, labels.length).map((one, index) => {
    const points = one.points.map((point) => ({ time: Date.parse(point.time), value: point.value }));
    const times = [];
    const values = [];
    // A gap is a point without a value; where one begins is decided as on the server.
    for (const run of runs(points, 0)) {
      if (times.length > 0) {
        times.push(times.at(-1) + 0.5);
        values.push(null);
      }
      for (const point of run) {
        times.push(point.time / 1000);
        values.push(point.value);
      }
    }
    return { label: labels[index].label, times, values };
  });
}

function draw(place, chart, lines, data, bounds) {
  const look = getComputedStyle(document.documentElement);
  // light-dark() is resolved only where it is used: a probe takes the colours on.
  const probe = document.createElement('span');
  place.append(probe);
  const colour = (name) => {
    probe.className = '';
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const font = `11.5px ${look.getPropertyValue('--sans')}`;
  const axis = { stroke: () => paint.soft, font, grid: { stroke: () => paint.line, width: 1 }, ticks: { show: false } };
  const paint = {};
  const mix = () => {
    place.append(probe);
    paint.soft = colour('soft');
    paint.line = colour('line');
    lines.forEach((_line, index) => {
      paint[index] = colour(`c${index + 1}`);
    });
    probe.remove();
  };
  mix();

  const readout = document.createElement('div');
  readout.className = 'readout';
  readout.hidden = true;

  shown?.plot.destroy();
  const state = { place, bounds, zoomed: false, labels: lines.map((line) => line.label).join('\n') };
  const narrow = () => place.clientWidth < 520;
  const options = {
    width: place.clientWidth,
    height: 240,
    padding: [10, 12, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { drag: { x: true, y: false, uni: 20 }, points: { size: 7 } },
    scales: {
      x: { time: true, range: (_plot, min, max) => (state.zoomed ? [min, max] : [state.bounds.from, state.bounds.to]) },
      y: {
        range: (_plot, min, max) => {
          if (min === null) return [0, 1];
          const ticks = valueTicks([min, max], chart.unit);
          return [ticks[0], ticks.at(-1)];
        },
      },
    },
    axes: [
      {
        ...axis,
        size: 30,
        splits: (_plot, _axis, min, max) => timeTicks(min * 1000, max * 1000, narrow() ? 4 : 8).map((tick) => tick.value / 1000),
        values: (_plot, splits) => labelsOf(splits),
      },
      {
        ...axis,
        size: 76,
        gap: 8,
        splits: (_plot, _axis, min, max) => [...niceTicks(min, max, 4, chart.unit === 'By' ? 1024 : 10)],
        values: (_plot, splits) => splits.map((value) => formatValue(value, chart.unit)),
      },
    ],
    series: [
      {},
      ...lines.map((line, index) => ({
        label: line.label,
        stroke: () => paint[index],
        width: 1.6,
        dash: DASHES[index],
        fill: lines.length <= 2 ? () => paint[index].replace('rgb(', 'rgba(').replace(')', ', 0.1)') : undefined,
        // Points that no line joins would not be seen at all.
        points: { show: line.values.filter((value) => value !== null).length < 20, size: 5 },
      })),
    ],
    hooks: {
      setSelect: [(plot) => { if (plot.select.width > 0) state.zoomed = true; }],
      setCursor: [(plot) => tell(plot, readout, lines, chart.unit)],
    },
  };
  const drawing = place.querySelector('.drawing');
  const description = drawing?.querySelector('title')?.textContent.replace(/\s+/g, ' ').trim();
  place.classList.add('zoomable');
  state.plot = new uPlot(options, data, place);
  drawing?.remove();
  state.plot.root.setAttribute('role', 'img');
  state.plot.root.setAttribute('aria-label', description ?? chart.title);
  state.plot.root.append(readout);
  state.plot.over.addEventListener('dblclick', () => {
    state.zoomed = false;
    state.plot.setScale('x', { min: state.bounds.from, max: state.bounds.to });
  });
  new ResizeObserver(() => state.plot.setSize({ width: place.clientWidth, height: 240 })).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    mix();
    state.plot.redraw(false);
  });
  for (const hint of document.querySelectorAll('.zoom')) hint.hidden = false;
  shown = state;
}

const labelsOf = (splits) => {
  if (splits.length === 0) return [];
  const named = new Map(timeTicks(splits[0] * 1000, splits.at(-1) * 1000 + 1, splits.length + 1).map((tick) => [tick.value, tick.label]));
  return splits.map((time) => named.get(time * 1000) ?? new Date(time * 1000).toISOString().slice(11, 16));
};

function tell(plot, readout, lines, unit) {
  const index = plot.cursor.idx;
  readout.hidden = index === null || index === undefined;
  if (readout.hidden) return;
  const values = lines.map((line, position) => {
    const value = plot.data[position + 1][index];
    return value === null || value === undefined ? undefined : `${line.label} ${formatValue(value, unit)}`;
  });
  const time = new Date(plot.data[0][index] * 1000).toISOString().slice(11, 19);
  readout.textContent = [time, ...values.filter(Boolean)].join('   ');
}
