/** What a manager could take over from another: the answer to `identifyFailOver`. Pure. */
import type { ElementName, ManagedElement } from '../../model/element.js';
import type { Input, Output } from '../../xml/messages/operations.js';

/** Elements of one type that are reached by one method. */
export type Need = Input<'identifyFailOver'>['needs'][number];
export type FailoverAnswer = Output<'identifyFailOver'>;

export interface FailoverMeans {
  readonly methods: ReadonlySet<string>;
  /** Types that the manager declares itself able to manage; undefined: it declares nothing, so any. */
  readonly types?: ReadonlySet<string>;
  /** Poll cost per second that it could carry besides what it does now; 0 or less takes nothing. */
  readonly spareCapacity: number;
}

/** In the order of asking, as far as there is room. */
export function failoverAnswer(needs: readonly Need[], means: FailoverMeans): FailoverAnswer {
  const { methods, types } = means;
  const spareCapacity = Math.max(0, Math.round(means.spareCapacity * 1000) / 1000);
  let left = spareCapacity;
  const canTake = needs.flatMap(({ type, method, count, cost }) => {
    const isAble = methods.has(method) && (type === undefined || !types || types.has(type));
    if (!isAble || left <= 0 || cost > left) return [];
    left -= cost;
    return [{ type, method, count }];
  });
  return { canTake, spareCapacity };
}

/** An element as far as it matters who can poll it. */
export interface Polled {
  readonly name: ElementName;
  readonly type: string | undefined;
  readonly methods: readonly string[];
}

export const polledOf = ({ name, type, access }: ManagedElement): Polled => ({
  name,
  type,
  methods: [...new Set(access.map(({ method }) => method))],
});

/** What elements ask of whoever takes them over; by type, then method. */
export function needsOf(elements: readonly Polled[], costOf: (element: ElementName) => number): Need[] {
  const needs = new Map<string, { type: string | undefined; method: string; count: number; cost: number }>();
  for (const { name, type, methods } of elements) {
    for (const method of methods) {
      const key = JSON.stringify([type ?? null, method]);
      const need = needs.get(key) ?? { type, method, count: 0, cost: 0 };
      needs.set(key, { ...need, count: need.count + 1, cost: need.cost + costOf(name) / methods.length });
    }
  }
  return [...needs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, need]) => ({ ...need, cost: Math.round(need.cost * 1000) / 1000 }));
}

const isAnswered = ({ canTake }: FailoverAnswer, type: string | undefined, method: string): boolean =>
  canTake.some((one) => one.type === type && one.method === method);

/** Whether all methods by which elements of this type are reached are among what can be taken. */
export const takesType = (answer: FailoverAnswer, needs: readonly Need[], type: string | undefined): boolean =>
  needs.every((need) => need.type !== type || isAnswered(answer, type, need.method));

export const typesOfNeeds = (needs: readonly Need[]): (string | undefined)[] => [
  ...new Set(needs.map(({ type }) => type)),
];
