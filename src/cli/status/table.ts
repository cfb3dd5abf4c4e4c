/** The pool's state as a table for a terminal. Pure: what it shows is what it is given. */
import { STATUSES, type Status, URGENCY } from '../../model/status.js';
import type { Output } from '../../xml/messages/operations.js';
import { oneLine } from '../failure.js';
import {
  type AlarmLine,
  type OpenAlarms,
  type Picture,
  type PicturedMember,
  pollerOf,
  standingWords,
} from './picture.js';

export interface PoolView {
  readonly status: Output<'getStatus'>;
  readonly neighbors: Output<'getNeighbors'>['neighbors'];
  /** Absent where the manager is in no pool, or cannot tell of it. */
  readonly picture?: Picture;
  /** What needs attention, the worst first. */
  readonly open?: readonly OpenLine[];
  /** Absent where the manager is of an older version and has none. */
  readonly alarms?: OpenAlarms;
}

/** An element that is not well. */
export interface OpenLine {
  readonly element: string;
  readonly status: Status;
  /** Seconds. */
  readonly age?: number;
  readonly owner: string;
  readonly reason: string;
}

type Manager = PoolView['status']['managers'][number];
type Tone = 'good' | 'poor' | 'bad' | 'plain';

interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

const COLOURS: Readonly<Record<Tone, string>> = { good: '\x1b[32m', poor: '\x1b[33m', bad: '\x1b[31m', plain: '' };
const HEADINGS = ['MANAGER', 'ROLE', 'STATE', 'POOL', 'HEALTH', 'UP', 'LOAD', 'POLLS/S', 'LATE', 'MEMORY', 'ELEMENTS'];
const POOL_HEADINGS = [...HEADINGS.slice(0, -1), 'STANDS IN', 'ELEMENTS'];
/** Elements of one manager that are named; a person reads no more at a glance. */
const MOST_NAMED = 8;

/** Alarms that are shown; `ptpmgr call URL getAlarms scope=pool` has all. */
const MOST_ALARMS = 15;

export function renderStatus({ status, neighbors, picture, open = [], alarms }: PoolView, colours: boolean): string {
  const managers = [...status.managers].sort((a, b) => a.role.localeCompare(b.role) || compareIds(a.id, b.id));
  const members = new Map((picture?.members ?? []).map((member) => [member.id, member]));
  const reasons = absent(status, neighbors);
  for (const member of members.values()) if (member.standing === 'gone') reasons.set(member.id, standingWords(member));
  const here = managers.filter(({ id }) => members.get(id)?.standing !== 'gone');
  const headings = picture ? POOL_HEADINGS : HEADINGS;
  const rows = [
    headings.map((text): Cell => ({ text })),
    ...here.map((manager) => managerRow(manager, picture, members.get(manager.id))),
  ];
  const lines = [
    ...(picture ? [mastership(picture, colours), ''] : []),
    ...columns(rows, colours),
    ...[...reasons].sort(([a], [b]) => compareIds(a, b)).map((entry) => absentLine(entry, colours)),
    ...here.flatMap((manager) => workloadLines(manager, colours)),
    ...(picture ? ['', ...owners(picture, colours)] : []),
    ...(alarms && alarms.total > 0 ? ['', ...alarmLines(alarms, colours)] : []),
    // What stands open says it with more words; who has no alarms yet shows the elements at least.
    ...(!alarms && open.length > 0 ? ['', ...openLines(open, colours)] : []),
  ];
  return [...lines, '', summary(here, reasons.size)].join('\n');
}

/** Who is master: the first thing that is looked for. */
function mastership(picture: Picture, colours: boolean): string {
  const { pool, master, term, members, cutOff, teller, roster, standing } = picture;
  if (standing !== 'member')
    return paint(
      `${teller} is ${standing === 'seeking' ? 'seeking its pool' : 'joining the pool'}: nobody takes over from it yet`,
      'poor',
      colours,
    );
  const there = members.filter(({ standing }) => standing !== 'gone').length;
  const who = cutOff
    ? paint(`${teller} is cut off: it hears no master, polls what it owns and takes nothing over`, 'bad', colours)
    : master === undefined
      ? paint('no master at the moment', 'bad', colours)
      : `master ${master}`;
  return `Pool${pool === undefined ? '' : ` ${oneLine(pool)}`}: ${who}, term ${term}, ${there} of ${members.length} there, roster ${roster} (as ${teller} tells)`;
}

