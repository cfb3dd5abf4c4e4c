/** `ptpmgr lab` */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock } from '../../base/env.js';
import { systemEnv } from '../../base/system-env.js';
import type { CommandParts } from '../command-parts.js';
import { usageFailure } from '../failure.js';
import { ADMIN } from '../lab/configuration.js';
import { askToRestart } from '../lab/control.js';
import { type Introduced, introduction, restartCommand } from '../lab/introduction.js';
import type { Lab, LabEvents, LabManager } from '../lab/lab.js';
import { FEWEST_ELEMENTS, type LabOptions, MOST_ELEMENTS, MOST_MANAGERS } from '../lab/plan.js';
import { wholeNumber } from '../options.js';
import type { Terminal } from '../terminal.js';

interface Options extends LabOptions {
  readonly data?: string;
  readonly restart?: string;
  readonly json?: boolean;
}

const HIGHEST_PORT = 65_535;
const PARENT_CHECK_MS = 1000;

export function addLab({ program, terminal }: CommandParts): void {
  program
    .command('lab')
    .option('--managers <n>', 'e-managers, beside one integration manager', wholeNumber(1, MOST_MANAGERS), 3)
    .option(
      '--elements <n>',
      `elements to manage, at least ${FEWEST_ELEMENTS}`,
      wholeNumber(FEWEST_ELEMENTS, MOST_ELEMENTS),
      FEWEST_ELEMENTS,
    )
    .option(
      '--port-base <port>',
      'port of the integration manager; EM n is at base + n',
      wholeNumber(1, HIGHEST_PORT),
      18_080,
    )
    .option('--data <dir>', 'data directory (default: a temporary one)')
    .option('--restart <id>', 'bring a manager of the lab that runs in --data back')
    .option('--json', 'print one object for each manager')
    .description('a pool to play with on this machine: managers, and elements that answer over the real protocols')
    .addHelpText(
      'after',
      '\nExamples:\n  ptpmgr lab --managers 5 --elements 200\n  ptpmgr lab --restart EM1 --data /tmp/ptpmgr-lab-x1y2z3',
    )
    .action((options: Options) => lab(options, terminal));
}

async function lab(options: Options, terminal: Terminal): Promise<void> {
  if (options.restart !== undefined) {
    if (options.data === undefined)
      throw usageFailure('ptpmgr: --restart needs --data DIR, the directory that the lab printed');
    return terminal.print(await askToRestart(resolve(options.data), options.restart));
  }
  if (options.portBase + options.managers > HIGHEST_PORT) {
    throw usageFailure(
      `ptpmgr: --port-base ${options.portBase} leaves no room for ${options.managers} managers; it should be at most ${HIGHEST_PORT - options.managers}`,
    );
  }
  const env = systemEnv('warn');
  const folder = options.data === undefined ? mkdtempSync(join(tmpdir(), 'ptpmgr-lab-')) : resolve(options.data);
  mkdirSync(folder, { recursive: true });
  try {
    const quit = quitSignal(env.clock);
    const { startLab } = await import('../lab/lab.js');
    const running = await startLab(env, options, folder, tell(terminal, folder));
    quit.onSecond(() => running.kill());
    if (options.json) for (const manager of running.managers) terminal.print(asJson(manager, running, folder));
    else terminal.print(introduction(introduced(running, folder, options.data === undefined)));
    await quit.asked;
    if (!options.json) terminal.print('ending ...');
    await running.stop();
  } finally {
    if (options.data === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

const tell = (terminal: Terminal, folder: string): LabEvents => ({
  died: ({ plan: { id } }, { code, signal }) =>
    terminal.complain(
      `${id} has ended (${signal ?? `exit code ${code}`}). Bring it back: ${restartCommand(id, folder)}`,
    ),
  returned: ({ plan: { id }, url, process: { pid } }) => terminal.complain(`${id} is back: ${url} (process ${pid})`),
});

function asJson(
  { plan: { id, role }, url, configuration, process: { pid } }: LabManager,
  { adminPassword }: Lab,
  folder: string,
): string {
  return JSON.stringify({ id, pid, url, user: ADMIN, password: adminPassword, data: folder, role, configuration });
}

const introduced = (
  { managers, elements, adminPassword, exampleAgent, local }: Lab,
  folder: string,
  temporary: boolean,
): Introduced => ({
  managers: managers.map(({ plan: { id, name }, url, process: { pid }, elements: own }) => ({
    id,
    name,
    url,
    pid,
    elements: own,
  })),
  elements,
  adminPassword,
  folder,
  temporary,
  exampleAgent,
  ...(local ? { local } : {}),
});

/** Told to quit: by a signal, or because whoever started the lab has gone. */
function quitSignal(clock: Clock): { readonly asked: Promise<void>; onSecond(run: () => void): void } {
  let second = () => process.exit(1);
  let quitting = false;
  const asked = new Promise<void>((resolve) => {
    const quit = () => {
      if (quitting) return second();
      quitting = true;
      resolve();
    };
    process.on('SIGINT', quit).on('SIGTERM', quit).on('SIGHUP', quit).on('disconnect', quit);
    const parent = process.ppid;
    const look = (): void => {
      if (quitting) return;
      if (process.ppid === parent) clock.after(PARENT_CHECK_MS, look);
      else quit();
    };
    look();
  });
  return {
    asked,
    onSecond: (run) => {
      second = () => {
        run();
        process.exit(1);
      };
    },
  };
}
