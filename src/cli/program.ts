/**
 * The command line: all commands, and how what went wrong is said. A command imports what it needs when it is run, so
 * that none waits for the libraries of the others.
 */
import { Command, CommanderError } from 'commander';
import { addCall } from './commands/call.js';
import { addCheck } from './commands/check.js';
import { addLab } from './commands/lab.js';
import { addPasswd } from './commands/passwd.js';
import { addRecover } from './commands/recover.js';
import { addRun } from './commands/run.js';
import { addSimulate } from './commands/simulate.js';
import { addStatus } from './commands/status.js';
import { addTest } from './commands/test.js';
import { CommandFailure, describeFailure, EXIT, type ExitCode, oneLine } from './failure.js';
import type { Terminal } from './terminal.js';
import { packageVersion } from './version.js';

const EXAMPLES = `
Examples:
  ptpmgr lab                                        a pool to play with, on this machine
  ptpmgr check em1.xml                              is this configuration right?
  ptpmgr run em1.xml                                one manager
  ptpmgr status http://127.0.0.1:18080/ptpmgr/eim   who is there, and how is it?
  ptpmgr call http://127.0.0.1:18081/ptpmgr/em getDevices filter=core

Exit codes: 0 done; 1 failed at run time; 2 usage or configuration.`;

/** Runs one command to its end; never throws. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const end: { code: ExitCode } = { code: EXIT.done };
  const program = makeProgram(terminal, (code) => {
    end.code = code;
  });
  try {
    if (args.length === 0) throw new CommandFailure(EXIT.usage, [noCommand(program)]);
    await program.parseAsync(args, { from: 'user' });
    return end.code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return EXIT.done;
      terminal.complain(usageLine(thrown.message));
      return EXIT.usage;
    }
    const { exitCode, lines } = describeFailure(thrown);
    for (const line of lines) terminal.complain(line);
    return exitCode;
  }
}

function makeProgram(terminal: Terminal, endWith: (code: ExitCode) => void): Command {
  const program = new Command('ptpmgr')
    .description('A network management system without a centre: managers that poll, watch each other and take over.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.replace(/\n$/, '')),
      writeErr: () => {},
      getOutHasColors: () => false,
    });
  const parts = { program, terminal, endWith };
  for (const add of [addRun, addCheck, addLab, addCall, addStatus, addTest, addPasswd, addRecover, addSimulate])
    add(parts);
  return program;
}

function noCommand(program: Command): string {
  const names = program.commands.map((command) => command.name());
  return `ptpmgr: a command is missing; there is ${names.slice(0, -1).join(', ')} and ${names.at(-1)} (ptpmgr --help)`;
}

/** commander's message as one line: `error: unknown command 'chek'\n(Did you mean check?)`. */
function usageLine(message: string): string {
  const line = message.replace(/^error: /, '').replace(/\s*\(Did you mean (.+?)\?\)/s, '; did you mean $1?');
  return `ptpmgr: ${oneLine(line)}`;
}
