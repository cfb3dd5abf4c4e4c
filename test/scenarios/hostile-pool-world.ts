/** A pool of real managers to be attacked, and how to see whether it is whole. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { OPEN_POOL_KEY, type PoolKey } from '../../src/peer/security/pool-keys.js';
import type { PoolMessage } from '../../src/pool/node/messages.js';
import type { Output } from '../../src/xml/messages/operations.js';
import { hostileMessages } from '../support/hostile-pool-messages.js';
import { freeTcpPort } from '../support/ports.js';
import { until } from '../support/processes.js';
import { Intruder, keyOf, type Speaker, type Target } from './pool-attacker.js';
import { ask, type Site, untilAnswers } from './world.js';

export const KEY_TEXT = '6f1b0c7e9b3f48d2a6e4c8b09f7d2e1133557799bbddff11';
export const KEY = keyOf(KEY_TEXT);
export const GUESSED = keyOf('guessed');
export const OPEN = keyOf(OPEN_POOL_KEY);
export const GROUP = '239.255.84.81';
export const FUTURE = Number.MAX_SAFE_INTEGER;
/** Long, so that a machine that is busy with other things is not taken for a dead one. */
export const HEARTBEAT = '2s';
/** Of one manager in one test. */
export const MOST_LINES = 30;
export const MOST_GROWTH_MB = 300;

export type Assignments = Output<'getAssignments'>;

/** What must not change: who leads, and who has what since when. */
export const wholeOf = ({ pool, assignments }: Assignments): string =>
  JSON.stringify([
    pool.master,
    pool.members.map(({ id, standing }) => `${id} ${standing}`),
    assignments.map(({ element, owner, epoch, holder }) => `${element} ${owner} ${epoch} ${holder ?? ''}`).sort(),
  ]);

/** Managers with their elements, and what is looked at after every attack. */
export class Pool {
  readonly targets: readonly Target[];
  readonly #site: Site;
  readonly #paths: readonly string[];
  /** As the roster has the members. */
  readonly #members = new Map<string, Speaker>();
  #whole = '';
  #lines: readonly number[] = [];
  #startMb: readonly number[] = [];
  id = '';
  name = '';
  master = '';

  constructor(targets: readonly Target[], site: Site, paths: readonly string[]) {
    this.targets = targets;
    this.#site = site;
    this.#paths = paths;
  }

  async settle(): Promise<void> {
    const elements = this.#paths.length;
    const isSettled = ({ assignments, pool: { members, master } }: Assignments): boolean =>
      master !== undefined &&
      members.length === this.targets.length &&
      members.every(({ standing }) => standing === 'alive') &&
      assignments.length === elements &&
      assignments.every(({ owner, holder, standIn }) => owner && standIn && holder === undefined);
    const { manager: one } = this.#any();
    const answer = await untilAnswers(
      'the pool is in order',
      [one, 'getAssignments', { scope: 'pool' }],
      isSettled,
      60_000,
    );
    this.#whole = wholeOf(answer);
    this.id = answer.pool.id ?? '';
    this.name = answer.pool.name ?? '';
    this.master = answer.pool.master ?? '';
    for (const { manager } of this.targets) {
      const { identity } = JSON.parse(readFileSync(`${manager.dataFolder}/identity.json`, 'utf8'));
      const { incarnation = 0 } = answer.pool.members.find(({ id }) => id === manager.id) ?? {};
      this.#members.set(manager.id, { id: manager.id, identity: String(identity), incarnation, starts: [] });
    }
    this.#startMb = this.targets.map(memoryMb);
  }

  begin(): void {
    this.#lines = this.targets.map(linesOf);
  }

  async expectWhole(): Promise<void> {
    const sinceMs = performance.now();
    let latest = '';
    for (const { manager } of this.targets)
      await until('the pool is as it was', async () => {
        latest = wholeOf(await ask(manager, 'getAssignments', { scope: 'pool' }));
        return latest === this.#whole;
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${latest}; it was ${this.#whole}\n${manager.process.output.slice(-3000)}`);
      });
    await until('everything is polled on', () =>
      this.#paths.every((path) => this.#site.longestGapMs(path, sinceMs) < performance.now() - sinceMs),
    );
    for (const [at, target] of this.targets.entries()) {
      const { id, process } = target.manager;
      const told = process.output.split('\n').slice(this.#lines[at]);
      expect(told.length, `${id} told:\n${told.join('\n')}`).to.be.below(MOST_LINES);
      expect(memoryMb(target) - (this.#startMb[at] ?? 0), `megabytes more of ${id}`).to.be.below(MOST_GROWTH_MB);
      expect(process.output).to.not.match(/Uncaught|Unhandled|FATAL ERROR|something impossible|broken invariant/);
    }
  }

  /** Nothing is handed over, and nobody waits. */
  async end(): Promise<void> {
    await Promise.all(this.targets.map(({ manager }) => (manager.isRunning ? manager.kill() : undefined)));
  }

  longestGapsMs(sinceMs: number): number[] {
    return this.#paths.map((path) => this.#site.longestGapMs(path, sinceMs));
  }

  member(id: string): Speaker {
    const member = this.#members.get(id);
    if (!member) throw new Error(`no member ${id}`);
    return member;
  }

  target(id: string): Target {
    const target = this.targets.find(({ manager }) => manager.id === id);
    if (!target) throw new Error(`no manager ${id}`);
    return target;
  }

  /** A member that does not lead, and is none of these. */
  follower(...others: readonly string[]): string {
    const ids = this.targets.map(({ manager }) => manager.id);
    return ids.find((id) => id !== this.master && !others.includes(id)) ?? '';
  }

  hostile(speaker: Speaker, to: string): PoolMessage[] {
    const { id: pool, name } = this;
    const elements = this.#paths.map((path) => `device/${path.slice(1)}`);
    return hostileMessages({ pool, name, speaker, victim: this.member(to), elements, number: FUTURE });
  }

  #any(): Target {
    const [target] = this.targets;
    if (!target) throw new Error('no manager');
    return target;
  }
}

export const memoryMb = ({ manager }: Target): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${manager.process.pid}/status`, 'utf8'))?.[1]) / 1024;
export const linesOf = ({ manager }: Target): number => manager.process.output.split('\n').length;

/** Says something to one manager, in one name. */
export async function as<T>(
  name: string,
  key: PoolKey,
  target: Target,
  run: (intruder: Intruder) => Promise<T>,
): Promise<T> {
  const intruder = new Intruder(target, name, key);
  try {
    return await run(intruder);
  } finally {
    await intruder.close();
  }
}

export interface Place {
  readonly id: string;
  readonly port: number;
  readonly socketPort: number;
}

export const placeXml = ({ port, socketPort }: Place, context: string): string =>
  `<HOST dnsname="localhost"><HTTP_SERVER uri="http://127.0.0.1:${port}" context="${context}"/></HOST>
   <SOCKET_SERVER><SERVER_NAME>127.0.0.1</SERVER_NAME><SERVER_PORT>${socketPort}</SERVER_PORT></SOCKET_SERVER>`;
export const placesOf = (ids: readonly string[]): Promise<Place[]> =>
  Promise.all(ids.map(async (id) => ({ id, port: await freeTcpPort(), socketPort: await freeTcpPort() })));
