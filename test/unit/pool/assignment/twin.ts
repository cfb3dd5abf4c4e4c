/**
 * A naive twin: what must hold, worked out from the plain inventory, element by element and manager by manager, with
 * nothing of the index. Each fault is a sentence.
 */
import type { PoolElement, PoolManager } from '../../../../src/pool/assignment/given.js';
import type { Plan } from '../../../../src/pool/assignment/plan.js';
import { costOf, type World } from './world.js';

const is = (one: PoolManager | undefined): string => one?.availability.is ?? 'gone';

function able(one: PoolManager, what: PoolElement, world: World): boolean {
  if (what.homes.includes(one.id)) return true;
  if (what.stationary || one.capacity <= 0) return false;
  if (one.methods && what.methods.some((method) => !one.methods?.includes(method))) return false;
  if (!one.types || what.type === undefined || one.types.includes(what.type)) return true;
  return what.homes.some((id) =>
    world.managers
      .get(id)
      ?.failover.some(
        (agreed) => agreed.id === one.id && (!agreed.types?.length || agreed.types.includes(what.type ?? '')),
      ),
  );
}

/** Faults of what is so after a plan, where nothing has to wait for its turn. */
export function faultsOf(world: World): string[] {
  const faults: string[] = [];
  const all = [...world.managers.values()];
  for (const what of world.elements.values()) {
    const { owner, standIn, delegation } = world.inventory.get(what.name) ?? {};
    const has = owner === undefined ? undefined : world.managers.get(owner);
    const others = all.filter((one) => one.id !== owner && able(one, what, world));
    const takers = others.filter((one) => is(one) === 'alive');
    const trial = others.filter((one) => is(one) === 'returning');
    const say = (text: string): number => faults.push(`${what.name} of ${what.homes} at ${owner}/${standIn}: ${text}`);
    if (is(has) === 'gone' && takers.length + trial.length > 0) say('unowned though somebody is able');
    if (is(has) === 'leaving' && takers.length + trial.length > 0) say('left with one that leaves');
    if (is(has) === 'gone' && delegation) say('delegated to a dead one');
    const known = world.placement.elements.get(what.name);
    if (world.placement.unwatched.size > 0 && known)
      if (world.placement.unwatched.has(known) !== (is(has) === 'gone')) say('wrongly counted as unwatched');
    if (!delegation) {
      const homes = what.homes.flatMap((id) => world.managers.get(id) ?? []);
      const counts = homes.filter(
        (one) => is(one) === 'alive' || (one === has && !['gone', 'leaving'].includes(is(one))),
      );
      const [best] = counts.sort((a, b) => b.rank - a.rank || (a.id > b.id ? -1 : 1));
      if (best && best.id !== owner) say(`not at its home ${best.id}`);
    }
    if (is(has) === 'gone') continue;
    if (standIn === owner && owner !== undefined) say('stands in for itself');
    if (takers.length > 0 && !takers.some(({ id }) => id === standIn)) say('nobody proper stands in');
    if (standIn !== undefined && !others.some(({ id }) => id === standIn)) say('the stand-in is not able');
  }
  return [...faults, ...indexFaults(world)];
}

function indexFaults(world: World): string[] {
  const faults: string[] = [];
  for (const [name, known] of world.placement.elements) {
    const { owner, standIn, delegation } = world.inventory.get(name) ?? {};
    if (known.owner?.id !== owner || known.standIn?.id !== standIn) faults.push(`${name}: the index has another owner`);
    if (known.delegation?.to !== delegation?.to) faults.push(`${name}: the index has another delegation`);
  }
  for (const one of world.placement.managers.values()) {
    const load = Math.round(world.load(one.id) * 1000);
    if (one.load !== load) faults.push(`${one.id}: load ${one.load}, and what it has costs ${load}`);
    for (const from of world.placement.managers.values()) {
      let pledged = 0;
      for (const { owner, cost } of one.standsIn) if (owner === from) pledged += cost;
      const known = from.pledges.get(one.number) ?? 0;
      if (known !== pledged) faults.push(`${one.id}: ${known} pledged to ${from.id}, not ${pledged}`);
    }
  }
  return faults;
}

/** Faults of the moves themselves, replayed on what was so before. */
export function faultsOfMoves(plan: Plan, before: World, after: World): string[] {
  const faults: string[] = [];
  const loads = new Map([...after.managers.keys()].map((id) => [id, before.load(id, after.elements)]));
  for (const { element: name, from, to, reason } of plan.moves) {
    const what = after.elements.get(name);
    const taker = after.managers.get(to);
    if (!what || !taker) return [`${name} or ${to} is not known`];
    if (from !== before.owner(name)) faults.push(`${name} is taken from ${from}, but ${before.owner(name)} had it`);
    if (from === to || reason === '' || reason.includes('undefined'))
      faults.push(`${name}: ${from} to ${to}: ${reason}`);
    if (from !== undefined) loads.set(from, (loads.get(from) ?? 0) - costOf(what));
    const fits = (one: PoolManager): boolean => (loads.get(one.id) ?? 0) + costOf(what) <= one.capacity + 1e-9;
    const free = !what.homes.includes(to) && !after.inventory.get(name)?.delegation && is(taker) === 'alive';
    const roomy = [...after.managers.values()].filter(
      (one) => one.id !== from && is(one) === 'alive' && able(one, what, after) && fits(one),
    );
    if (free && !fits(taker) && roomy.length > 0) faults.push(`${name}: ${to} has no room, ${roomy[0]?.id} has`);
    loads.set(to, (loads.get(to) ?? 0) + costOf(what));
  }
  return faults;
}
