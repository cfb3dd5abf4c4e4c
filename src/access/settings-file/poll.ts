/** A poll of a local file of settings: what is different from the last poll, as events, and values in it. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { PtpError } from '../../base/errors.js';
import type { PollAnswer, PollRequest, Reading } from '../access.js';
import { asLines } from '../log/log-lines.js';
import { LogMatches, textPatterns } from '../log/log-patterns.js';
import { changesOf, type SettingChange } from './changes.js';
import { type SettingLine, settingLines } from './lines.js';

/** Bytes of a file that is kept to be compared with. */
const MOST_BYTES = 512 * 2 ** 10;
/** Changes told one by one. */
const MOST_TOLD = 20;

type Events = PollAnswer['events'];

/** JSON-able; what is kept of the file has no secrets in it. */
interface Memory {
  readonly place: string;
  /** Its lines, each ended by a line feed, with a NUL and its mark before that where something is hidden; deflated, base64. */
  readonly lines: string;
}

/** @throws PtpError `Access.*` */
export async function pollSettings(place: string, request: PollRequest): Promise<PollAnswer> {
  const text = await readSettings(place);
  const now = settingLines(text);
  const before = remembered(request.memory, place);
  const changes = before ? changesOf(before, now) : [];
  const values = new LogMatches({ ...request.access, events: [] }, place);
  values.take(asLines(text.split(/\r?\n/)));
  const reading = (metric: string, value: number, unit: string): Reading => ({ metric, instance: '', value, unit });
  return {
    readings: [
      reading('lines', now.length, '1'),
      reading('size', Buffer.byteLength(text), 'By'),
      reading('changedLines', changes?.length ?? now.length, '1'),
      ...values.readings,
    ],
    events: changes ? [...told(changes, place), ...matching(changes, request, place)] : [rewritten(now.length, place)],
    memory: before && changes?.length === 0 ? request.memory : memoryOf(place, now),
  };
}

async function readSettings(place: string): Promise<string> {
  // Should it be a pipe, opening must not wait for a writer.
  const handle = await open(place, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const before = await handle.stat();
    if (!before.isFile())
      throw new PtpError('Access.Content', `${place} is not a file; a file of settings would have to be one`);
    if (before.size > MOST_BYTES)
      throw new PtpError(
        'Access.Content',
        `${place} has ${before.size} bytes; a file of settings may have up to ${MOST_BYTES}`,
      );
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(before.size + 1), 0, before.size + 1, 0);
    const after = await handle.stat();
    if (bytesRead !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs)
      throw new PtpError('Access.Protocol', `${place} was written while it was read; the next try reads it again`);
    const bytes = buffer.subarray(0, bytesRead);
    if (bytes.includes(0))
      throw new PtpError('Access.Content', `${place} is not a text; a file of settings would have to be one`);
    return bytes.toString('utf8');
  } finally {
    await handle.close();
  }
}

function told(changes: readonly SettingChange[], place: string): Events {
  const events = changes.slice(0, MOST_TOLD).map((change) => event(`${place} line ${inWords(change)}`, place));
  const more = changes.length - events.length;
  return more > 0 ? [...events, event(`${place}: ${more} more lines are different`, place)] : events;
}

const event = (text: string, source: string): Events[number] => ({
  severity: 'warning',
  name: 'settingChanged',
  text,
  source,
});

const rewritten = (lines: number, place: string): Events[number] =>
  event(`${place} was rewritten: hardly a line of its ${lines} is as it was`, place);

function inWords({ line, was, is, hidden }: SettingChange): string {
  if (hidden) return `${line}: "${is}", where what is hidden has changed`;
  if (was === undefined) return `${line} is new: "${is}"`;
  if (is === undefined) return `${line} was taken out: "${was}"`;
  return `${line}: "${is}" in place of "${was}"`;
}

/** Its own EVENTs look at what is different: `+ ` and a line that is new, `- ` and one that is gone. */
function matching(changes: readonly SettingChange[], { access }: PollRequest, place: string): Events {
  const events = textPatterns(access);
  if (events.length === 0 || changes.length === 0) return [];
  const matches = new LogMatches({ ...access, metrics: [], events }, place);
  matches.take(
    asLines(
      changes.flatMap(({ was, is }) => [
        ...(was === undefined ? [] : [`- ${was}`]),
        ...(is === undefined ? [] : [`+ ${is}`]),
      ]),
    ),
  );
  return matches.events;
}

function memoryOf(place: string, lines: readonly SettingLine[]): Memory {
  const text = lines.map(({ text, mark }) => `${text}${mark === '' ? '' : `\u0000${mark}`}\n`).join('');
  return { place, lines: deflateRawSync(text).toString('base64') };
}

/** Undefined at the first poll, and where the memory is of another file or none of ours. */
function remembered(memory: unknown, place: string): readonly SettingLine[] | undefined {
  if (!isMemory(memory) || memory.place !== place) return undefined;
  try {
    const text = inflateRawSync(Buffer.from(memory.lines, 'base64'), { maxOutputLength: 4 * MOST_BYTES }).toString();
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => {
      const [shown = '', mark = ''] = line.split('\u0000');
      return { text: shown, mark };
    });
  } catch {
    return undefined;
  }
}

const isMemory = (one: unknown): one is Memory =>
  typeof one === 'object' &&
  one !== null &&
  'place' in one &&
  typeof one.place === 'string' &&
  'lines' in one &&
  typeof one.lines === 'string';
