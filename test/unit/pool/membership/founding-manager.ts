/**
 * Managers that look for a pool in made-up time, over a network that loses and cuts, on disks that forget what was not
 * synced: the production founding, roster policy and mastership, with as little around them as will do.
 */
import type { Durable } from '../../../../src/pool/decisions.js';
import { applyChange, begun } from '../../../../src/pool/mastership/durable.js';
import { rosterOf } from '../../../../src/pool/mastership/follow.js';
import type { Mastership, Effect as MastershipEffect } from '../../../../src/pool/mastership/state.js';
import { createMastership, isMaster, step, wakeAtMs } from '../../../../src/pool/mastership/step.js';
import { descends, type MemberId, memberOf, type Roster } from '../../../../src/pool/member.js';
import {
  createFounding,
  type Founding,
  type FoundingEffect,
  type FoundingInput,
  type FoundingMessage,
  foundingWakeAtMs,
  type Standing,
  stepFounding,
} from '../../../../src/pool/membership/founding.js';
import { type JoinRequest, nextRoster, type Sight } from '../../../../src/pool/membership/roster-policy.js';
import { noteStart } from '../../../../src/pool/membership/sight.js';
import type { Message, Sender } from '../../../../src/pool/messages.js';

import type { FoundingWorld } from './founding-world.js';

export const HEARTBEAT_MS = 500;
const FORGET_MS = 15_000;

export type Content =
  | { readonly kind: 'founding'; readonly message: FoundingMessage }
  | { readonly kind: 'mastership'; readonly message: Message }
  | { readonly kind: 'join'; readonly request: JoinRequest }
  | { readonly kind: 'beat' }
  | { readonly kind: 'roster'; readonly roster: Roster };

interface Envelope {
  readonly from: Sender;
  readonly pool: string | undefined;
  readonly content: Content;
}

export interface Settings {
  readonly id: MemberId;
  readonly names: readonly MemberId[];
  readonly name?: string;
  readonly role?: 'EM' | 'EIM';
  readonly stands?: boolean;
  readonly priority?: number;
  readonly site?: string;
  readonly found?: boolean;
  readonly leads?: boolean;
  readonly follows?: MemberId;
  readonly quorum?: 'majority' | 'none';
}

const blank = (identity: string): Durable => ({
  identity,
  incarnation: 0,
  starts: [],
  term: 0,
  vote: undefined,
  leaseMs: 3 * HEARTBEAT_MS,
  base: { index: 0, term: 0, roster: { pool: '', version: 0, members: [], heartbeatMs: HEARTBEAT_MS }, inventory: '' },
  entries: [],
});

interface Life {
  mastership: Mastership;
  readonly founding: Founding;
  told: Roster | undefined;
  master: MemberId | undefined;
  readonly sights: Map<MemberId, Sight>;
  readonly joins: Map<MemberId, { readonly request: JoinRequest; readonly atMs: number }>;
  readonly unsynced: (() => void)[];
}

export class Manager {
  life: Life | undefined;
  disk: Durable;
  starts = 0;
  readonly effects: FoundingEffect[] = [];

  constructor(
    readonly settings: Settings,
    private readonly world: FoundingWorld,
  ) {
    this.disk = blank(`${settings.id}-1`);
  }

  get id(): MemberId {
    return this.settings.id;
  }

  start(): void {
    if (this.life) return;
    this.starts += 1;
    const { id, world } = this;
    this.disk = begun(this.disk, id, 1 + world.chance.int(1000));
    const { identity, incarnation, starts } = this.disk;
    const { name = 'p', role = 'EM', stands = role === 'EM', priority = 0, site, names } = this.settings;
    const seeker = {
      id,
      identity,
      incarnation,
      starts,
      name,
      role,
      stands,
      priority,
      names,
      ...(site ? { site } : {}),
    };
    const mastership = this.createMastership(this.disk);
    const { found = false, leads = false, follows } = this.settings;
    const pool = this.standingOf(mastership, undefined, undefined);
    this.life = {
      mastership,
      founding: createFounding({
        seeker,
        found,
        leads,
        poolId: `${world.chance.int(1e6)}-${id}`,
        heartbeatMs: HEARTBEAT_MS,
        nowMs: world.nowMs,
        ...(pool ? { pool } : {}),
        ...(follows === undefined ? {} : { follows }),
      }),
      told: undefined,
      master: undefined,
      sights: new Map(),
      joins: new Map(),
      unsynced: [],
    };
    const { starts: life } = this;
    const beat = () => {
      if (!this.life || this.starts !== life) return;
      this.beat();
      world.after(HEARTBEAT_MS / 2, beat);
    };
    world.after(0, beat);
  }

