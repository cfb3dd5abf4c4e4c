/** `ptpmgr status URL` */
import { sleep } from '../../base/env.js';
import { systemEnv } from '../../base/system-env.js';
import type { HttpConnection } from '../../peer/http-connection.js';
import { type AccountOptions, parseTarget, readAccount, withAccountOptions } from '../call/target.js';
import type { CommandParts } from '../command-parts.js';
import { describeFailure } from '../failure.js';
import { type PoolView, renderStatus } from '../status/table.js';
import type { Terminal } from '../terminal.js';

const REDRAW_MS = 1000;
const CLEAR_SCREEN = '\x1b[H\x1b[J';

interface Options extends AccountOptions {
  readonly watch?: boolean;
}

export function addStatus({ program, terminal }: CommandParts): void {
  const command = program
    .command('status')
    .argument('<url>', 'manager, such as http://127.0.0.1:18080/ptpmgr/eim')
    .option('--watch', 'draw it again every second, until Ctrl-C')
    .description('who is there, how they are, and how what they manage is')
    .addHelpText('after', '\nExample:\n  ptpmgr status http://127.0.0.1:18080/ptpmgr/eim --watch');
  withAccountOptions(command).action((url: string, options: Options) => status(url, options, terminal));
}

async function status(url: string, { watch = false, ...account }: Options, terminal: Terminal): Promise<void> {
  const user = readAccount(account, terminal.environment);
  const env = systemEnv('error');
  const { HttpConnection: Connection } = await import('../../peer/http-connection.js');
  const connection = new Connection({
    env,
    to: { id: 'the manager', ...parseTarget(url) },
    ...(user ? { user: { name: user.user, password: user.password } } : {}),
  });
  try {
    terminal.print(
      `${watch && terminal.interactive ? CLEAR_SCREEN : ''}${renderStatus(await look(connection), terminal.interactive)}`,
    );
    while (watch && terminal.listening) {
      await sleep(env.clock, REDRAW_MS);
      const drawn = await look(connection).then(
        (view) => renderStatus(view, terminal.interactive),
        // It may be back in a second: whoever watches wants to see that.
        (thrown) => describeFailure(thrown).lines.join('\n'),
      );
      terminal.print(terminal.interactive ? `${CLEAR_SCREEN}${drawn}` : `\n${drawn}`);
    }
  } finally {
    await connection.close();
  }
}

async function look(connection: HttpConnection): Promise<PoolView> {
  const [status, { neighbors }] = await Promise.all([
    connection.call('getStatus', { scope: 'pool' }),
    connection.call('getNeighbors', {}),
  ]);
  return { status, neighbors };
}
