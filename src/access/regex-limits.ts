/**
 * Regular expressions of a configuration on text from outside.
 *
 * JavaScript's engine backtracks: `(a+)+$` on forty letters takes years. Which expressions do so cannot be told from
 * their looks without refusing harmless ones, so they are run against the clock instead: Node's `vm` ends a script at a
 * time limit, in the middle of a match, too. That costs 0.1 ms per call, so one call matches many lines.
 */
import { createContext, Script } from 'node:vm';
import { PtpError } from '../base/errors.js';

/** Characters of an expression. */
const MOST_SOURCE = 1000;
/** For all that is matched in one call: it holds up everything else meanwhile. */
const MATCH_LIMIT_MS = 100;
/**
 * For what was not done within the usual time: the clock also runs while the machine does something else, so only what
 * gets nowhere twice is to blame.
 */
export const SECOND_LIMIT_MS = 300;

/**
 * @param flags `m` and so on, as JavaScript has them.
 * @throws PtpError `Access.Settings`
 */
export function compilePattern(source: string, flags = ''): RegExp {
  if (source.length > MOST_SOURCE)
    throw new PtpError(
      'Access.Settings',
      `a regular expression is longer than ${MOST_SOURCE} characters; make it shorter`,
    );
  try {
    return new RegExp(source, flags);
  } catch (cause) {
    throw new PtpError('Access.Settings', `"${source}" is not a regular expression; it would have to be one`, {
      cause,
    });
  }
}

const context = createContext(Object.create(null) as Record<string, unknown>);
const script = new Script('job()');

/**
 * Runs `job` and ends it after `limitMs` wherever it is.
 *
 * @returns Its result; undefined when it was ended.
 */
export function runBounded<Result>(
  job: () => Result,
  limitMs: number = MATCH_LIMIT_MS,
): { readonly result: Result } | undefined {
  const done: { result?: { readonly result: Result } } = {};
  context.job = () => {
    done.result = { result: job() };
  };
  try {
    script.runInContext(context, { timeout: limitMs });
  } catch (error) {
    if (isTimeout(error)) return undefined;
    throw error;
  } finally {
    context.job = undefined;
  }
  return done.result;
}

/** Comes from the script's own realm: it is no `instanceof` our Error. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** What an expression found: the groups `value` and `instance`, else the first group, else all of the match. */
export function foundValue(match: RegExpExecArray): { readonly value: string; readonly instance: string } {
  const groups = match.groups ?? {};
  const value = groups.value ?? (match.groups?.instance === undefined ? match[1] : undefined) ?? match[0];
  return { value, instance: (groups.instance ?? '').slice(0, 256) };
}
