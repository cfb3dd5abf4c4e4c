/** What simulated managers are and list, as their configurations say at the moment. */
import type { ElementOffer, ManagerOffer } from '../../pool/inventory/inventory.js';
import { idOf } from '../ids.js';
import type { Stream } from '../random.js';

/** A definition is nothing but the intervals of its accesses, in milliseconds. */
export const definitionOf = (intervalsMs: readonly number[]): string => intervalsMs.join(' ');
export const intervalsOf = (definition: string): number[] => definition.split(' ').map(Number);

export interface ConfigurationOptions {
  readonly size: number;
  readonly elements: number;
  /** Index of an integration manager, which manages nothing. */
  readonly witness: number | undefined;
  readonly stream: Stream;
  /** Of each access, one of these. */
  readonly intervalsMs: readonly [number, ...number[]];
}

/** Every second seed has managers without much room. */
const TIGHT = 0.3;

export class Configuration {
  readonly managers: ManagerOffer[] = [];
  /** By manager. */
  private readonly lists: Map<string, ElementOffer>[] = [];
  /** The same by element. */
  private readonly listers = new Map<string, Set<number>>();
  private readonly stream: Stream;
  private made = 0;
  private readonly homes: readonly number[];

  constructor(private readonly options: ConfigurationOptions) {
    const { size, witness, stream, elements } = options;
    this.stream = stream;
    const isTight = stream.chance(TIGHT);
    // As it is with two elements for each.
    const scale = Math.max(1, elements / size / 2);
    const priorities = stream.chance(0.5) ? 1 : 3;
    for (let index = 0; index < size; index += 1) {
      const agreed = stream.chance(0.3) ? [{ id: idOf(stream.int(size)) }] : [];
      this.managers.push({
        id: idOf(index),
        role: index === witness ? 'EIM' : 'EM',
        address: {
          id: idOf(index),
          role: index === witness ? 'EIM' : 'EM',
          origin: `http://10.0.0.${index + 1}:8080`,
          context: 'ptpmgr/em',
          ...(stream.chance(0.7) && { socket: { host: `10.0.0.${index + 1}`, port: 8081 } }),
        },
        priority: stream.int(priorities),
        capacity: index === witness ? 0 : isTight ? stream.between(2, 8) * scale : (10 * elements) / size + 10,
        failover: agreed.filter(({ id }) => id !== idOf(index)),
      });
      this.lists.push(new Map());
    }
    this.homes = this.lists.map((_, index) => index).filter((index) => index !== witness);
    for (let count = 0; count < elements; count += 1) this.add(this.homes[count % this.homes.length] ?? 0);
  }

  elementsOf(index: number): ElementOffer[] {
    return [...(this.lists[index]?.values() ?? [])];
  }

  /** As one manager defines it; undefined where it does not list it. */
  offerBy(index: number, element: string): ElementOffer | undefined {
    return this.lists[index]?.get(element);
  }

  listedBy(element: string): number[] {
    return [...(this.listers.get(element) ?? [])].sort((a, b) => a - b);
  }

  offerOf(element: string): ElementOffer | undefined {
    const [first] = this.listedBy(element);
    return first === undefined ? undefined : this.offerBy(first, element);
  }

  names(): string[] {
    return [...this.listers.keys()];
  }

  private list(index: number, offer: ElementOffer): void {
    this.lists[index]?.set(offer.name, offer);
    const known = this.listers.get(offer.name);
    if (known) known.add(index);
    else this.listers.set(offer.name, new Set([index]));
  }

  /** A new element at home with one manager, or with a second one as well. */
  add(home: number): number[] {
    const { stream, options } = this;
    this.made += 1;
    const kind = stream.next();
    const offer: ElementOffer = {
      name: `device/e${this.made}`,
      pool: kind < 0.15,
      methods: ['snmp'],
      cost: stream.between(0.1, 3),
      stationary: kind > 0.9,
      definition: definitionOf(
        Array.from({ length: stream.chance(0.3) ? 2 : 1 }, () => stream.pick(options.intervalsMs)),
      ),
    };
    const first = this.homes.includes(home) ? home : this.anyHome();
    const homes = new Set([first, ...(kind > 0.75 && kind < 0.9 ? [this.anyHome()] : [])]);
    for (const index of homes) this.list(index, offer);
    return [...homes];
  }

  /** Gone from the configuration of one of those that list it. */
  remove(element: string): number[] {
    const listed = this.listedBy(element);
    const from = listed[this.stream.int(Math.max(1, listed.length))];
    if (from === undefined) return [];
    this.lists[from]?.delete(element);
    if (listed.length === 1) this.listers.delete(element);
    else this.listers.get(element)?.delete(from);
    return [from];
  }

  /** Costs something else from now on. */
  change(element: string): number[] {
    const cost = this.stream.between(0.1, 3);
    const listed = this.listedBy(element);
    for (const index of listed) {
      const known = this.lists[index]?.get(element);
      if (known) this.list(index, { ...known, cost });
    }
    return listed;
  }

  /** At home with another manager as well. */
  share(element: string): number[] {
    const offer = this.offerOf(element);
    if (!offer || offer.stationary || offer.pool) return [];
    const home = this.anyHome();
    this.list(home, offer);
    return [home];
  }

  setPriority(index: number, priority: number): void {
    const known = this.managers[index];
    if (known) this.managers[index] = { ...known, priority };
  }

  private anyHome(): number {
    return this.homes[this.stream.int(this.homes.length)] ?? 0;
  }
}
