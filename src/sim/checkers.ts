/** What must always hold (SPEC 6), looked at from outside after every step. */
import type { Base, Durable, Entry } from '../pool/decisions.js';
import { type DurableChange, termAt, tipOf } from '../pool/mastership/durable.js';
import type { LeasePromise } from '../pool/mastership/state.js';
import { type Member, majorityOf, memberOf, type Roster, voters } from '../pool/member.js';
import type { PoolMessage } from '../pool/node/messages.js';
import { countsAs, type Subject } from './subject.js';

export type Rule =
  | 'one master'
  | 'one master a term'
  | 'terms go up'
  | 'one vote a term'
  | 'confirmed stays'
  | 'confirmed by a majority'
  | 'confirmed in the own term'
  | 'told when synced'
  | 'kept stays'
  | 'elected by a majority'
  | 'decided by a master'
  | 'promises kept'
  | 'lease covered'
  | 'one member at a time'
  | 'ranks agree'
  | 'older epoch'
  | 'decided first'
  | 'released when confirmed'
  | 'poll missed'
  | 'poll doubled'
  | 'one live owner'
  | 'cut off'
  | 'liveness'
  | 'traffic'
  | 'crash';

export interface Failure {
  readonly rule: Rule;
  readonly atMs: number;
  readonly text: string;
}

interface SeenPromise extends LeasePromise {
  /** Of the voter when it promised. */
  readonly term: number;
  readonly is: LeasePromise;
}

export class Checkers {
  failure: Failure | undefined;
  /** The one list of confirmed decisions, by index: term, and what has become of all up to there. */
  private readonly confirmed: { readonly term: number; readonly digest: string }[] = [];
  /** Which disks have had an entry, by index and term. */
  private readonly kept = new Map<string, Set<string>>();
  private roster: Roster | undefined;
  private readonly votes = new Map<string, string>();
  /** Votes that were given, by voter, disk, term and candidate: for whom the voter counted then. */
  private readonly ballots = new Map<string, (member: Member) => boolean>();
  /** How far disks were told to agree with the master of a term. */
  private readonly told = new Map<string, { readonly term: number; readonly match: number }>();
  private readonly masters = new Map<number, string>();
  /** The last ones seen: only a new one can take something away from a master. */
  private readonly promises = new Map<string, SeenPromise>();
  private readonly outranked = new Set<string>();
  /** Those that master a term, acting or not. */
  private readonly mastering = new Set<Subject>();
  private readonly byId = new Map<string, Subject>();
  /** What bases say, by index. */
  private readonly bases = new Map<number, string>();

  constructor(
    private readonly nowMs: () => number,
    private readonly nodes: readonly Subject[],
    /** What members make of all decisions is too much to be compared. */
    private readonly isLarge = false,
  ) {}

  get confirmedIndex(): number {
    return this.confirmed.length;
  }

  private nodeOf(id: string): Subject | undefined {
    if (this.byId.size !== this.nodes.length) for (const node of this.nodes) this.byId.set(node.id, node);
    return this.byId.get(id);
  }

  fail(rule: Rule, text: string): void {
    this.failure ??= { rule, atMs: this.nowMs(), text };
  }

  /** After every step of a member: a lease can only have become valid at this one. */
  stepped(node: Subject): void {
    const { mastership: state } = node;
    const former = this.promises.get(node.id);
    if (state && state.promise !== former?.is) {
      if (former && state.promise.untilMs < former.untilMs) this.shortened(node, former);
      const { holder, untilMs } = state.promise;
      this.promises.set(node.id, { holder, untilMs, term: node.term, is: state.promise });
      for (const master of this.mastering) if (master.isMaster()) this.covered(master);
    }
    if (state?.mode.is !== 'mastering') {
      this.mastering.delete(node);
      return;
    }
    this.mastering.add(node);
    if (!node.isMaster()) return;
    if (state.confirmed >= state.rosterIndex && memberOf(state.roster, node.id)?.voter !== true)
      this.fail('decided by a master', `${node.id} acts although it is no voter any more`);
    for (const other of this.mastering)
      if (other !== node && other.isMaster())
        this.fail('one master', `${node.id} (term ${node.term}) and ${other.id} (term ${other.term}) act at once`);
  }

  started(node: Subject): void {
    const { mastership: state } = node;
    this.mastering.delete(node);
    if (state) this.promises.set(node.id, { ...state.promise, term: node.term, is: state.promise });
  }

  /** Only its holder gives a lease up. */
  private shortened(node: Subject, { holder, untilMs, term }: SeenPromise): void {
    const master = holder === undefined ? undefined : this.nodeOf(holder);
    if (node.localMs() < untilMs && (holder === undefined || (master?.term === term && master.isMaster())))
      this.fail('promises kept', `${node.id} takes back what it promised ${holder ?? 'before it was started'}`);
  }

