/** The live memory of a manager: every element that it owns, as it may be shown. */

import type { ElementFacts } from '../access/access.js';
import type { ElementKind, ElementName, ManagedElement } from '../model/element.js';
import { accessKey, ELEMENT_KINDS, elementName, parseElementName } from '../model/element.js';
import type { Epoch } from '../model/manager.js';
import type { AccessState, ElementEntry } from '../model/ptp-store.js';
import { STATUSES, type Status } from '../model/status.js';
import type { ElementState } from '../store/store.js';
import { ElementNames, linksOf } from './discovered-links.js';

interface Content {
  readonly definition: ManagedElement;
  readonly epoch: Epoch;
  readonly state: ElementState;
  readonly facts: ElementFacts;
  readonly access: ReadonlyMap<string, AccessState>;
}

class Row implements Content {
  readonly definition: ManagedElement;
  readonly epoch: Epoch;
  state: ElementState;
  facts: ElementFacts;
  readonly access: Map<string, AccessState>;
  /** Made when somebody looks, and kept until something changes: many polls go by between two looks. */
  entry: ElementEntry | undefined;

  constructor({ definition, epoch, state, facts, access }: Content) {
    this.definition = definition;
    this.epoch = epoch;
    this.state = state;
    this.facts = facts;
    this.access = new Map(access);
  }
}

export class ElementTable {
  readonly #rows = new Map<ElementName, Row>();
  readonly #owner: string;
  readonly #names: ElementNames;

  /** @param configured What the configuration lists, polled here or by others: neighbours may be among them. */
  constructor(owner: string, configured: () => readonly ManagedElement[] = () => []) {
    this.#owner = owner;
    this.#names = new ElementNames(configured);
  }

  /** Adds an element, or gives a known one a new definition and keeps what is known of it. */
  define(definition: ManagedElement, epoch: Epoch, state: ElementState, facts: ElementFacts): void {
    const known = this.#rows.get(definition.name);
    const row = new Row({
      definition,
      epoch,
      state: known?.state ?? state,
      facts: known?.facts ?? facts,
      access: known ? remaining(known.access, definition) : new Map(),
    });
    if (definition.kind === 'device') this.#names.set(definition, row.facts);
    this.#rows.set(definition.name, row);
  }

  remove(name: ElementName): void {
    this.#names.remove(name);
    this.#rows.delete(name);
  }

  /** Takes over what a poll has brought. An element that has gone meanwhile stays gone. */
  apply(
    name: ElementName,
    change: { state?: ElementState; facts?: ElementFacts; key?: string; access?: AccessState },
  ): void {
    const row = this.#rows.get(name);
    if (!row) return;
    if (change.state) row.state = change.state;
    if (change.facts) {
      const { sysName, hardwareAddresses } = row.facts;
      const isRenamed = change.facts.sysName !== sysName || change.facts.hardwareAddresses !== hardwareAddresses;
      row.facts = change.facts;
      if (isRenamed && row.definition.kind === 'device') this.#names.set(row.definition, row.facts);
    }
    if (change.access && change.key !== undefined) row.access.set(change.key, change.access);
    row.entry = undefined;
  }

  get(name: ElementName): ElementEntry | undefined {
    const row = this.#rows.get(name);
    return row && this.#shown(row);
  }

  definition(name: ElementName): ManagedElement | undefined {
    return this.#rows.get(name)?.definition;
  }

  definitions(): readonly ManagedElement[] {
    return [...this.#rows.values()].map(({ definition }) => definition);
  }

  /**
   * The element meant by `device/core1` or, where only one kind has it, by `core1`.
   * An id that looks like a name of another kind is taken as the name first.
   */
  find(reference: string): ElementName | undefined {
    const named = parseElementName(reference);
    if (named && this.#rows.has(elementName(named.kind, named.id))) return elementName(named.kind, named.id);
    const candidates = ELEMENT_KINDS.map((kind) => elementName(kind, reference)).filter((name) => this.#rows.has(name));
    return candidates.length === 1 ? candidates[0] : undefined;
  }

  entries(kind?: ElementKind): ElementEntry[] {
    const entries: ElementEntry[] = [];
    for (const row of this.#rows.values()) if (!kind || row.definition.kind === kind) entries.push(this.#shown(row));
    return entries;
  }

  names(): ElementName[] {
    return [...this.#rows.keys()];
  }

  get size(): number {
    return this.#rows.size;
  }

  counts(): { status: Status; count: number }[] {
    const counts = new Map<Status, number>();
    for (const { state } of this.#rows.values()) counts.set(state.status, (counts.get(state.status) ?? 0) + 1);
    return STATUSES.flatMap((status) => (counts.has(status) ? [{ status, count: counts.get(status) ?? 0 }] : []));
  }

  #shown(row: Row): ElementEntry {
    row.entry ??= this.#entryOf(row);
    return row.entry;
  }

  #entryOf({ definition, epoch, state, facts, access }: Content): ElementEntry {
    let metrics: ElementEntry['metrics'] | undefined;
    return {
      kind: definition.kind,
      id: definition.id,
      ip: definition.ip,
      dnsname: definition.dnsname,
      label: definition.label ?? facts.sysName,
      status: state.status,
      since: state.since || undefined,
      reason: state.reason,
      type: definition.type ?? facts.type,
      vendor: definition.vendor ?? facts.vendor,
      model: definition.model ?? facts.model,
      owner: this.#owner,
      epoch,
      description: definition.description ?? facts.description,
      portal: definition.portal,
      location: definition.location ?? facts.location,
      customers: definition.customers,
      deviceName: definition.device,
      nwview: definition.nwview,
      links: linksOf(definition, facts.neighbours ?? [], this.#names.find),
      parents: definition.parents,
      access: statesOf(definition, access, this.#owner),
      // A list of elements has no need of all that was ever measured of them.
      get metrics() {
        metrics ??= state.latest;
        return metrics;
      },
    };
  }
}

/** With the manager through which each is reached, where that is another one. */
const statesOf = (
  definition: ManagedElement,
  states: ReadonlyMap<string, AccessState>,
  owner: string,
): readonly AccessState[] =>
  definition.access.some(({ via }) => via !== undefined && via !== owner)
    ? definition.access.flatMap(({ via }, index) => {
        const state = states.get(accessKey(definition.name, index));
        return state ? [via === undefined || via === owner ? state : { ...state, via }] : [];
      })
    : [...states.values()];

/** States of those accesses that a definition still has. */
function remaining(
  states: ReadonlyMap<string, AccessState>,
  { name, access }: ManagedElement,
): ReadonlyMap<string, AccessState> {
  return new Map(
    access.flatMap(({ method }, index) => {
      const key = accessKey(name, index);
      const state = states.get(key);
      return state?.method === method ? [[key, state] as const] : [];
    }),
  );
}
