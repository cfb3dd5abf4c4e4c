/** A network of elements behind each other, polled by several managers in any order: virtual time, no I/O. */
import {
  type Effect,
  newWatchState,
  type Question,
  step as stepWatch,
  verdictFor,
  type WatchState,
  type Word,
  wakeAtMs,
} from '../../../../src/assess/dependence/watch.js';
import { type Elsewhere, initialReach, type ReachState, reconsider, step } from '../../../../src/assess/status.js';
import { type AccessKey, accessKey, type ElementName, type ManagedElement } from '../../../../src/model/element.js';
import { access, element } from '../../../support/access.js';

export interface Plant {
  /** Places of its parents, each lower than its own. */
  readonly parents: readonly number[];
  /** Place of the device that it runs on, instead. */
  readonly device?: number;
  readonly manager: number;
  readonly intervalMs: number;
  readonly phaseMs: number;
}

interface Tree {
  readonly plant: Plant;
  readonly definition: ManagedElement;
  readonly key: AccessKey;
  readonly subject: Parameters<typeof stepWatch>[1] & { is: 'failed' };
  reach: ReachState;
  answeredMs: number | undefined;
  lookedMs: number;
  isFailing: boolean;
  isPolling: boolean;
}

/** How long a try of what is dead takes, and a question to another manager. */
const TRY_MS = 2_000;
const WAY_MS = 40;
/** As the collector does: not more often out of turn. */
const LOOK_GAP_MS = 2_000;

export const nameAt = (place: number): ElementName => `device/n${place}`;

export class Forest {
  readonly #trees: readonly Tree[];
  readonly #watches = new Map<number, WatchState>();
  /** The next last; of the same time the first that was entered. */
  readonly #agenda: { readonly atMs: number; readonly run: () => void }[] = [];
  #nowMs = 0;
  readonly dead = new Set<number>();
  /** `elementDown device/n3`, in the order in which they were told. */
  readonly told: string[] = [];

