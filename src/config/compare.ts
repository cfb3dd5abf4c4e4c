/** What a new configuration changes, in data for the manager and in sentences for people. */
import { isDeepStrictEqual } from 'node:util';
import type { ElementName, ManagedElement } from '../model/element.js';
import type { ManagerAddress } from '../model/manager.js';
import { withoutWindows } from './maintenance.js';
import type { Settings } from './settings.js';

export interface Comparison {
  readonly added: readonly ElementName[];
  readonly removed: readonly ElementName[];
  /** Defined differently, or reached with a credential that changed. */
  readonly changed: readonly ElementName[];
  /** What else takes effect at once; no secret in it. */
  readonly effects: readonly string[];
  /** What a running manager cannot change, each with its reason. */
  readonly needsRestart: readonly string[];
}

/** Pure. Comments, formatting and the order of elements make no difference. */
export function compareSettings(before: Settings, after: Settings): Comparison {
  const known = new Map(before.elements.map((element) => [element.name, element]));
  const wanted = new Map(after.elements.map((element) => [element.name, element]));
  const isSame = (one: ManagedElement, other: ManagedElement): boolean =>
    isDeepStrictEqual(withoutWindows(one), withoutWindows(other)) &&
    isDeepStrictEqual(credentialsOf(one, before), credentialsOf(other, after));
  const added = [...wanted.keys()].filter((name) => !known.has(name)).sort();
  const removed = [...known.keys()].filter((name) => !wanted.has(name)).sort();
  const changed = [...wanted.values()]
    .filter((element) => {
      const former = known.get(element.name);
      return former !== undefined && !isSame(former, element);
    })
    .map(({ name }) => name)
    .sort();
  return {
    added,
    removed,
    changed,
    effects: [
      ...elementEffects(added, removed, changed),
      ...managerEffects('neighbour', before.neighbors, after.neighbors),
      ...managerEffects('integration manager', before.integrationManagers, after.integrationManagers),
      ...managerEffects('manager', before.managers, after.managers),
      ...securityEffects(before, after),
      ...otherEffects(before, after),
    ],
    needsRestart: restartReasons(before, after),
  };
}

const credentialsOf = (element: ManagedElement, settings: Settings): readonly unknown[] =>
  element.access.map(({ credential }) => (credential === undefined ? undefined : settings.credentials.get(credential)));

function elementEffects(
  added: readonly string[],
  removed: readonly string[],
  changed: readonly string[],
): readonly string[] {
  return [
    ...(added.length > 0 ? [`${listed(added)} ${added.length > 1 ? 'are' : 'is'} polled from now on`] : []),
    ...(removed.length > 0 ? [`${listed(removed)} ${removed.length > 1 ? 'are' : 'is'} no longer polled`] : []),
    ...(changed.length > 0
      ? [`${listed(changed)} ${changed.length > 1 ? 'are' : 'is'} polled by the new definition`]
      : []),
  ];
}

function managerEffects(
  what: string,
  before: readonly ManagerAddress[],
  after: readonly ManagerAddress[],
): readonly string[] {
  const known = new Map(before.map((one) => [one.id, one]));
  const wanted = new Map(after.map((one) => [one.id, one]));
  const effects: string[] = [];
  for (const [id, address] of wanted) {
    const former = known.get(id);
    if (!former) effects.push(`${what} ${id} is added`);
    else if (!isDeepStrictEqual(former, address)) effects.push(`${what} ${id} is reached as newly written`);
  }
  for (const id of known.keys()) if (!wanted.has(id)) effects.push(`${what} ${id} is removed`);
  return effects;
}