  synced(node: Subject, before: Durable, change: DurableChange, after: Durable): void {
    if (change.is === 'entries' || change.is === 'base') {
      this.keep(node, change);
      // A founding that can never act any more is left for a better one: what was kept of it counts for nobody.
      if (change.is === 'base' && change.base.roster.pool !== before.base.roster.pool) this.forget(node);
      const told = this.told.get(`${node.id} ${node.disk.life}`);
      if (told && told.term === after.term && tipOf(after).index < told.match)
        this.fail('kept stays', `${node.id} told that it keeps ${told.match}, and cuts down to ${tipOf(after).index}`);
      return;
    }
    if (after.term < before.term) this.fail('terms go up', `${node.id} went from ${before.term} back to ${after.term}`);
    if (after.term === before.term && before.vote !== undefined && after.vote !== before.vote)
      this.fail('one vote a term', `${node.id} changed its vote in term ${after.term}: ${before.vote}, ${after.vote}`);
  }

  private forget({ id, disk }: Subject): void {
    this.told.delete(`${id} ${disk.life}`);
  }

  private keep(node: Subject, change: Extract<DurableChange, { is: 'entries' | 'base' }>): void {
    const tips = change.is === 'base' ? [change.base, ...change.entries] : change.entries;
    for (const { index, term } of tips) {
      const key = `${index}@${term}`;
      const disks = this.kept.get(key) ?? new Set();
      this.kept.set(key, disks.add(node.id));
    }
  }

  sent(node: Subject, to: string, message: PoolMessage): void {
    if (message.is === 'voted' && message.granted) this.voted(node, to, message.term);
    else if (message.is === 'vote') this.isOnDisk(node, node.id, message.term);
    else if (message.is === 'renewed' && message.promised) {
      this.promised(node, to, message.sequence);
      if (message.match !== undefined) this.isKept(node, message.match);
    } else if (message.is === 'kept') this.isKept(node, message.match);
    if (message.is === 'canvassed' && message.higher && node.mastership?.mode.is === 'canvassing') {
      const asker = `${to} ${message.round}`;
      const answerer = `${node.id} ${node.mastership.round}`;
      this.outranked.add(`${asker} < ${answerer}`);
      if (this.outranked.has(`${answerer} < ${asker}`))
        this.fail('ranks agree', `${to} and ${node.id} each say that they rank higher than the other`);
    }
  }

  private voted(node: Subject, to: string, term: number): void {
    const ballot = `${node.id} ${node.durable.identity} ${node.disk.life} ${term}`;
    const former = this.votes.get(ballot);
    if (former !== undefined && former !== to)
      this.fail('one vote a term', `${node.id} gave its vote of term ${term} to ${former} and to ${to}`);
    this.votes.set(ballot, to);
    const { durable, outdated } = node;
    this.ballots.set(`${node.id} ${durable.identity} ${term} ${to}`, (member) =>
      countsAs({ durable, outdated }, member),
    );
    this.isOnDisk(node, to, term);
  }

  private isOnDisk({ id, disk }: Subject, vote: string, term: number): void {
    if (disk.synced.term !== term || disk.synced.vote !== vote)
      this.fail('told when synced', `${id} told its vote of term ${term} for ${vote} before its disk had it`);
  }

  private promised(node: Subject, to: string, sequence: number): void {
    const leaseMs = node.asked.get(`${to} ${sequence}`) ?? 0;
    if (leaseMs > node.disk.synced.leaseMs)
      this.fail('told when synced', `${node.id} promised ${leaseMs} ms, which its disk does not know of`);
  }

  private isKept({ id, disk, durable }: Subject, match: number): void {
    const name = `${id} ${disk.life}`;
    const former = this.told.get(name);
    const isHigher = former?.term !== durable.term || former.match < match;
    if (isHigher) this.told.set(name, { term: durable.term, match });
    if (match <= disk.synced.base.index) return;
    const term = termAt(disk.synced, match);
    if (term === undefined || term !== (termAt(durable, match) ?? term))
      this.fail('told when synced', `${id} told that it keeps ${match} before its disk had it`);
  }

  /** What a member is about to write. */
  writes(node: Subject, change: DurableChange): void {
    const { mastership: state } = node;
    if (!state) return;
    const { holder, untilMs } = state.promise;
    if (change.is === 'term' && change.vote !== undefined && holder !== change.vote && node.localMs() < untilMs)
      this.fail('promises kept', `${node.id} votes for ${change.vote} while it is bound to ${holder ?? 'nobody'}`);
    if (change.is !== 'entries' || state.mode.is !== 'mastering') return;
    const { first } = state.mode;
    if (change.after >= first && !node.isMaster())
      this.fail('decided by a master', `${node.id} decides ${change.after + 1} in term ${node.term} and may not act`);
    const open = state.durable.entries.filter(
      ({ index, decision }) => index > Math.max(state.confirmed, first) && decision.is === 'roster',
    );
    if (open.length > 1) this.fail('one member at a time', `${node.id} has ${open.length} rosters on their way`);
  }

  /** A master is about to give out what it holds to be confirmed. */
  givesOut(node: Subject, to: number): void {
    if (node.mastership?.mode.is === 'mastering' && termAt(node.durable, to) !== node.term)
      this.fail('confirmed in the own term', `${node.id} gives out ${to}, which is of an older term, by itself`);
  }

