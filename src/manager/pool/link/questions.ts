/**
 * Questions whether a manager is there, each over a connection of its own: so a process that has gone, one that stands
 * still and a network that swallows everything can be told apart (SPEC 6, "Failure detection").
 *
 * Beside the question a bare TCP connection is tried: of a question without an answer that tells whether anybody took it.
 */
import { connect as connectTcp } from 'node:net';
import type { Env } from '../../../base/env.js';
import { asPtpError } from '../../../base/errors.js';
import type { ManagerAddress } from '../../../model/manager.js';
import { type Break, breakOf } from '../../../peer/breaks.js';
import type { Peer } from '../../../peer/peer.js';
import type { Connection, Outcome } from '../../../pool/detection/state.js';
import type { MemberId } from '../../../pool/member.js';

export interface Answer {
  readonly by: Connection;
  readonly outcome: Outcome;
  /** As the answer says; absent when there was none. */
  readonly incarnation?: number;
}

export interface QuestionsOptions {
  readonly env: Env;
  /** Where a member is; undefined when that is not known. */
  readonly address: (id: MemberId) => ManagerAddress | undefined;
  /** A connection of its own; undefined where there is no such way. {@link PeerConnector.fresh}. */
  readonly fresh: (address: ManagerAddress, by: Connection, withinMs: number) => Peer | undefined;
  /** Over the socket that the member has opened, for one that cannot be called. */
  readonly standing: (id: MemberId) => Peer | undefined;
}

/** Questions under way. Beyond them nothing is asked and nothing told, as if the answer had come too late. */
const MOST_QUESTIONS = 1_024;

/** How a bare connection went. */
type Knock = 'taken' | 'refused' | 'nothing';

const OUTCOMES: Readonly<Record<Break, Outcome>> = {
  refused: 'refused',
  reset: 'reset',
  closed: 'closed',
  end: 'closed',
};

/** What says most about a manager comes first. */
const STRENGTH: readonly Outcome[] = ['alive', 'paused', 'mute', 'refused', 'reset', 'closed', 'nothing'];

export class Questions {
  readonly #options: QuestionsOptions;
  #underWay = 0;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** The ways by which a member can be asked now. */
  ways(member: MemberId): readonly Connection[] {
    const address = this.#options.address(member);
    const hasSocket = address?.socket !== undefined || this.#options.standing(member) !== undefined;
    return [...(address ? (['http'] as const) : []), ...(hasSocket ? (['socket'] as const) : [])];
  }

  /**
   * Asks by all these ways at once; each is told as soon as it is known, after `withinMs` at the latest. What could not
   * be asked for want of room is not told.
   */
  ask(member: MemberId, by: readonly Connection[], withinMs: number, tell: (answer: Answer) => void): void {
    for (const way of by) {
      if (this.#isFull(member)) return;
      void this.#askBy(member, way, withinMs).then(tell);
    }
  }

  #isFull(member: MemberId): boolean {
    const isFull = this.#underWay >= MOST_QUESTIONS;
    if (isFull) this.#options.env.log.warn('a manager could not be questioned: too many are', { member });
    return isFull;
  }

  /** Asks for another manager, by all ways. @returns The answer that says most; `nothing` where there is no room. */
  async askFor(member: MemberId, withinMs: number): Promise<Omit<Answer, 'by'>> {
    if (this.#isFull(member)) return { outcome: 'nothing' };
    const answers = await Promise.all(this.ways(member).map((way) => this.#askBy(member, way, withinMs)));
    const [strongest] = answers.sort((a, b) => STRENGTH.indexOf(a.outcome) - STRENGTH.indexOf(b.outcome));
    if (!strongest) return { outcome: 'nothing' };
    const { outcome, incarnation } = strongest;
    return incarnation === undefined ? { outcome } : { outcome, incarnation };
  }

  /** Never rejects. */
  async #askBy(member: MemberId, by: Connection, withinMs: number): Promise<Answer> {
    this.#underWay += 1;
    try {
      return await this.#answerBy(member, by, withinMs);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #answerBy(member: MemberId, by: Connection, withinMs: number): Promise<Answer> {
    const address = this.#options.address(member);
    const own = address && this.#options.fresh(address, by, withinMs);
    const peer = own ?? (by === 'socket' ? this.#options.standing(member) : undefined);
    if (!peer) return { by, outcome: 'nothing' };
    const at = own && address && placeOf(address, by);
    const knocking = at && this.#knock(at, withinMs);
    try {
      const { id, state, incarnation } = await peer.call('areYouThere', {}, { timeoutMs: withinMs });
      // Another manager at that address: it is not there, yet somebody took the connection.
      if (id !== member) return { by, outcome: 'mute' };
      return { by, outcome: state === 'paused' ? 'paused' : 'alive', incarnation };
    } catch (thrown) {
      return { by, outcome: await outcomeOf(thrown, knocking) };
    } finally {
      void own?.close().catch(() => {});
    }
  }

  #knock({ host, port }: { readonly host: string; readonly port: number }, withinMs: number): Promise<Knock> {
    return new Promise((resolve) => {
      const socket = connectTcp({ host, port });
      const end = (knock: Knock) => {
        timer.cancel();
        socket.destroy();
        resolve(knock);
      };
      const timer = this.#options.env.clock.after(withinMs, () => end('nothing'));
      socket.on('connect', () => end('taken'));
      socket.on('error', (error) => end(breakOf(error) === 'refused' ? 'refused' : 'nothing'));
    });
  }
}

function placeOf({ origin, socket }: ManagerAddress, by: Connection): { host: string; port: number } | undefined {
  if (by === 'socket') return socket;
  if (!URL.canParse(origin)) return undefined;
  const { hostname, port, protocol } = new URL(origin);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

async function outcomeOf(thrown: unknown, knocking: Promise<Knock> | undefined): Promise<Outcome> {
  const error = asPtpError(thrown);
  const broken = breakOf(error);
  if (broken) return OUTCOMES[broken];
  switch (error.code) {
    // No answer, or none that can be believed: whoever holds no key may say anything.
    case 'Server.Timeout':
    case 'Server.Unavailable':
    case 'Server.Busy':
    case 'Client.Unauthorized': {
      const knock = await knocking;
      return knock === 'taken' ? 'mute' : (knock ?? 'nothing');
    }
    // A fault of its own: it was there to say it.
    default:
      return 'alive';
  }
}
