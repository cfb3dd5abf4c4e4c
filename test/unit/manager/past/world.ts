/** Managers of a pool that lives in memory, each with a store of its own on disk: who measured what is told by the test. */
import { PtpError } from '../../../../src/base/errors.js';
import type { ManagerCore } from '../../../../src/manager/core.js';
import { createInvoke } from '../../../../src/manager/invoke.js';
import { measurementHandlers } from '../../../../src/manager/operations/measurements.js';
import { reportHandlers } from '../../../../src/manager/operations/reports.js';
import { handOverPage } from '../../../../src/manager/pool/pool-lists.js';
import { type ElementName, elementName, parseElementName } from '../../../../src/model/element.js';
import type { HandOver } from '../../../../src/model/hand-over.js';
import type { Epoch } from '../../../../src/model/manager.js';
import type { Status } from '../../../../src/model/status.js';
import type { CallContext, Invoke, Peer } from '../../../../src/peer/peer.js';
import { openSqliteStore } from '../../../../src/store/sqlite/sqlite-store.js';
import type { Store } from '../../../../src/store/store.js';
import type { Input, OperationName, Output } from '../../../../src/xml/messages/operations.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { temporaryFolder } from '../../../support/temporary.js';
import { realTimeEnv } from '../../../support/test-env.js';

export const ASKING: CallContext = {
  caller: { kind: 'user', name: 'ada', role: 'viewer', from: '127.0.0.1' },
  requestId: 'r1',
  hops: 0,
  signal: new AbortController().signal,
};

interface Owned {
  readonly epoch: Epoch;
  readonly status: Status;
}

export interface Member {
  readonly id: string;
  readonly store: Store;
  readonly owned: Map<ElementName, Owned>;
  readonly ledger: HandOver[];
  readonly clock: FakeClock;
}

const lost = (element: ElementName) => ({ element, homes: ['em9'], unwatched: 'everybody is dead' });

export class PastWorld {
  readonly members = new Map<string, Member>();
  /** Those that do not answer. */
  readonly silent = new Set<string>();
  /** `em2 getPast`, in order. */
  readonly asked: string[] = [];
  readonly #known = new Set<ElementName>();
  readonly #invokes = new Map<string, Invoke>();

  static async of(ids: readonly string[], nowMs: number): Promise<PastWorld> {
    const world = new PastWorld();
    for (const id of ids) {
      const store = await openSqliteStore({ dir: temporaryFolder(id), env: realTimeEnv(), manager: id });
      const member: Member = { id, store, owned: new Map(), ledger: [], clock: new FakeClock(nowMs) };
      world.members.set(id, member);
      const core = world.#core(member, ids);
      const handlers = { ...measurementHandlers(core), ...reportHandlers(core) };
      world.#invokes.set(
        id,
        createInvoke(() => handlers),
      );
    }
    return world;
  }

  async close(): Promise<void> {
    for (const { store } of this.members.values()) await store.close();
  }

  member(id: string): Member {
    const member = this.members.get(id);
    if (!member) throw new Error(id);
    return member;
  }

  ask<O extends OperationName>(id: string, operation: O, input: Input<O>): Promise<Output<O>> {
    const invoke = this.#invokes.get(id);
    if (!invoke) throw new Error(id);
    return invoke(operation, input, ASKING);
  }

  /** An element begins to be watched by a manager, as its ledger and its table say. */
  take(
    element: ElementName,
    to: string,
    at: { readonly time: number; readonly epoch: number; readonly from?: string },
  ) {
    this.#known.add(element);
    const epoch = { term: 1, number: at.epoch, giver: 'em1' };
    for (const { owned } of this.members.values()) owned.delete(element);
    this.member(to).owned.set(element, { epoch, status: 'normal' });
    if (at.from === undefined && at.epoch === 0) return;
    this.member(to).ledger.unshift({
      time: at.time,
      element,
      ...(at.from !== undefined && { from: at.from }),
      to,
      reason: 'the pool moved it',
      epoch,
      ...{ takeover: false, missed: 0, doubled: 0, seconds: 0.1 },
    });
  }

  #owner(element: ElementName): string | undefined {
    return [...this.members.values()].find(({ owned }) => owned.has(element))?.id;
  }

  #core({ id, store, owned, ledger, clock }: Member, ids: readonly string[]): ManagerCore {
    const find = (reference: string): ElementName | undefined => {
      const named = parseElementName(reference);
      const name = named ? elementName(named.kind, named.id) : elementName('device', reference);
      return owned.has(name) ? name : undefined;
    };
    const others = ids.filter((one) => one !== id);
    return {
      env: { ...realTimeEnv(), clock },
      settings: { id },
      defaultScope: 'self',
      store,
      table: {
        get: (name: ElementName) => {
          const known = owned.get(name);
          return known && { ...known, label: name, customers: [], type: 'router' };
        },
        find,
        names: () => [...owned.keys()],
      },
      pool: {
        view: { standing: 'member', master: 'em1', members: ids.map((one) => ({ id: one, voter: true })) },
        assignments: () => {
          const rows = [...this.#known].filter((name) => this.#owner(name) === undefined).map(lost);
          return { rows, total: rows.length };
        },
        definitionOf: () => undefined,
        assignmentOf: (element: ElementName) => {
          const owner = this.#owner(element);
          return owner === undefined ? lost(element) : { element, owner };
        },
        handOvers: async (query: Parameters<typeof handOverPage>[1]) => handOverPage(ledger, query),
      },
      directory: {
        ids: () => others,
        get: (other: string) => ({ reach: this.silent.has(other) ? 'unreachable' : 'alive' }),
        peer: (other: string) => this.#peer(other),
      },
    } as unknown as ManagerCore;
  }

  #peer(id: string): Peer {
    return {
      call: async (operation, input, options = {}) => {
        this.asked.push(`${id} ${operation}`);
        const invoke = this.#invokes.get(id);
        if (!invoke || this.silent.has(id)) throw new PtpError('Server.Unavailable', `${id} cannot be reached`);
        return invoke(operation, input, { ...ASKING, ...options.onBehalfOf });
      },
      close: async () => {},
    };
  }
}
