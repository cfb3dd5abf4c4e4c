/** How commands end: 0 done, 1 failed at run time, 2 usage or configuration. */
import { resolve } from 'node:path';
import { ERRORS, PtpError, placed } from '../base/errors.js';
import type { ConfigFault } from '../config/settings.js';

/** `leftOver`: ended in order, and nobody took over all that it polled. */
export const EXIT = { done: 0, failed: 1, usage: 2, leftOver: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with these lines on standard error. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];

  constructor(exitCode: ExitCode, lines: readonly string[], options: { cause?: unknown } = {}) {
    super(lines.join('\n'), options);
    this.exitCode = exitCode;
    this.lines = lines;
  }
}

export const usageFailure = (...lines: readonly string[]): CommandFailure => new CommandFailure(EXIT.usage, lines);

/** One `file:line:column: message` for each fault. What is said of the file as a whole may begin with its path. */
export const faultLines = (file: string, faults: readonly ConfigFault[], kind = ''): readonly string[] =>
  faults.map(({ line, column, message }) => {
    const place = { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
    const named = [file, resolve(file)].find((path) => message.startsWith(`${path} `)) ?? '';
    return placed(place, `${kind}${oneLine(message.slice(named.length))}`);
  });

/** What is to be said about anything that was thrown, and the exit code. Never a stack trace. */
export function describeFailure(thrown: unknown): { readonly exitCode: ExitCode; readonly lines: readonly string[] } {
  if (thrown instanceof CommandFailure) return thrown;
  if (thrown instanceof PtpError) {
    const usage = thrown.code === 'Config.Invalid' || thrown.code === 'Config.Unreadable';
    return {
      exitCode: usage ? EXIT.usage : EXIT.failed,
      lines: [`ptpmgr: ${placed(thrown.place, oneLine(thrown.message))}`],
    };
  }
  const system =
    thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && !(thrown.code in ERRORS);
  const reason =
    thrown instanceof Error ? (system ? thrown.message : `${thrown.name}: ${thrown.message}`) : String(thrown);
  return { exitCode: EXIT.failed, lines: [`ptpmgr: ${oneLine(reason)}`] };
}

/** Text of others may hold line ends and control characters; a message is one line. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
