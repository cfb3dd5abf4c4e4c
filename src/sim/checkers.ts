/** What must always hold (SPEC 6), looked at from outside after every step. */
import type { Durable, Entry } from '../pool/decisions.js';
import { type DurableChange, termAt } from '../pool/mastership/durable.js';
import { majorityOf, memberOf, voters } from '../pool/member.js';
import type { Message } from '../pool/messages.js';
import type { Node } from './node.js';

export type Rule =
  | 'one master'
  | 'one master a term'
  | 'terms go up'
  | 'one vote a term'
  | 'confirmed stays'
  | 'confirmed by a majority'
  | 'ranks agree'
  | 'liveness'
  | 'traffic'
  | 'crash';

export interface Failure {
  readonly rule: Rule;
  readonly atMs: number;
  readonly text: string;
}

export class Checkers {
  failure: Failure | undefined;
  /** The one list of confirmed decisions, by index: term, and what has become of all up to there. */
  private readonly confirmed: { readonly term: number; readonly digest: string }[] = [];
  /** Which disks have had an entry, by index and term. */
  private readonly kept = new Map<string, Set<string>>();
  private readonly votes = new Map<string, string>();
  private readonly masters = new Map<number, string>();
  private readonly outranked = new Set<string>();

  constructor(
    private readonly nowMs: () => number,
    private readonly nodes: readonly Node[],
  ) {}

  get confirmedIndex(): number {
    return this.confirmed.length;
  }

  fail(rule: Rule, text: string): void {
    this.failure ??= { rule, atMs: this.nowMs(), text };
  }

  /** After every step of a member: a lease can only have become valid at this one. */
  stepped(node: Node): void {
    if (!node.isMaster()) return;
    for (const other of this.nodes)
      if (other !== node && other.isMaster())
        this.fail('one master', `${node.id} (term ${node.term}) and ${other.id} (term ${other.term}) act at once`);
  }

  synced(node: Node, before: Durable, change: DurableChange, after: Durable): void {
    if (change.is === 'entries' || change.is === 'base') {
      this.keep(node, change);
      return;
    }
    if (after.term < before.term) this.fail('terms go up', `${node.id} went from ${before.term} back to ${after.term}`);
    if (after.term === before.term && before.vote !== undefined && after.vote !== before.vote)
      this.fail('one vote a term', `${node.id} changed its vote in term ${after.term}: ${before.vote}, ${after.vote}`);
  }

  private keep(node: Node, change: Extract<DurableChange, { is: 'entries' | 'base' }>): void {
    const tips = change.is === 'base' ? [change.base, ...change.entries] : change.entries;
    for (const { index, term } of tips) {
      const key = `${index}@${term}`;
      const disks = this.kept.get(key) ?? new Set();
      this.kept.set(key, disks.add(node.id));
    }
  }

  sent(node: Node, to: string, message: Message): void {
    if (message.is === 'voted' && message.granted) this.voted(node, to, message.term);
    if (message.is === 'canvassed' && message.higher && node.state?.mode.is === 'canvassing') {
      const asker = `${to} ${message.round}`;
      const answerer = `${node.id} ${node.state.round}`;
      this.outranked.add(`${asker} < ${answerer}`);
      if (this.outranked.has(`${answerer} < ${asker}`))
        this.fail('ranks agree', `${to} and ${node.id} each say that they rank higher than the other`);
    }
  }

  private voted(node: Node, to: string, term: number): void {
    const ballot = `${node.id} ${node.durable.identity} ${node.disk.life} ${term}`;
    const former = this.votes.get(ballot);
    if (former !== undefined && former !== to)
      this.fail('one vote a term', `${node.id} gave its vote of term ${term} to ${former} and to ${to}`);
    this.votes.set(ballot, to);
  }

  began(node: Node, term: number): void {
    const former = this.masters.get(term);
    if (former !== undefined && former !== node.id)
      this.fail('one master a term', `${former} and ${node.id} both became master of term ${term}`);
    this.masters.set(term, node.id);
  }

  /** @param digest Of all decisions up to this one, as the member has applied them. */
  gaveOut(node: Node, { index, term }: Pick<Entry, 'index' | 'term'>, digest: string): void {
    const known = this.confirmed[index - 1];
    if (known) {
      if (known.term !== term || known.digest !== digest)
        this.fail(
          'confirmed stays',
          `entry ${index} was confirmed as of term ${known.term}; ${node.id} has it of ${term}`,
        );
      return;
    }
    if (index !== this.confirmed.length + 1) {
      this.fail('confirmed stays', `${node.id} gave out ${index} while only ${this.confirmed.length} are known`);
      return;
    }
    this.confirmed.push({ term, digest });
    if (!this.isKeptByMajority(node, index, term))
      this.fail(
        'confirmed by a majority',
        `${node.id} gave out entry ${index} of term ${term}, which no majority keeps`,
      );
  }

  /** A disk that has had a later entry of the same master has had all before it. */
  private isKeptByMajority(node: Node, index: number, term: number): boolean {
    const disks = this.kept.get(`${index}@${term}`) ?? new Set();
    const { roster } = node.state ?? {};
    if (!roster) return false;
    return voters(roster).filter(({ id }) => disks.has(id)).length >= majorityOf(roster);
  }

  /** A base that came in one piece: what it says has been confirmed before. */
  gotBase(node: Node, index: number, digest: unknown): void {
    const known = this.confirmed[index - 1];
    if (index > 0 && known?.digest !== digest)
      this.fail('confirmed stays', `${node.id} took a base up to ${index} that is not what was confirmed`);
  }

  /** Whether a voter's disk has every confirmed decision. */
  hasAll({ disk }: Node): boolean {
    const { synced } = disk;
    const index = this.confirmed.length;
    return index <= synced.base.index || termAt(synced, index) === this.confirmed[index - 1]?.term;
  }

  /** Nothing is wrong any more: one master acts, and everybody keeps what it decides. */
  live(decided: number): void {
    const acting = this.nodes.filter((node) => node.isMaster());
    const [master] = acting;
    if (acting.length !== 1 || !master) {
      this.fail('liveness', `${acting.length} masters act where one should`);
      return;
    }
    if (this.confirmed.length < decided) {
      this.fail('liveness', `decision ${decided} of ${master.id} is not confirmed`);
      return;
    }
    const { roster } = master.state ?? {};
    for (const node of this.nodes) {
      const member = roster && memberOf(roster, node.id);
      if (!member || member.identity !== node.durable.identity) {
        this.fail('liveness', `${node.id} has not been admitted`);
        return;
      }
      if (member.voter && node.confirmed < decided) {
        this.fail('liveness', `${node.id} knows of ${node.confirmed} confirmed decisions, not of ${decided}`);
        return;
      }
    }
  }
}
