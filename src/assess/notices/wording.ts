/** Messages in words, the essentials first: a telephone shows one line, at three in the morning. Pure. */
import type { ElementName } from '../../model/element.js';
import type { Behind, Counts, Gathered, Message, Told, Unsent } from './message.js';
import { cut, type Notice } from './notice.js';

/** What a message is told by besides itself. */
export interface Telling {
  /** Id of the manager that sends. */
  readonly manager: string;
  readonly destination: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Where the portal shows what it is about. */
  readonly pageOf: (element: ElementName | undefined) => string;
}

const MOST_HEADLINE = 300;

/** One line without control characters, at most 300 characters long. */
export function headline({ content, unsent }: Message): string {
  const words = content.is === 'one' ? headlineOf(content.notice) : gatheredHeadline(content.all);
  return cut(oneLine(unsent ? `${words} (${unsent.count} before it could not be sent)` : words), MOST_HEADLINE);
}

/** `CRITICAL device/core1: no answer, and 500 elements behind it`. */
function headlineOf(notice: Told): string {
  const { kind, severity, worst, element, manager, text, isFlapping, acknowledged, behind } = notice;
  const about = `${element ?? manager}: ${text}`;
  const rest = `${isFlapping && kind !== 'cleared' ? ', comes and goes' : ''}${behind ? `, and ${behindWords(behind)}` : ''}`;
  if (kind === 'cleared') return `CLEARED ${about} (was ${worst})`;
  const state = severity.toUpperCase();
  return kind === 'acknowledged'
    ? `ACKNOWLEDGED by ${acknowledged?.by ?? 'somebody'}: ${state} ${about}${rest}`
    : `${state} ${about}${rest}`;
}

const behindWords = ({ elements, alarms }: Behind): string =>
  elements > 0 ? `${counted(elements, 'element')} behind it` : `${counted(alarms, 'alarm')} that follow from it`;

function gatheredHeadline({ count, severities, names }: Gathered): string {
  const bySeverity = severities.map((one) => `${one.count} ${one.severity}`).join(', ');
  return `${counted(count, 'notice')}: ${bySeverity} (${countsWords(names, 3)})`;
}

/** `elementDown 40, linkDown 17 and 3 others`. */
function countsWords({ counted: listed, others }: Counts, most: number): string {
  const shown = listed.slice(0, most);
  const rest = others.count + listed.slice(most).reduce((sum, { count }) => sum + count, 0);
  const words = shown.map(({ of, count }) => `${of} ${count}`).join(', ');
  return rest > 0 ? `${words} and ${counted(rest, 'other')}` : words;
}

/** The whole message as plain text; lines end with a line feed. */
export function plainText(message: Message, telling: Telling): string {
  const { content, unsent, id } = message;
  const lines =
    content.is === 'one' ? noticeLines(content.notice, telling) : gatheredLines(content.all, message, telling);
  return [
    ...lines,
    ...(unsent ? ['', ...unsentLines(unsent)] : []),
    '',
    `Message ${id} of ${telling.manager}`,
    '',
  ].join('\n');
}

function noticeLines(notice: Told, telling: Telling): readonly string[] {
  const { kind, severity, worst, element, manager, text, source, at, since, count, name, alarm, behind } = notice;
  const { acknowledged, cleared, isFlapping } = notice;
  const isAlarm = alarm !== undefined;
  const from = since ?? at;
  const untilMs = cleared?.at ?? telling.nowMs;
  const fact = (label: string, value: string | undefined) =>
    value === undefined ? [] : [`${label.padEnd(13)}${oneLine(value)}`];
  return [
    `${kind === 'cleared' ? 'CLEARED' : severity.toUpperCase()}  ${oneLine(element ?? manager)}`,
    ...text.split(/\r\n|[\n\r]/).map(printable),
    '',
    ...fact(isAlarm ? 'Since' : 'At', `${timeWords(from)}${isAlarm ? `, ${durationWords(untilMs - from)}` : ''}`),
    ...fact('Cleared', cleared && actionWords(cleared)),
    ...fact('Acknowledged', acknowledged && actionWords(acknowledged)),
    ...fact('Worst', isAlarm ? worst : undefined),
    ...fact(isAlarm ? 'Alarm' : 'Event', `${name}${isAlarm && (count ?? 1) > 1 ? `, told of ${count} times` : ''}`),
    ...fact('Flapping', isFlapping ? 'it comes and goes; you are told when it has been calm for a while' : undefined),
    ...fact('Behind it', behind && behindList(behind)),
    ...fact('Manager', manager),
    ...fact('Source', source),
    '',
    telling.pageOf(element),
  ];
}

function behindList(behind: Behind): string {
  const { elements, names } = behind;
  const more = elements - names.length;
  if (elements === 0) return behindWords(behind);
  return `${counted(elements, 'element')}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const actionWords = ({ by, at, note }: NonNullable<Notice['acknowledged']>): string =>
  `${timeWords(at)} by ${by}${note ? `: ${note}` : ''}`;

function gatheredLines(all: Gathered, message: Message, telling: Telling): readonly string[] {
  const { from, to, names, elements, listed, unlisted } = all;
  return [
    headline(message),
    '',
    `From ${timeWords(from)} to ${timeWords(to)}`,
    `What:   ${oneLine(countsWords(names, names.counted.length))}`,
    `Where:  ${oneLine(countsWords(elements, elements.counted.length))}`,
    '',
    'The worst first:',
    ...listed.map((notice) => `- ${timeWords(notice.at).slice(11, 19)} ${cut(oneLine(headlineOf(notice)), 200)}`),
    ...(unlisted > 0 ? [`and ${unlisted} more`] : []),
    '',
    telling.pageOf(undefined),
  ];
}

const unsentLines = ({ count, names }: Unsent): readonly string[] => [
  `${counted(count, 'notice')} before this one could not be sent here:`,
  ...names.map((one) => `- ${oneLine(one.of)} ${one.count}`),
];

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** `2026-11-22 02:10:03 UTC` */
export const timeWords = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `2 h 5 min`, in the two largest units. */
export function durationWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const at = Math.max(
    0,
    units.findIndex(([length]) => seconds >= length),
  );
  const [first, second] = seconds === 0 ? [units[3]] : units.slice(at, at + 2);
  if (!first) return '0 s';
  const whole = Math.floor(seconds / first[0]);
  const rest = second ? Math.floor((seconds - whole * first[0]) / second[0]) : 0;
  return `${whole} ${first[1]}${second && rest > 0 ? ` ${rest} ${second[1]}` : ''}`;
}

const oneLine = (text: string): string => printable(text.replace(/\s+/g, ' ').trim());

/** What moves a cursor, ends a line or turns its direction has no business in what people read. */
const printable = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
