/** Managers as real processes with elements of their own, to be killed, stopped, cut off and asked. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env } from '../../src/base/env.js';
import { systemEnv, systemRandom } from '../../src/base/system-env.js';
import { HttpConnection } from '../../src/peer/http-connection.js';
import { hashPassword } from '../../src/peer/security/password.js';
import type { Input, OperationName, Output } from '../../src/xml/messages/operations.js';
import type { Agents, SeenPoll } from './agents.js';
import { configurationOf, contextOf, type Plan, type PlannedManager, USER } from './configuration.js';
import { freePorts, type Network } from './network.js';
import { ownerOfPort } from './poller.js';
import { Program } from './program.js';
import { type Presence, Watch } from './watch.js';

export interface TrialOptions {
  readonly network: Network;
  readonly agents: Agents;
  readonly folder: string;
  readonly ems: number;
  /** Default 1. */
  readonly eims?: number;
  /** At home at each EM. */
  readonly elements: number;
  readonly intervalMs: number;
  /** Default true. */
  readonly hasPool?: boolean;
  readonly quorum?: 'majority' | 'none';
  /** How often all are asked who is master, milliseconds. Default 100. */
  readonly watchMs?: number;
}

interface TrialManager {
  readonly planned: PlannedManager;
  readonly folder: string;
  program: Program | undefined;
  connection: HttpConnection | undefined;
  isFrozen: boolean;
  /** Nobody has killed or ended it. */
  isWanted: boolean;
}

export type Assignments = Output<'getAssignments'>;

