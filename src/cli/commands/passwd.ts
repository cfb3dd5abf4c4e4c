/** `ptpmgr passwd USER` */
import { createInterface } from 'node:readline';
import { StringDecoder } from 'node:string_decoder';
import { systemRandom } from '../../base/system-env.js';
import { USER_ROLES } from '../../model/manager.js';
import { hashPassword } from '../../peer/security/password.js';
import type { CommandParts } from '../command-parts.js';
import { CommandFailure, EXIT, usageFailure } from '../failure.js';
import { oneOf } from '../options.js';
import type { Terminal } from '../terminal.js';

const LONGEST_LINE = 4096;

export function addPasswd({ program, terminal }: CommandParts): void {
  program
    .command('passwd')
    .argument('<user>', 'name of the user')
    .option('--role <role>', `one of ${USER_ROLES.join(', ')}`, oneOf(USER_ROLES), 'viewer')
    .description("make a user's line, password hashed, for SECURITY in a configuration")
    .addHelpText('after', '\nExamples:\n  ptpmgr passwd ada --role admin\n  pwgen 20 1 | ptpmgr passwd ada')
    .action(async (user: string, { role }: { role: string }) => {
      if (!/^[^\s:<>&"\p{Cc}]{1,64}$/u.test(user)) {
        throw usageFailure(
          'ptpmgr: a user name has 1 to 64 characters, none of them a blank, a colon or one of < > & "',
        );
      }
      const password = await readPassword(terminal);
      terminal.print(`<USER name="${user}" role="${role}" password="${await hashPassword(password, systemRandom)}"/>`);
    });
}

async function readPassword(terminal: Terminal): Promise<string> {
  if (terminal.input.isTTY !== true) return firstLine(terminal);
  const first = await askSilently(terminal, 'Password: ');
  const second = await askSilently(terminal, 'Again: ');
  if (first !== second) throw new CommandFailure(EXIT.failed, ['ptpmgr: the two passwords differ; nothing was made']);
  return checked(first);
}

async function firstLine(terminal: Terminal): Promise<string> {
  for await (const line of createInterface({ input: terminal.input, crlfDelay: Number.POSITIVE_INFINITY }))
    return checked(line);
  return checked('');
}

function checked(password: string): string {
  if (password === '')
    throw usageFailure('ptpmgr: the password is empty; give one line on standard input, or type it at the terminal');
  return password;
}

/** Asks on standard error, so that standard output holds the result alone. */
function askSilently({ input, complain }: Terminal, prompt: string): Promise<string> {
  process.stderr.write(prompt);
  return new Promise((resolve, reject) => {
    const decoder = new StringDecoder('utf8');
    let typed = '';
    const end = (settle: () => void) => {
      input.off('data', onData);
      input.setRawMode?.(false);
      input.pause();
      complain('');
      settle();
    };
    const onData = (bytes: Buffer) => {
      for (const character of decoder.write(bytes)) {
        if (character === '\r' || character === '\n') return end(() => resolve(typed));
        if (character === '\x03' || character === '\x04')
          return end(() => reject(new CommandFailure(EXIT.failed, ['ptpmgr: given up'])));
        if (character === '\x7f' || character === '\b') typed = [...typed].slice(0, -1).join('');
        else if (typed.length < LONGEST_LINE) typed += character;
      }
    };
    input.setRawMode?.(true);
    input.on('data', onData);
    input.resume();
  });
}
