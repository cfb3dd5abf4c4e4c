/** What goes wrong in a run, as plain data: drawn from the seed, and left out one by one when a failure is narrowed down. */
import type { Stream } from './random.js';

interface At {
  readonly atMs: number;
}
interface During extends At {
  readonly forMs: number;
}
interface Between {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Of processes, disks and the network. */
export type Mishap =
  /** The process dies and starts again. Without its power nobody refuses connections in its place. */
  | (During & { readonly is: 'crash'; readonly node: number; readonly power: boolean })
  /** All of these at once: a power cut. */
  | (During & { readonly is: 'power cut'; readonly nodes: readonly number[] })
  /** The acting master dies, just when it is deciding. */
  | (During & { readonly is: 'master crash' })
  /** The process gets no time (SIGSTOP), and then goes on as if nothing had been. */
  | (During & { readonly is: 'stop'; readonly node: number })
  | (During & { readonly is: 'master stop' })
  /** Nothing gets from these to those, and the other way round. */
  | (During & Between & { readonly is: 'partition' })
  | (During & Between & { readonly is: 'one-way partition' })
  | (During & Between & { readonly is: 'flapping partition'; readonly periodMs: number })
  /** The acting master is alone with a few. */
  | (During & { readonly is: 'master cut off'; readonly with: readonly number[]; readonly oneWay: boolean })
  /** The acting master is alone, and everybody else starts anew at once. */
  | (During & { readonly is: 'all but master restart' })
  /** The next time that this member writes its term or vote, it dies: before, while or after it is synced. */
  | (During & { readonly is: 'crash while voting'; readonly node: number; readonly afterMs: number })
  | (During & {
      readonly is: 'bad weather';
      readonly loss: number;
      readonly longDelay: number;
      readonly longDelayMs: number;
    })
  | (During & { readonly is: 'slow disk'; readonly node: number; readonly delayMs: number })
  | (During & { readonly is: 'slow process'; readonly node: number; readonly lagMs: number })
  | (During & { readonly is: 'lost disk'; readonly node: number })
  | (During & { readonly is: 'restored disk'; readonly node: number; readonly copy: number })
  /**
   * A bare majority decides alone for a while; then one of it comes back to the others without its disk, or with an old
   * one, and the rest of it is cut off.
   */
  | (During & { readonly is: 'newest disk lost'; readonly node: number; readonly copy: number | undefined });

/** No faults, but what somebody may ask of the mastership. */
export type Wish =
  | (At & { readonly is: 'yield'; readonly successor: number | undefined })
  | (At & { readonly is: 'many decisions'; readonly count: number })
  | (At & { readonly is: 'new heartbeat'; readonly heartbeatMs: number })
  | (At & { readonly is: 'new priority'; readonly node: number; readonly priority: number })
  | (At & { readonly is: 'member dropped'; readonly node: number });

/** What people do with a pool. Elements are counted over all that are listed, managers by their index. */
export type Action =
  /** It hands over what it has, ends in order, and comes back. */
  | (During & { readonly is: 'shutdown'; readonly node: number })
  | (During & { readonly is: 'pause'; readonly node: number; readonly keeps: boolean })
  | (At & {
      readonly is: 'delegation';
      readonly element: number;
      readonly to: number | undefined;
      readonly forMs: number | undefined;
    })
  | (At & { readonly is: 'recall'; readonly element: number })
  | (At & {
      readonly is: 'configuration';
      readonly node: number;
      readonly change: 'added' | 'removed' | 'changed' | 'shared';
      readonly element: number;
    })
  | (At & { readonly is: 'priority'; readonly node: number; readonly priority: number })
  /** Somebody says that it has failed, rightly or wrongly. */
  | (At & { readonly is: 'report'; readonly node: number; readonly successor: number | undefined })
  /** It lives and cannot work. */
  | (During & { readonly is: 'trouble'; readonly node: number; readonly how: 'disk full' | 'polls fail' });

/** What happens in a run, as plain data. */
export type Fault = Mishap | Wish | Action;

export const MISHAPS: readonly Mishap['is'][] = [
  'crash',
  'power cut',
  'master crash',
  'stop',
  'master stop',
  'partition',
  'one-way partition',
  'flapping partition',
  'master cut off',
  'all but master restart',
  'crash while voting',
  'bad weather',
  'slow disk',
  'slow process',
  'lost disk',
  'restored disk',
  'newest disk lost',
];

export const WISHES: readonly Wish['is'][] = [
  'yield',
  'many decisions',
  'new heartbeat',
  'new priority',
  'member dropped',
];

export const ACTIONS: readonly Action['is'][] = [
  'shutdown',
  'pause',
  'delegation',
  'recall',
  'configuration',
  'priority',
  'report',
  'trouble',
];

/** Heartbeats that a pool may be given, in milliseconds. */
const HEARTBEATS_MS = [200, 500, 500, 1000, 2000] as const;

/**
 * A schedule for so many members from `fromMs` to `toMs`. Each seed has its own favourites, so that some runs see the
 * same thing over and over, at every distance from each other.
 */
export function drawFaults(
  stream: Stream,
  kinds: readonly Fault['is'][],
  size: number,
  fromMs: number,
  toMs: number,
): Fault[] {
  const favourites = stream.some(kinds.length).flatMap((at) => kinds[at] ?? []);
  const everyMs = stream.spread(300, 15_000);
  const faults: Fault[] = [];
  for (let atMs = fromMs + everyMs * stream.next(); atMs < toMs; atMs += everyMs * 2 * stream.next()) {
    const is = favourites[stream.int(favourites.length)];
    if (is) faults.push(drawFault(stream, is, size, atMs, toMs));
  }
  return faults;
}

/** Elements are counted anew in each run: any number means one. */
const ANY_ELEMENT = 1_000_000;

function drawFault(stream: Stream, is: Fault['is'], size: number, atMs: number, endMs: number): Fault {
  const node = stream.int(size);
  const forMs = Math.min(stream.spread(10, 20_000), endMs - atMs);
  const from = stream.some(size);
  const rest = Array.from({ length: size }, (_, index) => index).filter((index) => !from.includes(index));
  const to = rest.length > 0 && stream.chance(0.8) ? rest : stream.some(size);
  switch (is) {
    case 'crash':
      return { is, atMs, forMs, node, power: stream.chance(0.3) };
    case 'stop':
    case 'lost disk':
    case 'shutdown':
      return { is, atMs, forMs, node };
    case 'power cut':
      return { is, atMs, forMs, nodes: from };
    case 'master crash':
    case 'master stop':
      return { is, atMs, forMs };
    case 'all but master restart':
      return { is, atMs, forMs: Math.min(stream.spread(1, 500), endMs - atMs) };
    case 'crash while voting':
      return { is, atMs, forMs, node, afterMs: stream.spread(0.01, 100) };
    case 'partition':
    case 'one-way partition':
      return { is, atMs, forMs, from, to };
    case 'flapping partition':
      return { is, atMs, forMs, from, to, periodMs: stream.spread(5, 3_000) };
    case 'master cut off':
      return { is, atMs, forMs, with: from, oneWay: stream.chance(0.5) };
    case 'bad weather':
      return {
        is,
        atMs,
        forMs,
        loss: stream.between(0, 0.6),
        longDelay: stream.between(0, 0.4),
        longDelayMs: stream.spread(50, 8_000),
      };
    case 'slow disk':
      return { is, atMs, forMs, node, delayMs: stream.spread(10, 3_000) };
    case 'slow process':
      return { is, atMs, forMs, node, lagMs: stream.spread(1, 1_000) };
    case 'restored disk':
      return { is, atMs, forMs, node, copy: stream.int(12) };
    case 'newest disk lost':
      return { is, atMs, forMs, node, copy: stream.chance(0.8) ? stream.int(12) : undefined };
    case 'yield':
      return { is, atMs, successor: stream.chance(0.7) ? node : undefined };
    case 'many decisions':
      return { is, atMs, count: Math.round(stream.spread(5, 200)) };
    case 'new heartbeat':
      return { is, atMs, heartbeatMs: stream.pick(HEARTBEATS_MS) };
    case 'new priority':
      return { is, atMs, node, priority: stream.int(3) };
    case 'member dropped':
      return { is, atMs, node };
    case 'pause':
      return { is, atMs, forMs, node, keeps: stream.chance(0.4) };
    case 'delegation':
      return {
        is,
        atMs,
        element: stream.int(ANY_ELEMENT),
        to: stream.chance(0.7) ? node : undefined,
        forMs: stream.chance(0.3) ? forMs : undefined,
      };
    case 'recall':
      return { is, atMs, element: stream.int(ANY_ELEMENT) };
    case 'configuration':
      return {
        is,
        atMs,
        node,
        change: stream.pick(['added', 'removed', 'changed', 'shared']),
        element: stream.int(ANY_ELEMENT),
      };
    case 'priority':
      return { is, atMs, node, priority: stream.int(3) };
    case 'report':
      return { is, atMs, node, successor: stream.chance(0.5) ? stream.int(size) : undefined };
    case 'trouble':
      return { is, atMs, forMs, node, how: stream.pick(['disk full', 'polls fail']) };
  }
}

export function faultText(fault: Fault): string {
  const { is, atMs, ...rest } = fault;
  const details = Object.entries(rest).map(([name, value]) => `${name} ${valueText(value)}`);
  return `${is} ${details.join(', ')}`;
}

const valueText = (value: unknown): string =>
  typeof value === 'number' ? String(Math.round(value * 1000) / 1000) : (JSON.stringify(value) ?? 'none');