function securityEffects(before: Settings, after: Settings): readonly string[] {
  const known = new Map(before.security.users.map((user) => [user.name, user]));
  const wanted = new Map(after.security.users.map((user) => [user.name, user]));
  const effects: string[] = [];
  for (const [name, user] of wanted) {
    const former = known.get(name);
    if (!former) effects.push(`user ${name} is added as ${user.role}`);
    else {
      if (former.role !== user.role) effects.push(`user ${name} is ${user.role} instead of ${former.role}`);
      if (former.password !== user.password) effects.push(`user ${name} has a new password`);
    }
  }
  for (const name of known.keys()) if (!wanted.has(name)) effects.push(`user ${name} is removed`);
  if (before.pool?.key !== after.pool?.key) effects.push('the pool key is another');
  if (before.pool?.acceptKey !== after.pool?.acceptKey)
    effects.push(after.pool?.acceptKey ? 'a second pool key is accepted' : 'no second pool key is accepted any more');
  if (before.security.anonymous !== after.security.anonymous)
    effects.push(`who is not logged in may ${after.security.anonymous === 'viewer' ? 'look' : 'no longer look'}`);
  if (!isDeepStrictEqual(before.security.tls, after.security.tls)) effects.push('certificates are read anew');
  return effects;
}

/** Parts that are compared as a whole, and how their change is said. */
const OTHERS: readonly (readonly [part: (settings: Settings) => unknown, sentence: string])[] = [
  [({ name }) => name, 'the manager has another name'],
  [({ site }) => site, 'the manager is at another site'],
  [({ failover }) => failover, 'the failover managers are others'],
  [({ pool }) => pool?.priority, 'the manager has another priority in the pool'],
  [({ pool }) => pool?.capacity, 'the manager can carry another poll cost per second'],
  [({ schedule }) => schedule.pushMs, 'changes go to the integration managers at another interval'],
  [
    ({ store }) => [store.retentionMs, store.rollupsMs, store.budgetBytes],
    'samples and events are kept for another time',
  ],
  [({ supports }) => supports, 'the device types that the manager declares are others'],
  [({ deviceTypes }) => deviceTypes, 'what is collected by device type changes'],
  [({ filters }) => filters, 'the filters change'],
  [({ sources }) => sources, 'further elements are read from other sources'],
  [({ discovery }) => discovery, 'networks are searched in another way'],
  [({ eventRules }) => eventRules, 'the rules for events change'],
  [({ maintenance }) => maintenance, 'the maintenance windows change'],
  [({ applicationServers }) => applicationServers, 'the application servers change'],
  [({ stylesheets }) => stylesheets, 'pages are made by other stylesheets'],
];

const otherEffects = (before: Settings, after: Settings): readonly string[] =>
  OTHERS.filter(([part]) => !isDeepStrictEqual(part(before), part(after))).map(([, sentence]) => sentence);

const FIXED: readonly (readonly [part: (settings: Settings) => unknown, sentence: string])[] = [
  [({ id }) => id, 'the id of the manager cannot change while it runs'],
  [({ role }) => role, 'the type of the manager cannot change while it runs'],
  [({ bind }) => bind, 'the address of the HTTP server cannot change while it runs'],
  [({ socketBind }) => socketBind, 'the address of the socket server cannot change while it runs'],
  [
    ({ address }) => [address.origin, address.context],
    'uri and context of the HTTP server cannot change while it runs',
  ],
  [({ security }) => security.tls?.clients, 'what TLS asks of clients cannot change while the manager runs'],
  [
    ({ pool }) => pool && [pool.name, pool.group, pool.quorum, pool.heartbeatMs, pool.forgetMs, pool.found],
    'of the pool only key, priority and capacity can change while the manager runs',
  ],
  [({ store }) => [store.type, store.url, store.postgres], 'the place of the store cannot change while it runs'],
  [({ manages, portal }) => [manages, portal], 'manages and portal cannot change while the manager runs'],
];

const restartReasons = (before: Settings, after: Settings): readonly string[] =>
  FIXED.filter(([part]) => !isDeepStrictEqual(part(before), part(after))).map(([, sentence]) => sentence);

function listed(names: readonly string[]): string {
  const most = 5;
  return names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ');
}
