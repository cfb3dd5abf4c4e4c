/** `ptpmgr recover URL --without ID,...` */
import { createInterface } from 'node:readline';
import { systemEnv } from '../../base/system-env.js';
import type { Output } from '../../xml/messages/operations.js';
import { type AccountOptions, parseTarget, readAccount, withAccountOptions } from '../call/target.js';
import type { CommandParts } from '../command-parts.js';
import { CommandFailure, EXIT, usageFailure } from '../failure.js';
import type { Terminal } from '../terminal.js';

interface Options extends AccountOptions {
  readonly without: string;
  readonly yes?: boolean;
}

type PoolState = Output<'getAssignments'>['pool'];

/** The manager asks each of the lost once more before it believes. */
const ANSWER_MS = 20_000;

const HELP = `
It rests on your word: a manager that is named here and still runs somewhere would go on beside the others.
Switch it off for good first. It has to join anew should it ever come back.

Example:
  ptpmgr recover http://127.0.0.1:18081/ptpmgr/em --without EM2,EM3 --user admin --password-file pw`;

export function addRecover({ program, terminal }: CommandParts): void {
  const command = program
    .command('recover')
    .argument('<url>', 'a manager that remains, such as http://127.0.0.1:18081/ptpmgr/em')
    .requiredOption('--without <ids>', 'managers that are lost for good, with commas')
    .option('--yes', 'do not ask')
    .description('go on after a majority of the pool was lost for good')
    .addHelpText('after', HELP);
  withAccountOptions(command).action((url: string, options: Options) => recover(url, options, terminal));
}

async function recover(url: string, { without, yes = false, ...account }: Options, terminal: Terminal): Promise<void> {
  const ids = [...new Set(without.split(',').flatMap((id) => id.trim() || []))];
  if (ids.length === 0) throw usageFailure('ptpmgr: --without names nobody; name the managers that are lost for good');
  if (!yes && terminal.input.isTTY !== true)
    throw usageFailure('ptpmgr: recover asks at a terminal whether you are sure; without one, say --yes');
  const user = readAccount(account, terminal.environment);
  const { HttpConnection } = await import('../../peer/http-connection.js');
  const connection = new HttpConnection({
    env: systemEnv('error'),
    to: { id: 'the manager', ...parseTarget(url) },
    ...(user ? { user: { name: user.user, password: user.password } } : {}),
  });
  try {
    const { pool } = await connection.call('getAssignments', { pageSize: 1 });
    terminal.print(planOf(pool, ids).join('\n'));
    if (!yes && !(await isConfirmed(terminal)))
      throw new CommandFailure(EXIT.failed, ['ptpmgr: given up; nothing was changed']);
    const done = await connection.call('recover', { without: ids }, { timeoutMs: ANSWER_MS });
    terminal.print(
      `The pool goes on in term ${done.term} with ${done.members.join(', ')}${done.master === undefined ? '' : `; ${done.master} is master`}.`,
    );
  } finally {
    await connection.close();
  }
}

/** What is about to be done. */
export function planOf(pool: PoolState, without: readonly string[]): readonly string[] {
  const lost = pool.members.filter(({ id }) => without.includes(id));
  const rest = pool.members.filter(({ id }) => !without.includes(id));
  const voters = pool.members.filter(({ voter }) => voter);
  const lostVoters = lost.filter(({ voter }) => voter).length;
  const owned = lost.reduce((sum, { owns }) => sum + owns, 0);
  return [
    `The pool ${pool.name ?? pool.id ?? ''} has ${pool.members.length} members, ${voters.length} of which vote; term ${pool.term}${pool.master === undefined ? '' : `, last master ${pool.master}`}.`,
    `To go: ${without.join(', ')} (${lostVoters} of the voters${owned > 0 ? `, owners of ${owned} elements` : ''}).`,
    `To go on: ${rest.map(({ id }) => id).join(', ') || 'nobody'}, in a term far above all former ones; they take over what is left behind.`,
    'A manager that goes and still runs somewhere would act beside the others: make sure that it is switched off for good.',
  ];
}

/** Asks on standard error, so that standard output holds what was done alone. */
function isConfirmed({ input }: Terminal): Promise<boolean> {
  process.stderr.write('Type "yes" to do it: ');
  return new Promise((resolve) => {
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    lines.once('line', (line) => {
      resolve(line.trim().toLowerCase() === 'yes');
      lines.close();
    });
    lines.once('close', () => resolve(false));
  });
}
