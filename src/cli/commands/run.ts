/** `ptpmgr run FILE` */
import { dirname, join, resolve } from 'node:path';
import type { Env, Logger, LogLevel } from '../../base/env.js';
import { systemEnv } from '../../base/system-env.js';
import type { Settings } from '../../config/settings.js';
import type { ElementName } from '../../model/element.js';
import type { CommandParts } from '../command-parts.js';
import { CommandFailure, EXIT, faultLines } from '../failure.js';
import { loadConfiguration } from '../load-configuration.js';
import { oneOf } from '../options.js';
import { beginLean, grow } from '../run/lean-heap.js';
import type { Terminal } from '../terminal.js';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[];

/** Elements that a sentence names. */
const MOST_NAMED = 20;

interface RunOptions {
  readonly data?: string;
  readonly logLevel: LogLevel;
}

export function addRun({ program, terminal }: CommandParts): void {
  program
    .command('run')
    .argument('<file>', 'configuration file')
    .option('--data <dir>', 'data directory (default: data/<id> beside FILE)')
    .option('--log-level <level>', `one of ${LOG_LEVELS.join(', ')}`, oneOf(LOG_LEVELS), 'info')
    .description(
      'run one manager in the foreground; SIGHUP reloads its configuration, SIGUSR2 switches debug lines on and off, SIGTERM or SIGINT ends it',
    )
    .addHelpText('after', '\nExample:\n  ptpmgr run em1.xml --data /var/lib/ptpmgr/em1')
    .action((file: string, options: RunOptions) => run(file, options, terminal));
}

async function run(file: string, { data, logLevel }: RunOptions, terminal: Terminal): Promise<void> {
  beginLean();
  const settings = await settingsOf(file, terminal);
  if (settings.withoutEffect.length > 0) {
    terminal.complain(`ptpmgr: in ${file}, without effect yet: ${settings.withoutEffect.join(', ')}`);
  }
  if (settings.security.users.length === 0 && settings.security.anonymous === 'none') {
    terminal.complain(
      `ptpmgr: nobody can look into the portal: ${file} has neither a USER (ptpmgr passwd makes one) nor SECURITY anonymous="viewer"`,
    );
  }
  const dataDir = resolve(data ?? join(dirname(file), 'data', settings.id));
  const env = systemEnv(logLevel);
  let next: Settings | undefined = settings;
  let left: readonly ElementName[] = [];
  // A manager that becomes an integration manager ends, and its file says what takes its place.
  while (next) {
    const ended = await live(next, dataDir, env, logLevel, terminal);
    left = ended.left;
    next = ended.startsAnew ? await settingsOf(file, terminal) : undefined;
  }
  if (left.length === 0) return;
  const more = left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : '';
  throw new CommandFailure(EXIT.leftOver, [`ptpmgr: nobody took over: ${left.slice(0, MOST_NAMED).join(', ')}${more}`]);
}

async function settingsOf(file: string, terminal: Terminal): Promise<Settings> {
  const { settings, faults } = await loadConfiguration(file, true, terminal);
  if (!settings) throw new CommandFailure(EXIT.usage, faultLines(file, faults));
  return settings;
}

/** One manager from its start to its end. */
async function live(
  settings: Settings,
  dataDir: string,
  env: Env,
  logLevel: LogLevel,
  terminal: Terminal,
): Promise<{ readonly left: readonly ElementName[]; readonly startsAnew: boolean }> {
  const { startManager } = await import('../run/start-manager.js');
  const manager = await startManager({ settings, dataDir, env, environment: terminal.environment });
  grow();
  terminal.print(`${manager.id} is running: ${manager.url} (process ${process.pid}, data in ${dataDir})`);
  const endings = new AbortController();
  followSignals(
    () => void manager.stop(),
    () => void manager.reload(),
    debugSwitch(env.log, logLevel),
    endings.signal,
  );
  // A parent that keeps a channel open (the lab does) hears that this manager runs, and takes it along when it goes.
  process.send?.({ running: manager.url });
  const left = await manager.stopped;
  endings.abort();
  return { left, startsAnew: manager.startsAnew };
}

/** Debug lines on, and off again. */
function debugSwitch(log: Logger, level: LogLevel): () => void {
  let isOn = false;
  return () => {
    isOn = !isOn;
    log.setLevel(isOn ? 'debug' : level);
  };
}

/** The first signal ends cleanly, the second at once. */
function followSignals(stop: () => void, reload: () => void, switchDebug: () => void, until: AbortSignal): void {
  let asked = false;
  const end = () => {
    // An exit would first end the threads, which takes its time, and aborts where one is in the middle of its database.
    if (asked) process.kill(process.pid, 'SIGKILL');
    asked = true;
    stop();
  };
  process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', reload).on('SIGUSR2', switchDebug).on('disconnect', end);
  until.addEventListener('abort', () => {
    process
      .off('SIGTERM', end)
      .off('SIGINT', end)
      .off('SIGHUP', reload)
      .off('SIGUSR2', switchDebug)
      .off('disconnect', end);
  });
}
