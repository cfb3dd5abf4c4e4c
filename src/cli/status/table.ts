/** The pool's state as a table for a terminal. Pure: what it shows is what it is given. */
import { STATUSES, type Status, URGENCY } from '../../model/status.js';
import type { Output } from '../../xml/messages/operations.js';
import { oneLine } from '../failure.js';

export interface PoolView {
  readonly status: Output<'getStatus'>;
  readonly neighbors: Output<'getNeighbors'>['neighbors'];
}

type Manager = PoolView['status']['managers'][number];
type Tone = 'good' | 'poor' | 'bad' | 'plain';

interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

const COLOURS: Readonly<Record<Tone, string>> = { good: '\x1b[32m', poor: '\x1b[33m', bad: '\x1b[31m', plain: '' };
const HEADINGS = ['MANAGER', 'ROLE', 'STATE', 'POOL', 'HEALTH', 'UP', 'LOAD', 'POLLS/S', 'LATE', 'MEMORY', 'ELEMENTS'];

export function renderStatus({ status, neighbors }: PoolView, colours: boolean): string {
  const managers = [...status.managers].sort((a, b) => a.role.localeCompare(b.role) || compareIds(a.id, b.id));
  const reasons = absent(status, neighbors);
  const rows: Cell[][] = [HEADINGS.map((text) => ({ text })), ...managers.map(managerRow)];
  const lines = [
    ...columns(rows, colours),
    ...[...reasons].sort(([a], [b]) => compareIds(a, b)).map((entry) => absentLine(entry, colours)),
  ];
  return [...lines, '', summary(managers, reasons.size)].join('\n');
}

const compareIds = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** Managers that are known and did not answer, with the reason. */
function absent({ managers, missing }: PoolView['status'], neighbors: PoolView['neighbors']): Map<string, string> {
  const present = new Set(managers.map((manager) => manager.id));
  const reasons = new Map<string, string>();
  for (const { id, reach, reason, age } of neighbors) {
    if (present.has(id) || reach === 'alive') continue;
    reasons.set(
      id,
      `${reach}${age === undefined ? '' : `, last heard ${duration(age)} ago`}${reason ? `: ${reason}` : ''}`,
    );
  }
  for (const { manager, reason } of missing)
    if (!present.has(manager) && !reasons.has(manager)) reasons.set(manager, `did not answer: ${reason}`);
  return reasons;
}

function managerRow(manager: Manager): Cell[] {
  const { id, role, state, poolRole, health, uptime, load, pollRate, pollLag, memoryBytes } = manager;
  return [
    { text: id },
    { text: role },
    { text: state, tone: state === 'running' ? 'good' : 'poor' },
    { text: poolRole },
    { text: health, tone: health === 'good' ? 'good' : health === 'degraded' ? 'poor' : 'bad' },
    { text: duration(uptime) },
    { text: `${Math.round(load * 100)}%`, tone: load > 0.8 ? 'bad' : load > 0.5 ? 'poor' : 'plain' },
    { text: pollRate.toFixed(1) },
    { text: pollLag < 0.1 ? '-' : duration(pollLag), tone: pollLag > 1 ? 'poor' : 'plain' },
    { text: `${Math.round(memoryBytes / 2 ** 20)} MiB` },
    elementsCell(manager),
  ];
}

function elementsCell({ elements }: Manager): Cell {
  const found = elements.filter((one) => one.count > 0).sort((a, b) => URGENCY[b.status] - URGENCY[a.status]);
  const worst = found[0]?.status;
  return {
    text: found.map(({ status, count }) => `${count} ${status}`).join(', ') || '-',
    tone: worst ? toneOf(worst) : 'plain',
  };
}

const toneOf = (status: Status): Tone =>
  status === 'normal' ? 'good' : URGENCY[status] >= URGENCY.unreachable ? 'bad' : 'poor';

/** The last column is not padded, so that lines end where their text ends. */
function columns(rows: readonly Cell[][], colours: boolean): string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.text.length ?? 0)));
  return rows.map((row) =>
    row
      .map(({ text, tone = 'plain' }, column) => {
        const padded = column === row.length - 1 ? text : text.padEnd(widths[column] ?? 0);
        return paint(padded, tone, colours);
      })
      .join('  '),
  );
}

const paint = (text: string, tone: Tone, colours: boolean): string =>
  colours && COLOURS[tone] ? `${COLOURS[tone]}${text}\x1b[0m` : text;

const absentLine = ([id, reason]: readonly [string, string], colours: boolean): string =>
  paint(`${id}  ${oneLine(reason)}`, 'bad', colours);

function summary(managers: readonly Manager[], missing: number): string {
  const counts = STATUSES.map((status) => ({
    status,
    count: managers.reduce((sum, { elements }) => sum + (elements.find((one) => one.status === status)?.count ?? 0), 0),
  })).filter((one) => one.count > 0);
  const total = counts.reduce((sum, one) => sum + one.count, 0);
  const master = managers.find((manager) => manager.poolRole === 'master');
  return [
    `${managers.length} ${managers.length === 1 ? 'manager' : 'managers'} here${missing > 0 ? `, ${missing} not` : ''}`,
    master ? `master ${master.id}, term ${master.term}` : '',
    `${total} ${total === 1 ? 'element' : 'elements'}${counts.length > 0 ? `: ${counts.map(({ status, count }) => `${count} ${status}`).join(', ')}` : ''}`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** The two largest units: `2d 3h`, `5m 12s`, `3.2s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.floor(seconds);
  const parts: readonly [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}
