/** The command `ptpmgr`. Imported by `bin/ptpmgr.js`; runs at once. */
import { runCommandLine } from './program.js';
import { systemTerminal } from './terminal.js';

// The clock's timers keep no process alive; a command that waits must stay.
const { port1: alive } = new MessageChannel();
alive.ref();

const code = await runCommandLine(process.argv.slice(2), systemTerminal());
process.exitCode = code;
// What was printed goes out first; then nothing that a library left open keeps the process.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
