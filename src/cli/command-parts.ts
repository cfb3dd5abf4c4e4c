/** What every command of the command line is given. */
import type { Command } from 'commander';
import type { ExitCode } from './failure.js';
import type { Terminal } from './terminal.js';

export interface CommandParts {
  readonly program: Command;
  readonly terminal: Terminal;
  /** Says how the command ended where nothing was thrown. */
  readonly endWith: (code: ExitCode) => void;
}