  crash(): void {
    this.life = undefined;
  }

  /** The disk is lost. */
  wipe(identity: string): void {
    this.crash();
    this.disk = blank(identity);
  }

  get standing(): Standing | undefined {
    return this.life && this.standingOf(this.life.mastership, this.life.told, this.life.master);
  }

  /** The newest that it may come back with. */
  get rosterOnDisk(): Roster {
    return rosterOf(this.life?.mastership.durable ?? this.disk).roster;
  }

  get acts(): boolean {
    return this.life !== undefined && isMaster(this.life.mastership, this.world.nowMs);
  }

  receive({ from, pool, content }: Envelope): void {
    const { life } = this;
    if (!life) return;
    const own = this.standing;
    const member = own && memberOf(own.roster, from.id);
    if (member && pool === own.roster.pool)
      life.sights.set(from.id, noteStart(life.sights.get(from.id) ?? {}, member, from, this.world.nowMs));
    switch (content.kind) {
      case 'founding':
        this.toFounding({ is: 'message', from, message: content.message });
        break;
      case 'mastership':
        if (pool === own?.roster.pool) this.toMastership({ is: 'message', from, message: content.message });
        if (content.message.is === 'renew' && pool === own?.roster.pool) life.master = from.id;
        break;
      case 'join':
        if (this.acts) life.joins.set(from.id, { request: content.request, atMs: this.world.nowMs });
        else if (life.master) this.world.send(this, life.master, content, from, pool);
        break;
      case 'beat':
        if (own?.stage === 'settled') this.answerBeat(from, own);
        break;
      case 'roster':
        this.told(from, content.roster);
        break;
    }
    this.tick();
  }

  tick(): void {
    const { life } = this;
    if (!life) return;
    const { nowMs } = this.world;
    this.toFounding({ is: 'pool', pool: this.standing });
    if (nowMs >= wakeAtMs(life.mastership)) this.toMastership({ is: 'tick' });
    if (nowMs >= foundingWakeAtMs(life.founding)) this.toFounding({ is: 'tick' });
  }

  private beat(): void {
    const { life, standing } = this;
    if (!life) return;
    if (standing) for (const { id } of standing.roster.members) if (id !== this.id) this.send(id, { kind: 'beat' });
    const confirmed = this.acts ? this.standing?.roster : undefined;
    for (const { id } of confirmed?.members ?? [])
      if (confirmed && id !== this.id) this.send(id, { kind: 'roster', roster: confirmed });
    if (this.acts) this.steer();
    this.tick();
  }

  /** Who may have been dropped is told so by anybody; it may know none of those that could be master now. */
  private answerBeat(from: Sender, { roster }: Standing): void {
    if (this.acts || !memberOf(roster, from.id)) this.send(from.id, { kind: 'roster', roster });
  }

  /** What an acting master does about its roster. */
  private steer(): void {
    const { life, standing, world } = this;
    if (!life || !standing) return;
    const { roster } = standing;
    for (const { id } of roster.members) {
      const sight = life.sights.get(id) ?? {};
      const { deadSinceMs, ...rest } = sight;
      const isSilent = world.nowMs - (sight.own?.atMs ?? Number.NEGATIVE_INFINITY) > 2_500;
      life.sights.set(id, isSilent ? { ...rest, deadSinceMs: deadSinceMs ?? world.nowMs } : rest);
    }
    for (const [id, { atMs }] of life.joins) if (world.nowMs - atMs > 3_000) life.joins.delete(id);
    const change = nextRoster(
      roster,
      {
        self: this.id,
        start: this.sender,
        leads: this.settings.leads ?? false,
        quorum: this.settings.quorum ?? 'majority',
        forgetMs: FORGET_MS,
        joining: [...life.joins.values()].map(({ request }) => request),
        left: new Set(),
        sights: life.sights,
      },
      world.nowMs,
    );
    if (!change) return;
    world.changes.push(change);
    this.toMastership({ is: 'decide', decisions: [{ is: 'roster', roster: change.roster }] });
    if (change.is === 'admitted') life.sights.delete(change.member);
  }

