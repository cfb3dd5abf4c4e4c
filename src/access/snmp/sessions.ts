/**
 * What is known of agents from one poll to the next: their address, and the engine and keys of SNMPv3. After a failure
 * it is forgotten, so that the next poll resolves the name and discovers the engine anew.
 */
import type { Env } from '../../base/env.js';
import { RecentlyUsed } from '../../base/recently-used.js';
import { type Agent, agentFingerprint, resolveAgent } from './agent.js';
import { SnmpPoller } from './poller/poller.js';
import type { AgentAddress } from './poller/question.js';
import { SnmpSession } from './session.js';
import { KeyCache } from './usm/keys.js';
import { Salts } from './usm/privacy.js';
import { Security, usmUser } from './usm/security.js';

/** Agents that are remembered. */
const MOST_KNOWN = 16_384;

interface Known {
  readonly address: AgentAddress;
  readonly security: Security | undefined;
}

export class Sessions {
  readonly poller: SnmpPoller;
  readonly #keys: KeyCache;
  readonly #salts: Salts;
  readonly #known = new RecentlyUsed<string, Known>(MOST_KNOWN);

  constructor({ clock, random }: Pick<Env, 'clock' | 'random'>) {
    this.poller = new SnmpPoller({ clock, random });
    this.#keys = new KeyCache(random.bytes(32));
    this.#salts = new Salts(random.bytes(8));
  }

  /** @throws The resolver's error. */
  async open(agent: Agent): Promise<SnmpSession> {
    const key = agentFingerprint(agent);
    const known = this.#known.get(key) ?? (await this.#find(agent));
    this.#known.use(key, known);
    return new SnmpSession(this.poller, agent, known, () => {
      if (this.#known.get(key) === known) this.#known.delete(key);
    });
  }

  async #find(agent: Agent): Promise<Known> {
    const address = await resolveAgent(agent);
    const { security } = agent;
    if (!('user' in security)) return { address, security: undefined };
    return { address, security: new Security(usmUser(security.user.name, security.user, this.#keys), this.#salts) };
  }

  /** Ends all questions under way. */
  close(): void {
    this.poller.close();
    this.#known.clear();
  }
}