const COMMAND = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const PASSWORD = 'an outside witness';
/** Of the witness alone; the managers have their own. */
const env: Env = systemEnv('error');

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class TrialPool {
  readonly watch: Watch;
  readonly intervalMs: number;
  readonly #options: TrialOptions;
  readonly #managers: ReadonlyMap<string, TrialManager>;

  private constructor(options: TrialOptions, managers: ReadonlyMap<string, TrialManager>) {
    this.#options = options;
    this.intervalMs = options.intervalMs;
    this.#managers = managers;
    this.watch = new Watch(options.watchMs ?? 100);
  }

  /** Writes the configurations, starts all managers and begins to watch them. */
  static async start(options: TrialOptions): Promise<TrialPool> {
    const { network, agents, ems, eims = 1, elements, intervalMs, hasPool = true, quorum = 'majority' } = options;
    const ids = [...numbered('EIM', eims), ...numbered('EM', ems)];
    for (const id of ids) await network.join(id);
    const ports = await freePorts(2 * ids.length);
    const managers = ids.map((id, at): PlannedManager => {
      const role = id.startsWith('EIM') ? 'EIM' : 'EM';
      const own = role === 'EIM' ? [] : numbered(`${id.toLowerCase()}-`, elements);
      const [port = 0, socketPort = 0] = ports.slice(2 * at);
      return { id, role, host: network.hostOf(id), port, socketPort, elements: own };
    });
    const passwordHash = await hashPassword(PASSWORD, systemRandom);
    const plan: Plan = {
      managers,
      hasPool,
      quorum,
      intervalMs,
      urlOf: (element) => agents.urlOf(element),
      passwordHash,
    };
    const trials = managers.map((planned): [string, TrialManager] => {
      const folder = join(options.folder, planned.id);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'config.xml'), configurationOf(planned, plan), { mode: 0o600 });
      return [
        planned.id,
        { planned, folder, program: undefined, connection: undefined, isFrozen: false, isWanted: false },
      ];
    });
    const pool = new TrialPool(options, new Map(trials));
    if (!hasPool) agents.pollerAt = (port) => ownerOfPort(port, pool.#pids());
    await Promise.all(ids.map((id) => pool.start(id)));
    for (const id of ids) pool.watch.follow({ id, ask: () => pool.presence(id) });
    return pool;
  }

  get ids(): readonly string[] {
    return [...this.#managers.keys()];
  }

  get ems(): readonly string[] {
    return this.ids.filter((id) => this.#of(id).planned.role === 'EM');
  }

  /** Bare ids of all elements, or of those at home at one manager. */
  elements(home?: string): readonly string[] {
    return [...this.#managers.values()]
      .filter(({ planned }) => home === undefined || planned.id === home)
      .flatMap(({ planned }) => planned.elements);
  }

  homeOf(element: string): string {
    return [...this.#managers.values()].find(({ planned }) => planned.elements.includes(element))?.planned.id ?? '';
  }

  polls(element: string): readonly SeenPoll[] {
    return this.#options.agents.polls(element);
  }

  isRunning(id: string): boolean {
    const { program } = this.#of(id);
    return program !== undefined && !program.hasEnded;
  }

  /** Was told to end, and has not ended yet. */
  isLeaving(id: string): boolean {
    return this.isRunning(id) && !this.#of(id).isWanted;
  }

  get running(): readonly string[] {
    return this.ids.filter((id) => this.isRunning(id));
  }

  /** Resolves when the process runs, not when it is ready. */
  async start(id: string): Promise<void> {
    const manager = this.#of(id);
    if (this.isRunning(id)) throw new Error(`${id} is running already`);
    const { folder } = manager;
    const run = ['run', join(folder, 'config.xml'), '--data', join(folder, 'data'), '--log-level', 'debug'];
    const command = this.#options.network.command(id, [process.execPath, '--enable-source-maps', COMMAND, ...run]);
    this.#note(id, 'started');
    manager.program = await Program.start(command, this.logOf(id));
    manager.isFrozen = false;
    manager.isWanted = true;
  }

  /** `kill -9`. Resolves with the moment before it. */
  async kill(id: string): Promise<number> {
    const manager = this.#of(id);
    this.#note(id, 'killed');
    manager.isWanted = false;
    const atMs = performance.now();
    await manager.program?.kill();
    return atMs;
  }

  /** SIGTERM. Resolves with its exit code. */
  async terminate(id: string): Promise<number | null> {
    const manager = this.#of(id);
    this.#note(id, 'told to end');
    manager.isWanted = false;
    manager.program?.signal('SIGTERM');
    return (await manager.program?.ended) ?? null;
  }

  /** SIGSTOP. */
  freeze(id: string): number {
    const manager = this.#of(id);
    this.#note(id, 'frozen');
    manager.isFrozen = true;
    const atMs = performance.now();
    manager.program?.signal('SIGSTOP');
    return atMs;
  }

  /** SIGCONT. */
  thaw(id: string): number {
    const manager = this.#of(id);
    this.#note(id, 'thawed');
    manager.isFrozen = false;
    const atMs = performance.now();
    manager.program?.signal('SIGCONT');
    return atMs;
  }

  isFrozen(id: string): boolean {
    return this.#of(id).isFrozen;
  }

  /** Asks as an administrator. Rejects with a `PtpError`. */
  ask<O extends OperationName>(id: string, operation: O, input: Input<O>, timeoutMs = 5_000): Promise<Output<O>> {
    const manager = this.#of(id);
    const { host, port } = manager.planned;
    manager.connection ??= new HttpConnection({
      env,
      to: { id, origin: `http://${host}:${port}`, context: contextOf(manager.planned) },
      user: { name: USER, password: PASSWORD },
      limits: { connectMs: 1000 },
    });
    return manager.connection.call(operation, input, { timeoutMs });
  }

  presence(id: string): Promise<Presence | undefined> {
    if (!this.isRunning(id)) return Promise.resolve(undefined);
    return this.ask(id, 'areYouThere', {}, 1000).catch(() => undefined);
  }

  /** What a manager says of who owns what. */
  assignments(id: string): Promise<Assignments> {
    return this.ask(id, 'getAssignments', {});
  }

  /** Of those that are answering now. Undefined when there is none, or more than one says so. */
  get master(): string | undefined {
    const masters = this.ids.filter((id) => this.watch.latest(id)?.poolRole === 'master');
    return masters.length === 1 ? masters[0] : undefined;
  }

  /** A manager that was started and has ended by itself. */
  get fallen(): string | undefined {
    return this.ids.find((id) => this.#of(id).isWanted && !this.isRunning(id));
  }

  logOf(id: string): string {
    return join(this.#of(id).folder, 'manager.log');
  }

  /** Lines of the managers' logs that are warnings or worse, counted by what they say. */
  complaints(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const id of this.ids) {
      for (const line of readFileSync(this.logOf(id), 'utf8').split('\n')) {
        const said = complaintOf(line);
        if (said) counts.set(said, (counts.get(said) ?? 0) + 1);
      }
    }
    return counts;
  }

  /** How often managers have said that they stood still for too long to poll on without asking. */
  standstills(): number {
    const logs = this.ids.map((id) => readFileSync(this.logOf(id), 'utf8'));
    return logs.reduce((sum, log) => sum + log.split('the process stood still').length - 1, 0);
  }

  /** Ends the watch and kills what runs. */
  async close(): Promise<void> {
    await this.watch.end();
    await Promise.all(this.ids.map((id) => this.#of(id).program?.kill()));
    await Promise.all(this.ids.map((id) => this.#of(id).connection?.close()));
  }

  #pids(): ReadonlyMap<string, number> {
    return new Map(
      [...this.#managers].flatMap(([id, { program }]) => (program && !program.hasEnded ? [[id, program.pid]] : [])),
    );
  }

  #note(id: string, what: string): void {
    const line = { time: new Date().toISOString(), level: 'trial', msg: `${id} ${what}` };
    writeFileSync(this.logOf(id), `${JSON.stringify(line)}\n`, { flag: 'a' });
  }

  #of(id: string): TrialManager {
    const manager = this.#managers.get(id);
    if (!manager) throw new Error(`there is no manager ${id}`);
    return manager;
  }
}

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at + 1}`);

/** Level and message of a log line that complains. */
function complaintOf(line: string): string | undefined {
  if (line === '' || line.includes('"trial"')) return undefined;
  try {
    const { level, msg, code } = JSON.parse(line);
    const isBad = level === 'warn' || level === 'error' || level === 'fatal' || Number(level) >= 40;
    return isBad ? `${level}: ${msg}${code ? ` (${code})` : ''}` : undefined;
  } catch {
    return / is running: http|ended/.test(line) ? undefined : `not a log line: ${line.slice(0, 160)}`;
  }
}
