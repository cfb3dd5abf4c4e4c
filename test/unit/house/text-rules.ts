/** Rules that one file's text can be held against by itself. */
import { lineOf, mask, type SourceFile } from './source-file.js';

/** Beyond this a file holds more than one concern. */
export const LONGEST_FILE_LINES = 400;

/** The one file that may touch the real clock, timers and chance. */
const DOOR = 'src/base/system-env.ts';

const DOORS_ONLY: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bDate\.now\b/g, 'clock.now()'],
  [/\bDate\(\s*\)/g, 'clock.now()'],
  [/\bperformance\s*\.\s*(?:now|timeOrigin)\b/g, 'clock.monotonic()'],
  [/\bhrtime\b/g, 'clock.monotonic()'],
  [/\bMath\.random\b/g, 'random.next()'],
  [/\b(?:randomBytes|randomUUID|randomInt|randomFillSync|randomFill|getRandomValues)\b/g, 'random.bytes()'],
  [/(?:(?<![.\w])|\bglobalThis\.)set(?:Timeout|Interval|Immediate)\b/g, 'clock.after()'],
  [/\bAbortSignal\.timeout\b/g, 'clock.after()'],
];
const TIMER_MODULES = /from\s+(['"])(?:node:)?timers(?:\/promises)?\1/g;

const fault = (file: SourceFile, offset: number, what: string): string =>
  `${file.path}:${lineOf(file.text, offset)}: ${what}`;

const search = (file: SourceFile, text: string, pattern: RegExp, what: (found: string) => string): string[] =>
  [...text.matchAll(pattern)].map((match) => fault(file, match.index, what(match[0])));

/** Time and chance by any other way than the doors of `src/base/env.ts`. */
export function doorFaults(file: SourceFile): string[] {
  if (file.path === DOOR) return [];
  const { code, withStrings } = mask(file.text);
  return [
    ...DOORS_ONLY.flatMap(([pattern, instead]) =>
      search(file, code, pattern, (found) => `${found} is named in ${DOOR} only; take an Env and use ${instead}`),
    ),
    ...search(
      file,
      withStrings,
      TIMER_MODULES,
      () => `timers are made in ${DOOR} only; take an Env and use clock.after()`,
    ),
  ];
}

export function lengthFaults(file: SourceFile): string[] {
  const lines = file.text.split('\n').length - 1;
  return lines > LONGEST_FILE_LINES ? [`${file.path}: ${lines} lines; at most ${LONGEST_FILE_LINES}`] : [];
}

/** The type that switches all checks off. */
export function anyFaults(file: SourceFile): string[] {
  return search(
    file,
    mask(file.text).code,
    /(?:[:<,|&(]|\bas|=>)\s*\bany\b(?!\s*[(:?.=])/g,
    () => 'any; say what it is, or unknown',
  );
}

/** Put together from parts, so that this file does not find itself. */
const words = (...parts: readonly (readonly string[])[]) => parts.map((part) => part.join('')).join('|');
const UNFINISHED = new RegExp(`\\b(?:${words(['TO', 'DO'], ['FIX', 'ME'], ['X', 'XX'], ['HA', 'CK'])})\\b`, 'g');

export const unfinishedFaults = (file: SourceFile): string[] =>
  search(file, file.text, UNFINISHED, (found) => `${found}; finish it or leave it out`);

const FOREIGN = new RegExp(
  [
    // Homes of people and of build machines.
    `(?<![\\w.])/(?:${words(['wo', 'rk'], ['ro', 'ot'], ['Us', 'ers'])})/`,
    `(?<![\\w.])/${words(['ho', 'me'])}/[a-z]`,
    // Where packages come from is the business of whoever installs.
    `${words(['//regi', 'stry\\.'], ['npm', 'js'], ['arti', 'factory'], ['verda', 'ccio'])}`,
    `^\\s*(?:@[\\w-]+:)?${words(['regi', 'stry'])}\\s*=`,
    `//\\S*:_(?:auth|password|authToken)`,
  ].join('|'),
  'gm',
);

/** Traces of the machine or the place where something was written. */
export const foreignFaults = (file: SourceFile): string[] =>
  search(file, file.text, FOREIGN, (found) => `"${found.trim()}" belongs to one machine or place, not to the project`);

/** `resolved` in the lock file is an address of somebody's registry. */
export function lockFaults(lock: SourceFile): string[] {
  const packages: unknown = (JSON.parse(lock.text) as { packages?: unknown }).packages;
  if (typeof packages !== 'object' || packages === null) return [`${lock.path}: has no packages`];
  return Object.entries(packages).flatMap(([name, one]: [string, unknown]) =>
    typeof one === 'object' && one !== null && 'resolved' in one
      ? [`${lock.path}: ${name} says from where it was resolved`]
      : [],
  );
}
