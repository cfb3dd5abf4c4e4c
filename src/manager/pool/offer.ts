/** What a manager offers to its pool: what it is, and the elements that its configuration lists. */
import { asPtpError } from '../../base/errors.js';
import type { Settings } from '../../config/settings.js';
import type { ElementName, ManagedElement } from '../../model/element.js';
import type { ElementCost, ElementOffer, ManagerOffer } from '../../pool/inventory/inventory.js';
import { FIRST_COST_MS } from '../collector/cost.js';
import { exportDefinition } from './bundle/definition.js';
import { credentialIds, isLocal } from './secrets.js';

export interface OfferParts {
  readonly role: ManagerOffer['role'];
  readonly settings: Settings;
  /** Access methods that this manager can use. */
  readonly methods: readonly string[];
  /** Poll cost per second that the manager can carry. */
  readonly capacity: number;
  /** Milliseconds of work per second, as measured here; 0 before the first poll. */
  readonly costOf: (element: ElementName) => number;
  /** What is polled here. */
  readonly owned: () => readonly ElementName[];
  /** Whether secrets may travel: the pool has a key that not everybody knows. */
  readonly hasKey: boolean;
  /** By which others seal secrets for this manager. */
  readonly sealKey?: string;
}

/** What reads the manager's own disk, or runs code that only it has: nobody else can do that, but may ask a surrogate to. */
export const STATIONARY: ReadonlySet<string> = new Set(['file', 'api']);

export function managerOffer({ role, settings, capacity, methods, sealKey }: OfferParts): ManagerOffer {
  const { id, address, site, pool, failover } = settings;
  return {
    id,
    role,
    address,
    priority: pool?.priority ?? 0,
    capacity: rounded(capacity),
    methods,
    failover: failover.map((one) => ({ id: one.id, ...(one.types.length > 0 && { types: one.types }) })),
    ...(site && { site: site.id }),
    ...(sealKey !== undefined && { sealKey }),
  };
}

/** What an integration manager lists and does not manage itself is for the pool to give to somebody. */
/** One that is too long to travel is left out: the others must not be without a pool because of it. */
export const elementOffers = (parts: OfferParts): ElementOffer[] =>
  parts.settings.elements.flatMap((element) => elementOffer(parts, element) ?? []);

/** Of what is polled here and listed by others. */
export function elementCosts({ settings, owned, costOf }: OfferParts): ElementCost[] {
  const listed = new Set(settings.elements.map(({ name }) => name));
  return owned().flatMap((name) => (listed.has(name) ? [] : [{ name, cost: rounded(costOf(name)) }]));
}

function elementOffer({ costOf, hasKey, settings }: OfferParts, element: ManagedElement): ElementOffer | undefined {
  const { name, type, access } = element;
  const pool = element.pool || !settings.manages;
  const credentials = credentialIds(element);
  const isTied = credentials.some((id) => !hasKey || isLocal(settings.credentials.get(id)));
  const definition = definitionOf(element, pool);
  if (definition === undefined) return undefined;
  const assumed = access.reduce((sum, { intervalMs }) => sum + (FIRST_COST_MS * 1000) / intervalMs, 0);
  return {
    name,
    pool,
    ...(type !== undefined && { type }),
    methods: [...new Set(access.map(({ method }) => method))].sort(),
    cost: rounded(costOf(name) || assumed),
    stationary: access.some(({ method, via }) => via === undefined && STATIONARY.has(method)) || isTied,
    definition,
  };
}

/** Offers are made again and again, for their costs; elements stay the same as long as the configuration does. */
const definitions = new WeakMap<ManagedElement, { readonly pool: boolean; readonly text: string | undefined }>();

function definitionOf(element: ManagedElement, pool: boolean): string | undefined {
  const known = definitions.get(element);
  if (known?.pool === pool) return known.text;
  let text: string | undefined;
  try {
    text = exportDefinition(element.pool === pool ? element : { ...element, pool });
  } catch (thrown) {
    if (asPtpError(thrown).code !== 'Client.TooLarge') throw thrown;
  }
  definitions.set(element, { pool, text });
  return text;
}

const rounded = (cost: number): number => Math.round(cost * 1000) / 1000;