  private told(from: Sender, roster: Roster): void {
    const { life, standing } = this;
    if (!life) return;
    if (standing && standing.roster.pool !== roster.pool) return;
    const self = memberOf(roster, this.id);
    if (!self || !descends(this.disk, self)) {
      if (standing) this.askToJoin(from.id);
      return;
    }
    const isPristine = life.mastership.durable.base.index === 0 && life.mastership.durable.entries.length === 0;
    if ((standing?.roster.version ?? 0) < roster.version && isPristine) this.adopt({ ...roster, settled: true });
    if ((life.told?.version ?? 0) < roster.version) life.told = roster;
    life.master = from.id;
  }

  private askToJoin(to: MemberId): void {
    const { role = 'EM', stands = role === 'EM', priority = 0, site } = this.settings;
    const { identity, incarnation, starts } = this.disk;
    const start = { id: this.id, identity, incarnation, starts };
    const request = { ...start, role, stands, priority, ...(site ? { site } : {}) };
    this.send(to, { kind: 'join', request });
  }

  private toFounding(input: FoundingInput): void {
    const { life } = this;
    if (!life) return;
    for (const effect of stepFounding(life.founding, input, this.world.nowMs)) {
      this.effects.push(effect);
      switch (effect.is) {
        case 'send':
          this.send(effect.to, { kind: 'founding', message: effect.message });
          break;
        case 'adopt':
          this.world.adoptions += 1;
          this.adopt(effect.roster);
          break;
        case 'abandon':
          this.adopt({ ...blank('').base.roster, version: effect.version });
          break;
        case 'join':
          this.askToJoin(effect.master ?? effect.via);
          break;
        case 'alarm':
          this.world.alarms += 1;
          break;
      }
    }
  }

  private adopt(roster: Roster): void {
    const { life } = this;
    if (!life) return;
    for (const sync of life.unsynced.splice(0)) sync();
    this.disk = { ...life.mastership.durable, base: { ...blank('').base, roster }, entries: [] };
    life.mastership = this.createMastership(this.disk);
    life.told = undefined;
    life.master = undefined;
    life.sights.clear();
  }

  private createMastership(durable: Durable): Mastership {
    const candidate = { ip: '127.0.0.1', mac: '00:00:00:00:00:00', wasMaster: false };
    return createMastership({ id: this.id, candidate, durable, nowMs: this.world.nowMs });
  }

  private standingOf(
    { durable, confirmed }: Mastership,
    told: Roster | undefined,
    master: MemberId | undefined,
  ): Standing | undefined {
    const { base } = durable;
    const entries = durable.entries.slice(0, Math.max(0, confirmed - base.index));
    const own = rosterOf({ base, entries }).roster;
    const roster = told && (own.members.length === 0 || told.version > own.version) ? told : own;
    if (roster.members.length === 0) return undefined;
    const isBare = base.index === 0 && durable.entries.length === 0;
    const stage = roster.settled || told || confirmed > 0 || base.index > 0 ? 'settled' : isBare ? 'bare' : 'begun';
    return { roster, stage, master };
  }

  private toMastership(input: Parameters<typeof step>[1]): void {
    const { life } = this;
    if (life) this.perform(life.mastership, step(life.mastership, input, this.world.nowMs));
  }

  private perform(mastership: Mastership, effects: readonly MastershipEffect[]): void {
    const { life, starts } = this;
    if (!life) return;
    for (const effect of effects) {
      if (effect.is === 'send') this.send(effect.to, { kind: 'mastership', message: effect.message });
      if (effect.is !== 'store') continue;
      const sync = () => {
        this.disk = applyChange(this.disk, effect.change);
      };
      life.unsynced.push(sync);
      this.world.after(this.world.chance.between(0, 10), () => {
        if (this.starts !== starts || life !== this.life || life.mastership !== mastership) return;
        if (!life.unsynced.includes(sync)) return;
        while (life.unsynced.shift() !== sync);
        sync();
        this.toMastership({ is: 'stored', mark: effect.mark });
        this.tick();
      });
    }
  }

  private get sender(): Sender {
    const { identity, incarnation, starts } = this.disk;
    return { id: this.id, identity, incarnation, starts };
  }

  private send(to: MemberId, content: Content): void {
    this.world.send(this, to, content, this.sender, this.standing?.roster.pool);
  }
}