  constructor(plants: readonly Plant[]) {
    this.#trees = plants.map((plant, place) => treeAt(plant, place));
    for (const { plant } of this.#trees) this.#watches.set(plant.manager, newWatchState());
    this.#trees.forEach(({ plant }, place) => {
      this.#at(plant.phaseMs, () => this.#due(place));
    });
  }

  run(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (let next = this.#agenda.at(-1); next && next.atMs <= endMs; next = this.#agenda.at(-1)) {
      this.#agenda.pop();
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = endMs;
  }

  statuses(): readonly string[] {
    return this.#trees.map(({ reach }) => reach.status);
  }

  rootOf(place: number): ElementName | undefined {
    return this.#trees[place]?.reach.behind?.element;
  }

  /** Whether a packet gets there and back. */
  answers(place: number): boolean {
    const tree = this.#trees[place];
    if (!tree || this.dead.has(place)) return false;
    const { parents, device } = tree.plant;
    return (
      (parents.length === 0 || parents.some((one) => this.answers(one))) &&
      (device === undefined || this.answers(device))
    );
  }

  #at(atMs: number, run: () => void): void {
    let place = this.#agenda.length;
    while (place > 0 && (this.#agenda[place - 1]?.atMs ?? 0) <= atMs) place -= 1;
    this.#agenda.splice(place, 0, { atMs, run });
  }

  #due(place: number): void {
    this.#poll(place);
    const tree = this.#trees[place];
    if (tree) this.#at(this.#nowMs + tree.plant.intervalMs, () => this.#due(place));
  }

  #poll(place: number): void {
    const tree = this.#trees[place];
    if (!tree || tree.isPolling) return;
    tree.isPolling = true;
    const isAnswered = this.answers(place);
    this.#at(this.#nowMs + (isAnswered ? 1 : TRY_MS), () => this.#digest(place, isAnswered));
  }

  #digest(place: number, isAnswered: boolean): void {
    const tree = this.#trees[place];
    const watch = tree && this.#watches.get(tree.plant.manager);
    if (!tree || !watch) return;
    tree.isPolling = false;
    const { definition, key, plant } = tree;
    let elsewhere: Elsewhere | undefined;
    if (isAnswered) {
      tree.answeredMs = this.#nowMs;
      this.#take(plant.manager, { is: 'answered', key });
    } else {
      this.#take(plant.manager, { ...tree.subject, isFirst: !tree.isFailing });
      elsewhere = elsewhereOf(watch, key);
    }
    tree.isFailing = !isAnswered;
    const said = { access: 0, time: this.#nowMs, answer: isAnswered ? 'answered' : 'failed' } as const;
    this.#settle(tree, step(tree.reach, definition, said, elsewhere));
  }

  #settle(tree: Tree, { state, events }: ReturnType<typeof step>): void {
    tree.reach = state;
    for (const { name, element: whose } of events) this.told.push(`${name} ${whose}`);
  }

  #take(manager: number, input: Parameters<typeof stepWatch>[1]): void {
    const watch = this.#watches.get(manager);
    if (!watch) return;
    for (const effect of stepWatch(watch, input, this.#nowMs)) this.#perform(manager, effect);
    const wakeMs = wakeAtMs(watch);
    if (wakeMs !== undefined) this.#at(Math.max(this.#nowMs + 1, wakeMs), () => this.#wake(manager));
  }

  #wake(manager: number): void {
    const watch = this.#watches.get(manager);
    const wakeMs = watch && wakeAtMs(watch);
    if (wakeMs !== undefined && wakeMs <= this.#nowMs) this.#take(manager, { is: 'tick' });
  }

  #perform(manager: number, effect: Effect): void {
    switch (effect.is) {
      case 'ask':
        this.#ask(manager, effect.questions);
        return;
      case 'lookAgain':
        this.#look(placeOf(effect.element));
        return;
      case 'found': {
        const tree = this.#trees[placeOf(effect.subject.element)];
        const watch = this.#watches.get(manager);
        if (tree && watch)
          this.#settle(tree, reconsider(tree.reach, tree.definition, this.#nowMs, elsewhereOf(watch, tree.key)));
      }
    }
  }

  #ask(manager: number, questions: readonly Question[]): void {
    this.#at(this.#nowMs + WAY_MS, () => {
      const words = new Map<string, Word | undefined>();
      for (const { name, sinceMs } of questions) words.set(name, this.#word(placeOf(name), sinceMs));
      this.#at(this.#nowMs + WAY_MS, () => this.#take(manager, { is: 'heard', words }));
    });
  }

  #word(place: number, sinceMs: number): Word {
    const tree = this.#trees[place];
    if (!tree) return { element: nameAt(place), isWatched: false };
    const { status, since, behind } = tree.reach;
    const { answeredMs } = tree;
    if (status === 'down' || status === 'unreachable') {
      const out = { is: 'out', status, since, ...(behind && { behind }) } as const;
      return { element: nameAt(place), isWatched: true, out };
    }
    if (answeredMs === undefined || answeredMs < sinceMs) this.#look(place);
    return { element: nameAt(place), isWatched: true, ...(answeredMs !== undefined && { answeredMs }) };
  }

  #look(place: number): void {
    const tree = this.#trees[place];
    if (!tree || this.#nowMs - tree.lookedMs < LOOK_GAP_MS) return;
    tree.lookedMs = this.#nowMs;
    this.#poll(place);
  }
}

function elsewhereOf(watch: WatchState, key: AccessKey): Elsewhere {
  const verdict = verdictFor(watch, key);
  if (verdict.is === 'behind') return { is: 'behind', root: verdict.root, why: verdict.why };
  return verdict.is === 'awaited' ? { is: 'awaited' } : { is: 'unreached' };
}

const placeOf = (name: string): number => Number(name.replace(/^device\/n/, ''));

function treeAt(plant: Plant, place: number): Tree {
  const definition = element({
    id: `n${place}`,
    name: nameAt(place),
    access: [access('probe', {}, { intervalMs: plant.intervalMs })],
  });
  const key = accessKey(definition.name, 0);
  const parents = plant.parents.map(nameAt);
  const device = plant.device === undefined ? {} : { device: nameAt(plant.device) };
  return {
    plant,
    definition,
    key,
    subject: {
      is: 'failed',
      isFirst: true,
      subject: { key, element: definition.name, access: 0, parents, ...device },
    },
    reach: initialReach(0),
    answeredMs: undefined,
    lookedMs: Number.NEGATIVE_INFINITY,
    isFailing: false,
    isPolling: false,
  };
}
