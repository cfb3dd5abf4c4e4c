/** Where a command reads and writes: the real streams, or those of a test. */
import type { Readable } from 'node:stream';

export interface Terminal {
  /** A line, or several, on standard output. Once its reader has gone, nothing. */
  print(text: string): void;
  /** The same on standard error. */
  complain(text: string): void;
  /** False when standard output's reader has gone (`ptpmgr status --watch | head`). */
  readonly listening: boolean;
  /** Whether standard output is a terminal, so that colours and redrawing make sense. */
  readonly interactive: boolean;
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function systemTerminal(): Terminal {
  const { stdout, stderr, stdin } = process;
  let listening = true;
  // EPIPE and the like: whoever read has seen enough. That is no failure of the command.
  stdout.on('error', () => {
    listening = false;
  });
  stderr.on('error', () => {});
  return {
    print: (text) => {
      if (listening) stdout.write(`${text}\n`);
    },
    complain: (text) => void stderr.write(`${text}\n`),
    get listening() {
      return listening;
    },
    interactive: stdout.isTTY === true,
    input: stdin,
    environment: process.env,
  };
}
