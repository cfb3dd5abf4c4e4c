/**
 * What a manager and the process of a module say to each other: a line of JSON each, on a socket of their own.
 *
 * Transition story: the manager asks one poll; the module's process answers it once, or ends. The manager may say
 * meanwhile that time is up; the process says that it has heard it, which tells one that waits from one that stands still.
 */

/** Number of the socket among the open files of the process. */
export const CHANNEL = 3;
/** Of one answer. */
export const MOST_ANSWER_BYTES = 2 ** 20;
/** What the module's data may take: V8's heap, and all of the process. */
export const MOST_HEAP_MIB = 64;
export const MOST_PROCESS_MIB = 256;

export type Question =
  | { readonly id: number; readonly request: unknown }
  | { readonly id: number; readonly over: true };

/** Where in its work a module failed. */
export const STAGES = ['load', 'export', 'poll', 'answer', 'uncaught', 'unhandled'] as const;
export type Stage = (typeof STAGES)[number];

export interface Failed {
  readonly stage: Stage;
  readonly message: string;
  /** `code`, or `name`, of the error and of what caused it. */
  readonly codes: readonly string[];
  /** In the module's own file. */
  readonly line?: number;
}

export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failed: Failed }
  | { readonly id: number; readonly heard: true };

/** JSON has neither; so written a reader can name them. */
export const BIGINT = '$bigint';
export const NOT_FINITE = '$number';

/** Undefined for what is no reply: the other end is not to be believed. */
export function parseReply(line: string): Reply | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'number') return undefined;
  const { id } = value;
  if ('heard' in value) return { id, heard: true };
  if ('failed' in value) {
    const failed = failedOf(value.failed);
    return failed && { id, failed };
  }
  return { id, answer: 'answer' in value ? value.answer : undefined };
}

function failedOf(value: unknown): Failed | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const stage = STAGES.find((one) => 'stage' in value && value.stage === one);
  if (!stage || !('message' in value) || typeof value.message !== 'string') return undefined;
  const codes =
    'codes' in value && Array.isArray(value.codes) ? value.codes.filter((one) => typeof one === 'string') : [];
  const line =
    'line' in value && typeof value.line === 'number' && Number.isInteger(value.line) ? value.line : undefined;
  return { stage, message: value.message, codes, ...(line !== undefined && { line }) };
}