  /** For as long as a lease lasts, those who are not bound by it are too few for an election. */
  private covered(master: Subject): void {
    const { mastership: state } = master;
    if (state?.mode.is !== 'mastering') return;
    const endMs = master.globalAt(state.mode.leaseUntilMs) - 1;
    const free = voters(state.roster).filter((member) => {
      const voter = this.nodeOf(member.id);
      // Another disk counts for nothing, whatever it is bound by.
      if (!voter?.mastership || !countsAs(voter, member)) return false;
      const { holder, untilMs } = voter.mastership.promise;
      return (holder !== undefined && holder !== master.id) || voter.globalAt(untilMs) < endMs;
    });
    if (free.length < majorityOf(state.roster)) return;
    const names = free.map(({ id }) => id).join(', ');
    this.fail('lease covered', `${names} are not bound by the lease of ${master.id} in term ${master.term}`);
  }

  began(node: Subject, term: number): void {
    const former = this.masters.get(term);
    if (former !== undefined && former !== node.id)
      this.fail('one master a term', `${former} and ${node.id} both became master of term ${term}`);
    this.masters.set(term, node.id);
    const { roster } = node.mastership ?? {};
    const electors = roster
      ? voters(roster).filter((member) =>
          member.id === node.id
            ? countsAs(node, member)
            : this.ballots.get(`${member.id} ${member.identity} ${term} ${node.id}`)?.(member) === true,
        )
      : [];
    if (!roster || electors.length < majorityOf(roster))
      this.fail('elected by a majority', `${node.id} begins term ${term} with ${electors.length} votes that count`);
  }

  /**
   * @param digest Of all decisions up to this one, as the member has applied them.
   * @param former Roster before the step, in which it may have decided on another one after it counted.
   */
  gaveOut(node: Subject, { index, term, decision }: Entry, digest: string, former: Roster): void {
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
    if (decision.is === 'roster') this.changedRoster(decision.roster);
    const rosters = [former, node.mastership?.roster ?? former];
    if (!rosters.some((roster) => this.isKeptByMajority(roster, index, term)))
      this.fail(
        'confirmed by a majority',
        `${node.id} gave out entry ${index} of term ${term}, which no majority keeps`,
      );
  }

  /** A disk that has had a later entry of the same master has had all before it. */
  private isKeptByMajority(roster: Roster, index: number, term: number): boolean {
    const disks = this.kept.get(`${index}@${term}`) ?? new Set();
    return voters(roster).filter(({ id }) => disks.has(id)).length >= majorityOf(roster);
  }

  private changedRoster(roster: Roster): void {
    const names = (one: Roster) => voters(one).map(({ id, identity }) => `${id} ${identity}`);
    const former = names(this.roster ?? roster);
    const now = names(roster);
    const changes = [...former.filter((one) => !now.includes(one)), ...now.filter((one) => !former.includes(one))];
    if (changes.length > 1) this.fail('one member at a time', `at once: ${changes.join(', ')}`);
    this.roster = roster;
  }

  /** A base that came in one piece: what it says has been confirmed before. */
  gotBase(node: Subject, index: number, digest: unknown): void {
    const known = this.confirmed[index - 1];
    if (index > 0 && known?.digest !== digest)
      this.fail('confirmed stays', `${node.id} took a base up to ${index} that is not what was confirmed`);
  }

  /** All who fold the same decisions come to the same. */
  folded(node: Subject, { index, term, roster, inventory }: Base): void {
    const text = JSON.stringify(this.isLarge ? [term] : [term, roster, inventory]);
    const known = this.bases.get(index) ?? text;
    this.bases.set(index, known);
    if (known !== text || (index > 0 && this.confirmed[index - 1]?.term !== term))
      this.fail('confirmed stays', `${node.id} folds decisions up to ${index} into something else than others`);
  }

  /** Whether a voter's disk has every confirmed decision. */
  hasAll({ disk }: Subject): boolean {
    const { synced } = disk;
    const index = this.confirmed.length;
    return index <= synced.base.index || termAt(synced, index) === this.confirmed[index - 1]?.term;
  }

  /**
   * Nothing is wrong any more: one master acts, and everybody keeps what it decides.
   * @param present Those that have to be in the roster.
   */
  live(present: readonly Subject[], decided: number): void {
    const acting = present.filter((node) => node.isMaster());
    const [master] = acting;
    if (acting.length !== 1 || !master) {
      this.fail('liveness', `${acting.length} masters act where one should`);
      return;
    }
    if (this.confirmed.length < decided) {
      this.fail('liveness', `decision ${decided} of ${master.id} is not confirmed`);
      return;
    }
    const { roster } = master.mastership ?? {};
    for (const node of present) {
      const member = roster && memberOf(roster, node.id);
      if (!member || member.identity !== node.durable.identity) {
        this.fail('liveness', `${node.id} has not been admitted`);
        return;
      }
      const confirmed = node.mastership?.confirmed ?? 0;
      if (member.voter && confirmed < decided) {
        this.fail('liveness', `${node.id} knows of ${confirmed} confirmed decisions, not of ${decided}`);
        return;
      }
    }
  }
}
