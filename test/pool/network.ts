/**
 * Where the managers of a trial live: all on loopback, or each in a network namespace of its own, where packets can be
 * swallowed in one direction between any two of them.
 */
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { Program } from './program.js';

/** `agents` is where the elements answer, `witness` where the trial asks from. */
export type Place = string;

export interface Network {
  readonly kind: 'loopback' | 'namespaces';
  /** What an address of its own is for. */
  join(manager: Place): Promise<void>;
  hostOf(place: Place): string;
  /** The command that runs a program at a manager's place. */
  command(manager: Place, program: readonly string[]): readonly string[];
  /** From now on nothing arrives that `from` sends to `to`; nobody is told. */
  swallow(from: Place, to: Place): void;
  /** All packets arrive again. */
  heal(): void;
  close(): Promise<void>;
}

export class Loopback implements Network {
  readonly kind = 'loopback';
  async join(): Promise<void> {}
  hostOf(): string {
    return '127.0.0.1';
  }
  command(_: Place, program: readonly string[]): readonly string[] {
    return program;
  }
  swallow(): void {
    throw new Error('on loopback no packets are swallowed: run this trial with --net namespaces');
  }
  heal(): void {}
  async close(): Promise<void> {}
}

const BRIDGE = 'trial';
const NET = '10.77.0';
const WITNESS = { host: `${NET}.250`, mac: '02:77:00:00:00:fa' };
const AGENTS = { host: `${NET}.251`, mac: WITNESS.mac };
/** No interface has this address: the bridge takes what is sent there to everybody, and nobody wants it. */
const NOWHERE = '02:77:00:00:ff:ff';

interface Namespace {
  readonly number: number;
  /** Sleeps in the namespace, so that it outlives the manager. */
  readonly holder: Program;
}

/**
 * Of this process's own network namespace, which `unshare --net` has made: a bridge, and for each manager a namespace with
 * one end of a cable to it. Nothing leaves it.
 */
export class Namespaces implements Network {
  readonly kind = 'namespaces';
  readonly #namespaces = new Map<Place, Namespace>();
  readonly #log: string;

  constructor(log: string) {
    this.#log = log;
    run('ip', 'link', 'set', 'lo', 'up');
    run('ip', 'link', 'add', BRIDGE, 'address', WITNESS.mac, 'type', 'bridge');
    for (const { host } of [WITNESS, AGENTS]) run('ip', 'addr', 'add', `${host}/24`, 'dev', BRIDGE);
    run('ip', 'link', 'set', BRIDGE, 'up');
  }

  async join(manager: Place): Promise<void> {
    if (this.#namespaces.has(manager)) return;
    const number = this.#namespaces.size + 1;
    const holder = await Program.start(['unshare', '--net', 'sleep', 'infinity'], this.#log);
    this.#namespaces.set(manager, { number, holder });
    const [near, far] = [`near${number}`, `far${number}`];
    run('ip', 'link', 'add', near, 'type', 'veth', 'peer', 'name', far);
    await untilUnshared(holder.pid);
    run('ip', 'link', 'set', far, 'netns', String(holder.pid));
    run('ip', 'link', 'set', near, 'master', BRIDGE, 'up');
    const inside = (...args: string[]) => run('nsenter', `--net=/proc/${holder.pid}/ns/net`, 'ip', ...args);
    inside('link', 'set', 'lo', 'up');
    inside('link', 'set', far, 'address', macOf(number));
    inside('addr', 'add', `${this.hostOf(manager)}/24`, 'dev', far);
    inside('link', 'set', far, 'up');
    // Wherever packets go is written down, so that nothing is asked of the network that could be lost or remembered.
    for (const other of [...this.#namespaces.keys(), 'agents', 'witness']) {
      if (other === manager) continue;
      this.#lead(manager, other, this.#macOf(other));
      this.#lead(other, manager, macOf(number));
    }
  }

  hostOf(place: Place): string {
    if (place === 'agents') return AGENTS.host;
    if (place === 'witness') return WITNESS.host;
    return `${NET}.${this.#of(place).number}`;
  }

  command(manager: Place, program: readonly string[]): readonly string[] {
    return ['nsenter', `--net=/proc/${this.#of(manager).holder.pid}/ns/net`, ...program];
  }

  swallow(from: Place, to: Place): void {
    this.#lead(from, to, NOWHERE);
  }

  heal(): void {
    const places = [...this.#namespaces.keys(), 'agents'];
    for (const from of places) for (const to of places) if (from !== to) this.#lead(from, to, this.#macOf(to));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#namespaces.values()].map(({ holder }) => holder.kill()));
    run('ip', 'link', 'del', BRIDGE);
  }

  #lead(from: Place, to: Place, mac: string): void {
    const namespace = this.#namespaces.get(from);
    const device = namespace ? `far${namespace.number}` : BRIDGE;
    const where = ['neigh', 'replace', this.hostOf(to), 'lladdr', mac, 'dev', device, 'nud', 'permanent'];
    // The agents and the witness share a namespace: what a manager is not to get from them is stopped where it asks.
    if (namespace) run('nsenter', `--net=/proc/${namespace.holder.pid}/ns/net`, 'ip', ...where);
    else if (from === 'witness') run('ip', ...where);
  }

  #macOf(place: Place): string {
    return place === 'agents' || place === 'witness' ? WITNESS.mac : macOf(this.#of(place).number);
  }

  #of(place: Place): Namespace {
    const namespace = this.#namespaces.get(place);
    if (!namespace) throw new Error(`there is no place ${place} in the network`);
    return namespace;
  }
}

const macOf = (number: number): string => `02:77:00:00:00:${number.toString(16).padStart(2, '0')}`;

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const namespaceOf = (pid: number | 'self'): string => {
  try {
    return run('readlink', `/proc/${pid}/ns/net`).trim();
  } catch {
    return '';
  }
};

async function untilUnshared(pid: number): Promise<void> {
  const own = namespaceOf(process.pid);
  for (let tries = 0; tries < 200; tries += 1) {
    const its = namespaceOf(pid);
    if (its !== '' && its !== own) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('a network namespace was not made in time');
}

/** Whether this machine lets us make network namespaces. */
export function canUnshare(): boolean {
  try {
    run('unshare', '--net', 'ip', 'link', 'add', 'near0', 'type', 'veth', 'peer', 'name', 'far0');
    return true;
  } catch {
    return false;
  }
}

/** Whether a disk may be mounted that nobody else sees. */
export function canMount(): boolean {
  try {
    run('unshare', '--mount', 'mount', '-t', 'tmpfs', 'none', tmpdir());
    return true;
  } catch {
    return false;
  }
}

/** Free, and below those that systems give to outgoing connections: it stays free while its manager is dead. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let port = 20_000 + Math.floor(Math.random() * 9_000); found.length < count; port += 1) {
    if (await isFree(port)) found.push(port);
  }
  return found;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
    socket.once('close', () => {}).once('connect', () => socket.destroy());
  });
}
