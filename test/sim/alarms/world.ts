/**
 * Three to five managers with alarms on their elements, from one seed: they crash, lose disks, are cut off, hand elements
 * over; messages are late or lost. What counts, and to whom elements go, an all-knowing pool says; what is tried out is how
 * alarms get through that.
 */
import type { ElementName } from '../../../src/model/element.js';
import { SEVERITIES } from '../../../src/model/status.js';
import { Stream } from '../../../src/sim/random.js';
import { FakeClock } from '../../support/fake-clock.js';
import { member, standingPool } from '../../support/fake-pool.js';
import { CollectingLogger, seededRandom } from '../../support/test-env.js';
import { Disk } from './disk.js';
import { Ledger } from './ledger.js';
import { type Machine, SimulatedManager } from './manager.js';
import { Network } from './network.js';

export interface AlarmRun {
  readonly seed: number;
  /** Simulated time; default a minute. */
  readonly durationMs?: number;
  readonly machine?: Machine;
  /** Share of messages that are late. Default 0.02. */
  readonly late?: number;
}

export interface AlarmResult {
  /** The first thing that was wrong, with its time. */
  readonly failure: string | undefined;
  readonly looks: Ledger['looks'];
  /** How often what was done. */
  readonly done: Readonly<Record<string, number>>;
}

interface Ownership {
  owner: string;
  standIn: string | undefined;
  number: number;
  /** It changes hands, or has just done so: conditions rest, and nothing else happens to it. */
  isMoving: boolean;
}

const KEYS = ['cpu', 'fan', 'link 1', 'link 2'];
/** By then a new owner has asked everybody. */
const GATHERED_MS = 3_500;
const HEALED_WITHIN_MS = 30_000;

export async function simulateAlarms(run: AlarmRun): Promise<AlarmResult> {
  const world = new AlarmWorld(run);
  await world.run(run.durationMs ?? 60_000);
  return { failure: world.failure, looks: world.looks, done: world.done };
}

class AlarmWorld {
  readonly #clock = new FakeClock();
  readonly #chance: Stream;
  readonly #managers = new Map<string, SimulatedManager>();
  readonly #network: Network;
  readonly #ledger: Ledger;
  readonly #elements = new Map<ElementName, Ownership>();
  readonly #gone = new Set<string>();
  readonly #conditions = new Set<string>();
  readonly #done: Record<string, number> = {};
  #isTroubled = false;
  #unhealedMs = 0;
  failure: string | undefined;

