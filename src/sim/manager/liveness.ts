/** What has to hold when nothing has been wrong for a while: rules 3 and 6 of SPEC 6, and the end of rule 4. */
import type { SimulatedManager } from './manager.js';
import type { SimulatedPool } from './pool.js';

/** So much later than it was due a poll may be done, or be on its way into the ledger. */
const SLACK_MS = 1_500;

/**
 * Every element has exactly one live owner, which polls it by the epoch that the pool knows; but for those that only a
 * dead home can serve. Nobody who is connected says that it is cut off.
 * @param present Those that run and hear each other.
 */
export function checkElements(pool: SimulatedPool, present: readonly SimulatedManager[]): void {
  const { watch, configuration, checkers, world } = pool;
  const owners = new Map<string, SimulatedManager[]>();
  for (const node of present)
    for (const { element } of node.collector.works.values()) {
      const known = owners.get(element);
      if (known) known.push(node);
      else owners.set(element, [node]);
    }
  const isServed = servableBy(pool, present.filter(isNotRelieved(pool)));
  const isAnybodyAway = pool.nodes.some((node) => !node.isUp);
  for (const element of new Set([...configuration.names(), ...owners.keys()])) {
    const who = owners.get(element) ?? [];
    const names = who.map(({ id }) => id).join(' and ');
    const listed = configuration.listedBy(element);
    const { owner, unwatched, holder } = watch.recordOf(element) ?? {};
    if (listed.length === 0 && !(isAnybodyAway && watch.recordOf(element))) {
      if (who.length > 0) checkers.fail('one live owner', `${element} is listed by nobody, and polled by ${names}`);
      continue;
    }
    const isServable = isServed(element);
    if (who.length === 0) {
      if (isServable)
        checkers.fail(
          'one live owner',
          `nobody polls ${element}, which is of ${owner ?? 'nobody'}${unwatched ? ` (${unwatched})` : ''}`,
        );
      continue;
    }
    const isOnItsWay = who.length === 2 && holder !== undefined && who.every(({ id }) => id === owner || id === holder);
    if (who.length > 1 && !isOnItsWay)
      checkers.fail('one live owner', `${names} both poll ${element}, which is of ${owner}`);
    const [only] = who;
    // Elements return one after the other, and may be on their way just now.
    if (only && only.id !== owner && only.id !== holder)
      checkers.fail('one live owner', `${only.id} polls ${element}, which is of ${owner ?? 'nobody'}`);
    const work = only?.collector.works.get(element);
    if (!work) continue;
    watch.ledger.lastOf(work.chain).forEach(({ lastMs }, access) => {
      const intervalMs = work.cursors[access]?.intervalMs ?? 0;
      if (world.nowMs - lastMs > intervalMs * 1.02 + SLACK_MS)
        checkers.fail(
          'one live owner',
          `${only?.id} has ${element} and has not polled it for ${world.nowMs - lastMs} ms`,
        );
    });
  }
  for (const node of present)
    if (node.saysCutOff) checkers.fail('cut off', `${node.id} hears the others and says that it is cut off`);
}

/** Whoever could not work again and again is given nothing until it has worked for long, of which the pool says so. */
function isNotRelieved({ nodes }: SimulatedPool): (manager: SimulatedManager) => boolean {
  const relieved = nodes.find((node) => node.isMaster())?.node?.steering?.relieved;
  return ({ id }) => relieved?.get(id)?.all === undefined;
}

/** Which elements some of these may poll. */
export function servableBy(
  { configuration }: SimulatedPool,
  present: readonly SimulatedManager[],
): (element: string) => boolean {
  const able = new Set(
    present.flatMap(({ index }) => ((configuration.managers[index]?.capacity ?? 0) > 0 ? [index] : [])),
  );
  return (element) => {
    const offer = configuration.offerOf(element);
    if (!offer) return false;
    return offer.stationary ? configuration.listedBy(element).some((index) => able.has(index)) : able.size > 0;
  };
}
