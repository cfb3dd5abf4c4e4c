/** What people and other managers ask of a member of a pool: decided by the master, wherever it is asked. */
import type { Env } from '../../base/env.js';
import { PtpError } from '../../base/errors.js';
import type { ElementName } from '../../model/element.js';
import { heartbeatOf, isMember, type PoolNode } from '../../pool/node/pool-node.js';
import type { NodeInput } from '../../pool/node/state.js';
import type { Collector } from '../collector/collector.js';
import { elementNameOf } from './pool-polling.js';
import type { DelegateRequest, DelegateResult, PoolView } from './pool-service.js';

/** Carries a request out at another manager. */
export interface AtMaster {
  delegate(master: string, request: DelegateRequest): Promise<DelegateResult>;
  reportFailure(master: string, manager: string, successor?: string): Promise<{ finding: string; done: string }>;
  forget(master: string, manager: string): Promise<void>;
}

export interface RequestParts {
  readonly env: Env;
  readonly collector: Collector;
  readonly setPaused: (isPaused: boolean) => void;
  readonly atMaster: AtMaster;
  readonly node: PoolNode;
  readonly take: (input: NodeInput) => void;
  readonly view: () => PoolView;
  /** Elements about which something is still to be done here. */
  readonly open: () => number;
}

/** A request to the master is answered within this time, or is said to be undecided. */
const ANSWER_MS = 5_000;
/** Handing over before the end takes no longer (SPEC 7). */
const LEAVE_MS = 30_000;
/** To be struck off the roster, after everything is handed over. */
const FAREWELL_MS = 2_000;
/** Where nothing moves for so long, nobody is able to take it. */
const STUCK_MS = 8_000;
const LOOK_MS = 50;

export class PoolRequests {
  readonly #parts: RequestParts;
  readonly #tickets = new Map<number, (result: DelegateResult) => void>();
  #ticket = 0;
  #isClosed = false;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  /** The master has decided on a request. */
  decided(ticket: number, result: DelegateResult): void {
    this.#tickets.get(ticket)?.(result);
    this.#tickets.delete(ticket);
  }

  close(): void {
    this.#isClosed = true;
  }

