/** What has changed between two looks at a pool, a line each: for a log that is read afterwards. Pure. */
import { oneLine } from '../failure.js';
import {
  type AlarmLine,
  type OpenAlarms,
  type Picture,
  type PicturedElement,
  pollerOf,
  type Seen,
  standingWords,
} from './picture.js';

const STANDINGS = { seeking: 'seeking its pool', joining: 'joining the pool', member: 'a member of the pool' } as const;

/** Lines of single elements; what moves together is counted. */
const MOST_NAMED = 3;
/** Lines of alarms at one look. */
const MOST_ALARMS = 10;

/** @param nowMs Monotonic, of the later look. */
export function changes(before: Seen, after: Seen, nowMs: number): readonly string[] {
  const lines: string[] = [];
  for (const [id, { reason }] of after.silent)
    if (!before.silent.has(id)) lines.push(`${id} does not answer: ${oneLine(reason)}`);
  for (const id of before.silent.keys()) if (!after.silent.has(id)) lines.push(`${id} answers again`);
  lines.push(...alarmChanges(before.alarms, after.alarms));
  if (!before.picture || !after.picture) return lines;
  return [
    ...lines,
    ...tellerChanges(before.picture, after.picture),
    ...masterChanges(before.picture, after.picture),
    ...memberChanges(before.picture, after.picture),
    ...moves(before.picture, after, nowMs),
  ];
}

/** Nothing is said of what is over where not all that is open was told. */
function alarmChanges(before: OpenAlarms | undefined, after: OpenAlarms | undefined): readonly string[] {
  if (!before || !after || before === after) return [];
  const known = new Map(before.lines.map((line) => [line.id, line]));
  const open = new Set(after.lines.map(({ id }) => id));
  const isWhole = (alarms: OpenAlarms) => alarms.total <= alarms.lines.length;
  const lines = after.lines.flatMap((line) => {
    const former = known.get(line.id);
    if (!former) return isWhole(before) ? [`alarm ${alarmText(line)}`] : [];
    if (former.severity !== line.severity) return [`alarm now ${alarmText(line)}`];
    return former.by === undefined && line.by !== undefined ? [`${oneLine(line.by)} sees to: ${alarmText(line)}`] : [];
  });
  const over = isWhole(after) ? before.lines.filter(({ id }) => !open.has(id)) : [];
  return told([...lines, ...over.map((line) => `alarm is over: ${alarmText(line)}`)]);
}

/** Of a storm the first are told, and how many there are. */
const told = (lines: readonly string[]): readonly string[] =>
  lines.length <= MOST_ALARMS ? lines : [...lines.slice(0, MOST_ALARMS), `and ${lines.length - MOST_ALARMS} more`];

const alarmText = ({ severity, about, text }: AlarmLine): string => `${severity} ${oneLine(about)}: ${oneLine(text)}`;

function tellerChanges(before: Picture, after: Picture): readonly string[] {
  if (before.teller !== after.teller) return [`now asking ${after.teller}`];
  if (before.standing !== after.standing) return [`${after.teller} is ${STANDINGS[after.standing]}`];
  if (!before.cutOff && after.cutOff) return [`${after.teller} is cut off: it hears no master`];
  return before.cutOff && !after.cutOff ? [`${after.teller} hears a master again`] : [];
}

function masterChanges(before: Picture, after: Picture): readonly string[] {
  if (before.master === after.master && before.term === after.term) return [];
  if (after.master === undefined) return before.master === undefined ? [] : [`no master, term ${after.term}`];
  return [`${after.master} is master, term ${after.term}`];
}

function memberChanges(before: Picture, after: Picture): readonly string[] {
  const known = new Map(before.members.map((member) => [member.id, member]));
  const lines = after.members.flatMap((member) => {
    const former = known.get(member.id);
    known.delete(member.id);
    if (!former) return [`${member.id} has joined the pool`];
    return former.standing === member.standing ? [] : [`${member.id} ${standingWords(member)}`];
  });
  return [...lines, ...[...known.keys()].map((id) => `${id} is no member any more`)];
}

/** `4 elements EM2 -> EM3, 0.8 s`; the time is that since the former owner last answered, so it was no longer than that. */
function moves(before: Picture, { picture, silent }: Seen, nowMs: number): readonly string[] {
  const groups = new Map<string, { from: string; to: string; names: string[] }>();
  for (const [name, element] of picture?.elements ?? []) {
    const from = placeOf(before.elements.get(name));
    const to = placeOf(element);
    if (from === to || from === undefined || to === undefined) continue;
    const group = groups.get(`${from}\n${to}`) ?? { from, to, names: [] };
    group.names.push(name);
    groups.set(`${from}\n${to}`, group);
  }
  return [...groups.values()].map(({ from, to, names }) => {
    const what = names.length <= MOST_NAMED ? names.join(', ') : `${names.length} elements`;
    const since = silent.get(from);
    return `${what} ${from} -> ${to}${since ? `, ${((nowMs - since.sinceMs) / 1_000).toFixed(1)} s` : ''}`;
  });
}

/** Nothing is told of an element that is new, or that nobody has been given yet. */
const placeOf = (element: PicturedElement | undefined): string | undefined =>
  element && (element.unwatched === undefined ? pollerOf(element) : 'unwatched');

/** `12:03:04.1`, local time. */
export function clockTime(wallMs: number): string {
  const time = new Date(wallMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const tenth = Math.floor(time.getMilliseconds() / 100);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${tenth}`;
}
