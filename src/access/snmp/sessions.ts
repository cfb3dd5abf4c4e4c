/**
 * What is known of agents from one poll to the next: their address, the engine and keys of SNMPv3, and their habits. After
 * a failure all but the habits is forgotten, so that the next poll resolves the name and discovers the engine anew.
 */
import type { Env } from '../../base/env.js';
import { RecentlyUsed } from '../../base/recently-used.js';
import type { Learnt } from '../access.js';
import { type Agent, agentFingerprint, resolveAgent } from './agent.js';
import { Habits } from './habits.js';
import { engineFrom } from './learnt.js';
import { SnmpPoller } from './poller/poller.js';
import { SnmpSession, type WayToAgent } from './session.js';
import type { Engine } from './usm/engine.js';
import { KeyCache } from './usm/keys.js';
import { Salts } from './usm/privacy.js';
import { Security, usmUser } from './usm/security.js';

/** Agents that are remembered. */
const MOST_KNOWN = 16_384;

interface Known {
  readonly habits: Habits;
  /** Forgotten after a failure. */
  way: WayToAgent | undefined;
}

export class Sessions {
  readonly poller: SnmpPoller;
  readonly #keys: KeyCache;
  readonly #salts: Salts;
  readonly #clock: Env['clock'];
  /** What former owners have learnt is taken once: what is forgotten after a failure is not to come back by it. */
  readonly #taken = new WeakSet<Learnt>();
  readonly #known = new RecentlyUsed<string, Known>(MOST_KNOWN);

  constructor({ clock, random }: Pick<Env, 'clock' | 'random'>) {
    this.#clock = clock;
    this.poller = new SnmpPoller({ clock, random });
    this.#keys = new KeyCache(random.bytes(32));
    this.#salts = new Salts(random.bytes(8));
  }

  /**
   * @param brought What a former owner has learnt; it is newer than what is known here.
   * @throws The resolver's error.
   */
  async open(agent: Agent, brought?: Learnt): Promise<SnmpSession> {
    const key = agentFingerprint(agent);
    const engine = brought && this.#engineOf(brought, agent);
    const known = this.#known.get(key) ?? { habits: new Habits(), way: undefined };
    if (engine) known.way = undefined;
    const way = known.way ?? (await this.#find(agent, engine));
    known.way = way;
    known.habits.dareMore();
    this.#known.use(key, known);
    return new SnmpSession(this.poller, agent, way, known.habits, () => {
      if (known.way === way) known.way = undefined;
    });
  }

  #engineOf(brought: Learnt, agent: Agent): Engine | undefined {
    if (this.#taken.has(brought)) return undefined;
    this.#taken.add(brought);
    return engineFrom(brought, agent, this.#clock.monotonic());
  }

  async #find(agent: Agent, engine: Engine | undefined): Promise<WayToAgent> {
    const address = await resolveAgent(agent);
    const { security } = agent;
    if (!('user' in security)) return { address, security: undefined };
    const user = usmUser(security.user.name, security.user, this.#keys);
    return { address, security: new Security(user, this.#salts, engine) };
  }

  /** Ends all questions under way. */
  close(): void {
    this.poller.close();
    this.#known.clear();
  }
}