/** Who owns what; an element away from home with its home behind it. */
function owners({ elements, total, members }: Picture, colours: boolean): readonly string[] {
  const byOwner = new Map<string, string[]>(members.filter(({ role }) => role !== 'EIM').map(({ id }) => [id, []]));
  const unwatched: string[] = [];
  for (const [name, element] of elements) {
    const owner = pollerOf(element);
    if (owner === undefined) {
      unwatched.push(`${name}${element.unwatched ? `: ${oneLine(element.unwatched)}` : ': nobody has it yet'}`);
      continue;
    }
    const away = element.homes.length > 0 && !element.homes.includes(owner);
    const names = byOwner.get(owner) ?? [];
    names.push(away ? `${name} (of ${element.homes.join(', ')})` : name);
    byOwner.set(owner, names);
  }
  const rows = [...byOwner]
    .sort(([a], [b]) => compareIds(a, b))
    .map(([owner, names]): Cell[] => [{ text: owner }, { text: String(names.length) }, { text: named(names) }]);
  const heads = ['OWNER', 'OWNS', total > elements.size ? `ELEMENTS (the first ${elements.size} of ${total})` : 'WHAT'];
  return [
    ...columns([heads.map((text) => ({ text })), ...rows], colours),
    ...unwatched.slice(0, MOST_NAMED).map((text) => paint(`unwatched  ${text}`, 'bad', colours)),
    ...(unwatched.length > MOST_NAMED ? [`unwatched  and ${unwatched.length - MOST_NAMED} more`] : []),
  ];
}

/** What is away from home first: that is what one looks for. */
function named(names: readonly string[]): string {
  const sorted = [...names].sort((a, b) => Number(b.endsWith(')')) - Number(a.endsWith(')')) || compareIds(a, b));
  const shown = sorted.slice(0, MOST_NAMED).map(oneLine).join(' ');
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown || '-';
}

/** Of each severity how it is to be read. */
const alarmTone = ({ severity, by }: AlarmLine): Tone =>
  by !== undefined ? 'plain' : severity === 'critical' || severity === 'major' ? 'bad' : 'poor';

function alarmLines({ lines, total }: OpenAlarms, colours: boolean): readonly string[] {
  const shown = lines.slice(0, MOST_ALARMS);
  return [
    ...columns(
      [
        ['ALARM', 'ABOUT', 'FOR', 'OWNER', 'SEEN TO BY', 'WHAT'].map((text): Cell => ({ text })),
        ...shown.map((line): Cell[] => [
          { text: line.severity, tone: alarmTone(line) },
          { text: oneLine(line.about) },
          { text: duration(line.age) },
          { text: line.owner },
          { text: line.by === undefined ? '-' : oneLine(line.by) },
          { text: oneLine(line.text) },
        ]),
      ],
      colours,
    ),
    ...(total > shown.length ? [`and ${total - shown.length} more alarms`] : []),
  ];
}

const openLines = (open: readonly OpenLine[], colours: boolean): readonly string[] =>
  columns(
    [
      ['OPEN', 'ELEMENT', 'FOR', 'OWNER', 'WHY'].map((text): Cell => ({ text })),
      ...open.map(({ element, status, age, owner, reason }): Cell[] => [
        { text: status, tone: toneOf(status) },
        { text: oneLine(element) },
        { text: age === undefined ? '-' : duration(age) },
        { text: owner },
        { text: oneLine(reason) },
      ]),
    ],
    colours,
  );

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

function managerRow(manager: Manager, picture: Picture | undefined, member: PicturedMember | undefined): Cell[] {
  const { id, role, state, poolRole, uptime, load, pollRate, pollLag, memoryBytes } = manager;
  return [
    { text: id },
    { text: role },
    stateCell(state, member),
    { text: member ? `${picture?.master === id ? 'master' : 'secondary'}${member.voter ? ', votes' : ''}` : poolRole },
    healthCell(manager),
    { text: duration(uptime) },
    { text: `${Math.round(load * 100)}%`, tone: load > 0.8 ? 'bad' : load > 0.5 ? 'poor' : 'plain' },
    { text: pollRate.toFixed(1) },
    { text: pollLag < 0.1 ? '-' : duration(pollLag), tone: pollLag > 1 ? 'poor' : 'plain' },
    { text: `${Math.round(memoryBytes / 2 ** 20)} MiB` },
    ...(picture ? [{ text: member ? String(member.standsInFor) : '-' }] : []),
    elementsCell(manager),
  ];
}

/** Why one does not keep up, or soon will not. */
const workloadLines = ({ id, workload }: Manager, colours: boolean): string[] =>
  workload?.reason === undefined
    ? []
    : [
        paint(
          `${id}  ${workload.state}: ${oneLine(workload.reason)}`,
          workload.state === 'late' ? 'bad' : 'poor',
          colours,
        ),
      ];

/** What is close to too much, or too much, is said where health is. */
function healthCell({ health, workload }: Manager): Cell {
  const tone = health === 'good' ? 'good' : health === 'degraded' ? 'poor' : 'bad';
  return { text: health === 'degraded' && workload && workload.state !== 'ample' ? workload.state : health, tone };
}

function stateCell(state: Manager['state'], member: PicturedMember | undefined): Cell {
  if (member && !['alive', 'unknown'].includes(member.standing)) return { text: member.standing, tone: 'poor' };
  return { text: state, tone: state === 'running' ? 'good' : 'poor' };
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
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.text.length ?? 0)));
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
  return [
    `${managers.length} ${managers.length === 1 ? 'manager' : 'managers'} here${missing > 0 ? `, ${missing} not` : ''}`,
    `${total} ${total === 1 ? 'element' : 'elements'}${counts.length > 0 ? `: ${counts.map(({ status, count }) => `${count} ${status}`).join(', ')}` : ''}`,
  ].join('; ');
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