  constructor({ seed, machine = {}, late = 0.02 }: AlarmRun) {
    this.#chance = new Stream(seed, 'world');
    this.#network = new Network(this.#clock, new Stream(seed, 'network'), {
      handlersOf: (manager) => this.#managers.get(manager)?.handlers,
    });
    this.#network.late = late;
    const count = 3 + this.#chance.int(3);
    for (let at = 1; at <= count; at += 1) this.#managers.set(`EM${at}`, this.#manager(`EM${at}`, seed, machine));
    this.#ledger = new Ledger(this.#managers);
    const ids = [...this.#managers.keys()];
    for (let at = 0; at < 4; at += 1)
      this.#elements.set(`device/d${at}`, {
        owner: ids[at % count] ?? '',
        standIn: ids[(at + 1) % count],
        number: 1,
        isMoving: false,
      });
  }

  get looks(): Ledger['looks'] {
    return this.#ledger.looks;
  }

  get done(): Readonly<Record<string, number>> {
    return this.#done;
  }

  async run(durationMs: number): Promise<void> {
    for (const manager of this.#managers.values()) await manager.start();
    for (const [element, { owner }] of this.#elements) this.#own(owner, element);
    this.#every(
      () => this.#chance.spread(20, 1_500),
      () => this.#condition(),
    );
    this.#every(
      () => this.#chance.spread(100, 3_000),
      () => this.#person(),
    );
    this.#every(
      () => 100,
      () => this.#look(),
    );
    this.#every(
      () => this.#chance.between(500, 4_000),
      () => this.#trouble(),
    );
    while (this.#clock.monotonic() < durationMs && !this.failure) await this.#clock.advance(250);
  }

  #manager(id: string, seed: number, machine: Machine): SimulatedManager {
    const chance = new Stream(seed, `disk ${id}`);
    const skewMs = Math.round(chance.between(-30_000, 30_000));
    const clock = this.#clock;
    const env = {
      clock: {
        now: () => clock.now() + skewMs,
        monotonic: () => clock.monotonic(),
        after: (delayMs: number, run: () => void) => clock.after(delayMs, run),
      },
      random: seededRandom(seed * 100 + Number(id.slice(2))),
      log: new CollectingLogger(),
    };
    return new SimulatedManager({
      id,
      env,
      disk: new Disk(clock, chance),
      machine,
      peer: (to) => this.#network.peer(id, to),
      pool: () => ({
        view: standingPool(
          [...this.#managers.keys()].map((one) => member(one, { standing: this.#gone.has(one) ? 'gone' : 'alive' })),
        ),
        assignmentOf: (element) => {
          const known = this.#elements.get(element);
          return known && { element, homes: [], owner: known.owner, ...(known.standIn && { standIn: known.standIn }) };
        },
      }),
      onShown: (alarm) => this.#fail(this.#ledger.shown(id, alarm)),
    });
  }

  #every(pauseMs: () => number, act: () => void): void {
    this.#clock.after(pauseMs(), () => {
      act();
      this.#every(pauseMs, act);
    });
  }

  #count(what: string): void {
    this.#done[what] = (this.#done[what] ?? 0) + 1;
  }

  #fail(fault: string | undefined): void {
    if (fault !== undefined) this.failure ??= `${Math.round(this.#clock.monotonic())} ms: ${fault}`;
  }

  #own(manager: string, element: ElementName, brought?: Parameters<SimulatedManager['own']>[2]): void {
    const number = this.#elements.get(element)?.number ?? 0;
    this.#managers.get(manager)?.own(element, { term: 1, number, giver: 'EM1' }, brought);
  }

  #ownerOf(element: ElementName): SimulatedManager | undefined {
    return this.#managers.get(this.#elements.get(element)?.owner ?? '');
  }

  #resting(): [ElementName, Ownership][] {
    return [...this.#elements].filter(([, { isMoving }]) => !isMoving);
  }

  #pickResting(): [ElementName, Ownership] | undefined {
    const resting = this.#resting();
    return resting[this.#chance.int(resting.length)];
  }

  /** Something begins, changes or ends on an element. */
  #condition(): void {
    const [element] = this.#pickResting() ?? [];
    if (!element) return;
    const key = this.#chance.pick(['cpu', ...KEYS]);
    const condition = `${element} ${key}`;
    const ends = this.#conditions.has(condition) && this.#chance.chance(0.6);
    if (ends) this.#conditions.delete(condition);
    else this.#conditions.add(condition);
    const severity = ends ? 'cleared' : (SEVERITIES[2 + this.#chance.int(4)] ?? 'major');
    this.#count(ends ? 'condition ends' : 'condition told');
    const owner = this.#ownerOf(element);
    owner?.tell({ time: owner.env.clock.now(), severity, name: 'told', text: key, element, alarm: key, isFinal: true });
  }

  #person(): void {
    const [element] = this.#pickResting() ?? [];
    if (!element) return;
    const owner = this.#ownerOf(element);
    const shown = owner?.shown(element) ?? [];
    const alarm = shown[this.#chance.int(shown.length)];
    if (!owner || !alarm) return;
    const what = this.#chance.chance(0.7) ? 'acknowledge' : 'clear';
    void owner.person(what, alarm.id).then((answer) => answer && this.#count(`${what} answered`));
  }

  #look(): void {
    for (const [element, { isMoving }] of this.#elements) {
      const owner = this.#ownerOf(element);
      const held = owner?.owned.get(element);
      if (isMoving || !owner || !held || this.#clock.monotonic() - held.sinceMs < GATHERED_MS) continue;
      this.#fail(this.#ledger.survivors(owner, element));
    }
    if (this.#isTroubled || this.#isHealed()) this.#unhealedMs = this.#clock.monotonic();
    else if (this.#clock.monotonic() - this.#unhealedMs > HEALED_WITHIN_MS)
      this.#fail(`nothing is wrong, and not all is kept by two after ${HEALED_WITHIN_MS / 1000} s`);
  }

  /** All that is shown is kept by somebody who lives, and nothing is on its way to another owner. */
  #isHealed(): boolean {
    return [...this.#elements.keys()].every((element) => {
      const owner = this.#ownerOf(element);
      if (!owner?.isUp || this.#elements.get(element)?.isMoving) return false;
      return owner.shown(element).every(({ keptBy }) => keptBy !== undefined && this.#managers.get(keptBy)?.isUp);
    });
  }

  #trouble(): void {
    if (this.#isTroubled || !this.#isHealed()) return;
    const kind = this.#chance.int(6);
    if (kind === 0) this.#loseMessages();
    else if (kind === 1) this.#isolate();
    else if (kind === 2) this.#move();
    else if (kind === 3) this.#changeStandIn();
    else this.#crash();
  }

  #loseMessages(): void {
    this.#count('messages lost for a while');
    this.#isTroubled = true;
    this.#network.loss = this.#chance.between(0.05, 0.5);
    this.#clock.after(this.#chance.between(500, 6_000), () => {
      this.#network.loss = 0;
      this.#isTroubled = false;
    });
  }

  #crash(): void {
    const victim = this.#chance.pick([...this.#managers.values()] as [SimulatedManager, ...SimulatedManager[]]);
    const losesDisk = this.#chance.chance(0.25);
    const isQuick = !losesDisk && this.#chance.chance(0.25);
    this.#count(isQuick ? 'quick restart' : losesDisk ? 'crash with the disk' : 'crash');
    this.#isTroubled = true;
    const owned = [...victim.owned.keys()];
    for (const element of owned) this.#rest(element);
    victim.crash();
    if (losesDisk) this.#ledger.lost(victim.id);
    if (losesDisk) for (const table of [victim.disk.alarms, victim.disk.sets, victim.disk.kept]) table.clear();
    if (isQuick) {
      this.#clock.after(this.#chance.between(50, 400), async () => {
        await victim.start();
        for (const element of owned) this.#own(victim.id, element);
        for (const element of owned) this.#checkTakenOver(victim.id, element, victim.id);
        this.#isTroubled = false;
      });
      return;
    }
    this.#clock.after(this.#chance.between(100, 1_500), () => {
      this.#gone.add(victim.id);
      for (const element of owned) this.#takeOver(element, victim.id);
      this.#rename();
    });
    this.#clock.after(this.#chance.between(4_000, 12_000), async () => {
      await victim.start();
      this.#gone.delete(victim.id);
      this.#isTroubled = false;
    });
  }

  #takeOver(element: ElementName, former: string): void {
    const ownership = this.#elements.get(element);
    const alive = [...this.#managers.values()].filter(({ id, isUp }) => isUp && id !== former);
    const next = alive.find(({ id }) => id === ownership?.standIn) ?? alive[0];
    if (!ownership || !next) return;
    this.#count('takeover');
    ownership.owner = next.id;
    ownership.number += 1;
    ownership.standIn = this.#anotherThan(next.id);
    this.#own(next.id, element);
    this.#checkTakenOver(next.id, element, former);
  }

  /** Conditions rest from the crash to here, so that what the new owner has is what the former one had. */
  #checkTakenOver(owner: string, element: ElementName, former: string): void {
    this.#clock.after(GATHERED_MS, () => {
      const manager = this.#managers.get(owner);
      if (manager) this.#fail(this.#ledger.takenOver(manager, element, former));
      this.#goOn(element);
    });
  }

  #rest(element: ElementName): void {
    const ownership = this.#elements.get(element);
    if (ownership) ownership.isMoving = true;
  }

  /** What ended while nobody watched is over now. */
  #goOn(element: ElementName): void {
    const ownership = this.#elements.get(element);
    if (ownership) ownership.isMoving = false;
  }

  /** Where a stand-in has gone another one is named. */
  #rename(): void {
    for (const [element, ownership] of this.#elements)
      if (ownership.standIn === undefined || this.#gone.has(ownership.standIn)) {
        ownership.standIn = this.#anotherThan(ownership.owner);
        this.#ownerOf(element)?.look(element);
      }
  }

  #anotherThan(owner: string): string | undefined {
    const others = [...this.#managers.keys()].filter((id) => id !== owner && !this.#gone.has(id));
    return this.#chance.chance(0.1) ? undefined : others[this.#chance.int(others.length)];
  }

  #changeStandIn(): void {
    const [element, ownership] = this.#pickResting() ?? [];
    if (!element || !ownership) return;
    this.#count('another stand-in');
    ownership.standIn = this.#anotherThan(ownership.owner);
    this.#ownerOf(element)?.look(element);
  }

  /** A planned move: the taker begins with the bundle, and the giver goes on for a moment. */
  #move(): void {
    const [element, ownership] = this.#pickResting() ?? [];
    const giver = element && this.#ownerOf(element);
    const to = ownership && this.#anotherThan(ownership.owner);
    if (!element || !ownership || !giver || to === undefined) return;
    this.#count('move');
    const bundle = giver.decided(element);
    this.#clock.after(this.#chance.between(1, 50), () => {
      if (!giver.isUp || !this.#managers.get(to)?.isUp || ownership.owner !== giver.id || ownership.isMoving) return;
      ownership.owner = to;
      ownership.number += 1;
      ownership.standIn = this.#anotherThan(to);
      this.#own(to, element, bundle);
      ownership.isMoving = true;
      this.#clock.after(this.#chance.between(0, 150), () => {
        giver.leave(element, to);
        this.#checkTakenOver(to, element, giver.id);
      });
    });
  }

  /** One is cut off, taken over from, and hears of it later. */
  #isolate(): void {
    const lost = this.#chance.pick([...this.#managers.values()] as [SimulatedManager, ...SimulatedManager[]]);
    this.#count('cut off');
    this.#isTroubled = true;
    const owned = [...lost.owned.keys()];
    for (const element of owned) this.#rest(element);
    for (const { id } of this.#managers.values()) if (id !== lost.id) this.#network.cut(id, lost.id);
    this.#clock.after(this.#chance.between(1_500, 3_000), () => {
      this.#gone.add(lost.id);
      for (const element of owned) this.#takeOver(element, lost.id);
      this.#rename();
    });
    this.#clock.after(this.#chance.between(8_000, 12_000), () => {
      this.#network.heal();
      this.#gone.delete(lost.id);
      for (const element of owned) lost.leave(element, undefined);
      this.#isTroubled = false;
    });
  }
}
