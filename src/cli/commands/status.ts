/** `ptpmgr status URL` */
import { type Clock, sleep } from '../../base/env.js';
import { systemEnv } from '../../base/system-env.js';
import { type AccountOptions, parseTarget, readAccount, withAccountOptions } from '../call/target.js';
import type { CommandParts } from '../command-parts.js';
import { describeFailure } from '../failure.js';
import { askPicture } from '../status/ask-picture.js';
import { changes, clockTime } from '../status/changes.js';
import type { Seen } from '../status/picture.js';
import { renderStatus } from '../status/table.js';
import { type Look, PoolWatch } from '../status/watch.js';
import type { Terminal } from '../terminal.js';

const REDRAW_MS = 500;
/** Where every change is a line of its own, its time is worth more. */
const LOOK_MS = 200;
const CLEAR_SCREEN = '\x1b[H\x1b[J';
/** Changes that stay below the table. */
const MOST_SHOWN = 12;

interface Options extends AccountOptions {
  readonly watch?: boolean;
}

export function addStatus({ program, terminal }: CommandParts): void {
  const command = program
    .command('status')
    .argument('<url>', 'manager, such as http://127.0.0.1:18080/ptpmgr/eim')
    .option('--watch', 'go on until Ctrl-C: redrawn on a terminal, else a line for every change')
    .description('who is master, who owns what, how they are, and what needs attention')
    .addHelpText('after', '\nExample:\n  ptpmgr status http://127.0.0.1:18080/ptpmgr/eim --watch');
  withAccountOptions(command).action((url: string, options: Options) => status(url, options, terminal));
}

async function status(url: string, { watch = false, ...account }: Options, terminal: Terminal): Promise<void> {
  const user = readAccount(account, terminal.environment);
  const env = systemEnv('error');
  const { HttpConnection } = await import('../../peer/http-connection.js');
  const pool = new PoolWatch(
    {
      clock: env.clock,
      picture: askPicture,
      connect: (to) =>
        new HttpConnection({ env, to, ...(user ? { user: { name: user.user, password: user.password } } : {}) }),
    },
    { id: 'the manager', ...parseTarget(url) },
  );
  try {
    const first = await pool.look();
    if (!watch) terminal.print(renderStatus(first.view, terminal.interactive));
    else if (terminal.interactive) await redraw(pool, first, env.clock, terminal);
    else await append(pool, first, env.clock, terminal);
  } finally {
    await pool.close();
  }
}

/** The table, and below it the latest changes. */
async function redraw(pool: PoolWatch, first: Look, clock: Clock, terminal: Terminal): Promise<void> {
  let before: Seen = first;
  let table = renderStatus(first.view, true);
  const log: string[] = [];
  while (terminal.listening) {
    terminal.print([`${CLEAR_SCREEN}${table}`, ...(log.length > 0 ? ['', ...log.slice(-MOST_SHOWN)] : [])].join('\n'));
    await sleep(clock, REDRAW_MS);
    try {
      const look = await pool.look();
      log.push(...stamped(before, look, clock));
      log.splice(0, log.length - MOST_SHOWN);
      before = look;
      table = renderStatus(look.view, true);
    } catch (thrown) {
      // They may be back in a second: whoever watches wants to see that.
      table = describeFailure(thrown).lines.join('\n');
    }
  }
}

async function append(pool: PoolWatch, first: Look, clock: Clock, terminal: Terminal): Promise<void> {
  terminal.print(`${renderStatus(first.view, false)}\n`);
  let before: Seen = first;
  let failure = '';
  while (terminal.listening) {
    await sleep(clock, LOOK_MS);
    try {
      const look = await pool.look();
      for (const line of stamped(before, look, clock)) terminal.print(line);
      before = look;
      failure = '';
    } catch (thrown) {
      const said = describeFailure(thrown).lines.join(' ');
      if (said !== failure)
        terminal.print(`${clockTime(clock.now())} nobody answers: ${said.replace(/^ptpmgr: /, '')}`);
      failure = said;
    }
  }
}

const stamped = (before: Seen, after: Seen, clock: Clock): readonly string[] =>
  changes(before, after, clock.monotonic()).map((line) => `${clockTime(clock.now())} ${line}`);