  async delegate(request: DelegateRequest): Promise<DelegateResult> {
    const master = this.#master();
    if (master !== this.#parts.node.id) return this.#parts.atMaster.delegate(master, request);
    const { elements, to, until, recall = false, because = 'person' } = request;
    this.#ticket += 1;
    const ticket = this.#ticket;
    const { env } = this.#parts;
    return new Promise((resolve, reject) => {
      const timer = env.clock.after(ANSWER_MS, () => {
        this.#tickets.delete(ticket);
        reject(new PtpError('Server.Timeout', 'the pool has not confirmed it in time; see who owns the elements now'));
      });
      this.#tickets.set(ticket, (result) => {
        timer.cancel();
        resolve(result);
      });
      this.#parts.take({
        is: 'delegate',
        ticket,
        elements: elements.map((element) => this.#nameOf(element)),
        because,
        recall,
        ...(to !== undefined && { to }),
        ...(until !== undefined && { untilMs: until }),
      });
    });
  }

  async pause(keep: boolean): Promise<void> {
    this.#parts.setPaused(true);
    this.#parts.take({ is: 'wants', wants: keep ? 'keeping' : 'leaving' });
    if (!keep) await this.#drained(LEAVE_MS);
    // What nobody could take rests as well: that is what somebody who pauses a manager wants.
    this.#parts.collector.pauseAll();
  }

  async resume(): Promise<void> {
    this.#parts.setPaused(false);
    this.#parts.collector.resumeAll();
    this.#parts.take({ is: 'wants', wants: 'alive' });
  }

  async leave(): Promise<readonly ElementName[]> {
    // Who is in no pool has nobody to hand anything to, and nobody who would miss it.
    if (!isMember(this.#parts.node)) return [];
    this.#parts.take({ is: 'wants', wants: 'leaving' });
    const left = await this.#drained(this.#isAlone() ? 0 : LEAVE_MS);
    this.#parts.take({ is: 'leave' });
    await this.#until(() => !isMember(this.#parts.node), FAREWELL_MS);
    return left;
  }

  async reportFailure(manager: string, successor?: string): Promise<{ finding: string; done: string }> {
    const master = this.#master();
    if (master !== this.#parts.node.id) return this.#parts.atMaster.reportFailure(master, manager, successor);
    if (!this.#parts.view().members.some(({ id }) => id === manager))
      throw new PtpError('Client.NotFound', `no manager ${manager} is in the pool`);
    this.#parts.take({ is: 'suspect', member: manager, ...(successor !== undefined && { successor }) });
    const standing = () => this.#parts.view().members.find(({ id }) => id === manager);
    await this.#until(() => standing()?.standing === 'gone', 4 * heartbeatOf(this.#parts.node));
    const found = standing();
    return found?.standing === 'gone'
      ? { finding: found.why ?? 'gone', done: `its elements are taken over` }
      : { finding: 'alive', done: 'nothing: it answers' };
  }

  async forget(manager: string): Promise<void> {
    const master = this.#master();
    if (master !== this.#parts.node.id) return this.#parts.atMaster.forget(master, manager);
    const known = this.#parts.view().members.find(({ id }) => id === manager);
    if (!known) throw new PtpError('Client.NotFound', `no manager ${manager} is known`);
    if (known.standing !== 'gone')
      throw new PtpError('Client.Conflict', `${manager} is ${known.standing}; only one that is gone can be forgotten`);
    this.#parts.take({ is: 'forget', manager });
  }

  async recover(without: readonly string[]): Promise<void> {
    this.#parts.take({ is: 'recover', without });
  }

  /**
   * Resolves when nothing is polled here any more, to the last poll that is not the taker's; when nothing that is left
   * goes anywhere; or after the time. With what is left.
   */
  async #drained(withinMs: number): Promise<readonly ElementName[]> {
    const { clock } = this.#parts.env;
    const stays = new Set(
      this.#parts.node.offer?.elements.flatMap(({ name, stationary }) => (stationary ? [name] : [])),
    );
    const polled = () =>
      [...this.#parts.node.holding.held].flatMap(([name, { is }]) =>
        is === 'owning' || is === 'giving' ? [name] : [],
      );
    let last = { left: -1, atMs: 0 };
    await this.#until(() => {
      const left = polled().filter((name) => !stays.has(name)).length + this.#parts.open();
      if (left !== last.left) last = { left, atMs: clock.monotonic() };
      // The others may end at the same time.
      return left === 0 || this.#isAlone() || clock.monotonic() - last.atMs > STUCK_MS;
    }, withinMs);
    return polled().flatMap((name) => elementNameOf(name) ?? []);
  }

  /** Whether no other member lives, as far as this one knows. */
  #isAlone(): boolean {
    const { node, view } = this.#parts;
    return view().members.every(({ id, standing }) => id === node.id || standing === 'gone');
  }

  async #until(isSo: () => boolean, withinMs: number): Promise<void> {
    const { clock } = this.#parts.env;
    const endMs = clock.monotonic() + withinMs;
    while (!isSo() && clock.monotonic() < endMs && !this.#isClosed)
      await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
  }

  #master(): string {
    const { master, standing } = this.#parts.view();
    if (master !== undefined) return master;
    throw new PtpError(
      'Server.Unavailable',
      standing === 'member' ? 'the pool has no master now; try again in a few seconds' : 'this manager is in no pool',
    );
  }

  /** `device/core1`, or `core1` where only one kind has it. */
  #nameOf(reference: string): string {
    const { elements } = this.#parts.node.inventory;
    if (elements.has(reference)) return reference;
    const meant = ['device', 'service', 'application'].map((kind) => `${kind}/${reference}`);
    const known = meant.filter((name) => elements.has(name));
    return known.length === 1 && known[0] !== undefined ? known[0] : reference;
  }
}
