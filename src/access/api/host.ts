/** The process in which a module runs: one poll at a time. Started by `module-process.ts` only. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import {
  BIGINT,
  CHANNEL,
  type Failed,
  MOST_ANSWER_BYTES,
  NOT_FINITE,
  type Question,
  type Reply,
  type Stage,
} from './protocol.js';

const [path = '', manager = ''] = process.argv.slice(2);
const moduleUrl = pathToFileURL(path).href;

// Whatever the module does to the globals afterwards.
const { parse, stringify } = JSON;
const exit = process.exit.bind(process);

const channel = new Socket({ fd: CHANNEL, readable: true, writable: true });
let current: { readonly id: number; readonly ending: AbortController } | undefined;
let loading: Promise<unknown> | undefined;

/** Without its manager it has nothing to do. */
for (const event of ['end', 'close', 'error']) channel.on(event, () => exit(0));
process.on('uncaughtException', (thrown) => giveUp('uncaught', thrown));
process.on('unhandledRejection', (thrown) => giveUp('unhandled', thrown));

preferAsVictim();
const watchdog = new Worker(new URL('./watchdog.js', import.meta.url), {
  workerData: { manager: Number(manager) },
  resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
});
watchdog.unref();

let received = '';
channel.setEncoding('utf8').on('data', (text: string) => {
  const lines = (received + text).split('\n');
  received = lines.pop() ?? '';
  for (const line of lines) take(parse(line) as Question);
});

function take(question: Question): void {
  if ('over' in question) {
    if (current?.id !== question.id) return;
    say({ id: question.id, heard: true });
    current.ending.abort(new DOMException('the time for this poll is over', 'TimeoutError'));
    return;
  }
  const { id } = question;
  const ending = new AbortController();
  current = { id, ending };
  void poll(question.request, ending.signal).then((outcome) => {
    if (current?.id !== id) return;
    current = undefined;
    say({ id, ...outcome });
  });
}

async function poll(request: unknown, signal: AbortSignal): Promise<{ answer: unknown } | { failed: Failed }> {
  let exported: unknown;
  try {
    loading ??= import(moduleUrl);
    exported = await loading;
  } catch (thrown) {
    return { failed: failed('load', thrown) };
  }
  const member = typeof exported === 'object' && exported !== null && 'poll' in exported ? exported.poll : undefined;
  if (typeof member !== 'function') return { failed: failed('export', `it has ${typeof member}`) };
  let answer: unknown;
  try {
    answer = await member(request, signal);
  } catch (thrown) {
    return { failed: failed('poll', thrown) };
  }
  try {
    return { answer: new Written(stringify(answer, plainly)) };
  } catch (thrown) {
    return { failed: failed('answer', thrown) };
  }
}

/** JSON that is not to be written a second time. */
class Written {
  readonly text: string | undefined;

  constructor(text: string | undefined) {
    this.text = text;
  }
}

function plainly(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { [BIGINT]: String(value) };
  if (typeof value === 'number' && !Number.isFinite(value)) return { [NOT_FINITE]: String(value) };
  return value;
}

/** One answer too long is cut: it is seen to be too long then, and the rest need not be carried. */
function say(reply: Reply, then?: () => void): void {
  const text =
    'answer' in reply && reply.answer instanceof Written
      ? `{"id":${reply.id},"answer":${reply.answer.text ?? 'null'}}`
      : stringify(reply);
  channel.write(`${text.slice(0, MOST_ANSWER_BYTES + 1)}\n`, then);
}

/** Nobody awaits what happened, so what else is under way is not to be trusted any more. */
function giveUp(stage: Stage, thrown: unknown): void {
  const { id } = current ?? {};
  current = undefined;
  if (id === undefined) exit(1);
  else say({ id, failed: failed(stage, thrown) }, () => exit(1));
}

const SYNTAX_LIMIT_MS = 2000;
const MOST_CAUSES = 4;
const MOST_MESSAGE = 2000;

/** A module may throw anything, with members that throw in their turn. */
function failed(stage: Stage, thrown: unknown): Failed {
  try {
    const messages: string[] = [];
    const codes: string[] = [];
    for (let at = thrown, depth = 0; at !== undefined && depth < MOST_CAUSES; depth += 1) {
      const error = at instanceof Error ? at : undefined;
      const message = error ? error.message : String(at);
      if (message && !messages.some((one) => one.includes(message))) messages.push(message);
      codes.push(error && 'code' in error ? String(error.code) : (error?.name ?? ''));
      at = error instanceof AggregateError ? error.errors.at(-1) : error?.cause;
    }
    const line = thrown instanceof Error ? (lineIn(String(thrown.stack)) ?? syntaxLine(thrown)) : undefined;
    return { stage, message: messages.join(': ').slice(0, MOST_MESSAGE), codes, ...(line !== undefined && { line }) };
  } catch {
    return { stage, message: 'something that cannot be shown', codes: [] };
  }
}

/** Of the module's own file, as it stands in a stack (`file:///a/b.mjs:12:3`) or before a syntax error (`file:///a/b.mjs:12`). */
function lineIn(stack: string): number | undefined {
  for (const place of [moduleUrl, fileURLToPath(moduleUrl)]) {
    const at = stack.indexOf(`${place}:`);
    const line = at < 0 ? undefined : /^\d{1,9}/.exec(stack.slice(at + place.length + 1))?.[0];
    if (line !== undefined) return Number(line);
  }
  return undefined;
}

/** Node shows where a module is not JavaScript only when it ends by it. */
function syntaxLine(thrown: Error): number | undefined {
  if (!(thrown instanceof SyntaxError)) return undefined;
  const { stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8', timeout: SYNTAX_LIMIT_MS });
  return lineIn(stderr);
}

/** Where memory runs out, Linux ends this process before its manager. */
function preferAsVictim(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Another system than Linux.
  }
}
