/**
 * The inventory as it travels, which is JSON: held to its shape, because every voter keeps it on disk and makes it anew from
 * there at each start, and whatever it trips over would end it then, again and again. What is not named here may stand
 * there, too: managers of the next version add to it.
 */
import type { PoolMessage } from '../../../pool/node/messages.js';
import { wrong } from './values.js';

/** Levels of the whole. */
const MOST_DEPTH = 16;
const LONGEST_NAME = 2048;

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const isText: Check = (value) => typeof value === 'string';
const isName: Check = (value) => typeof value === 'string' && value.length > 0 && value.length <= LONGEST_NAME;
/** JSON has no way to say infinite. */
const isNumber: Check = (value) => typeof value === 'number' || value === null;
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isFlag: Check = (value) => typeof value === 'boolean';
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((one) => check(one));
const recordOf =
  (shape: Shape): Check =>
  (value) =>
    isRecord(value) && Object.keys(shape).every((name) => fits(shape, value, name));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fits = (shape: Shape, value: Record<string, unknown>, name: string): boolean =>
  shape[name]?.(Object.hasOwn(value, name) ? value[name] : undefined) ?? false;

const names = listOf(isName);
const epoch = recordOf({ term: isCount, number: isCount, giver: isName });
const address = recordOf({
  id: isName,
  role: isName,
  name: maybe(isText),
  origin: isName,
  context: isText,
  socket: maybe(recordOf({ host: isName, port: isCount })),
});
const manager = recordOf({
  id: isName,
  role: isName,
  address,
  site: maybe(isText),
  priority: isNumber,
  capacity: isNumber,
  types: maybe(names),
  methods: maybe(names),
  sealKey: maybe(isText),
  failover: listOf(recordOf({ id: isName, types: maybe(names) })),
  standing: isName,
  why: maybe(isText),
  offered: isText,
});
const element = recordOf({
  name: isName,
  pool: isFlag,
  type: maybe(isText),
  methods: names,
  cost: isNumber,
  stationary: isFlag,
  definition: isText,
  listedBy: names,
});
const delegation = recordOf({ to: maybe(isName), untilMs: maybe(isNumber), because: isName });
const owned = recordOf({
  element: isName,
  owner: maybe(isName),
  standIn: maybe(isName),
  epoch: maybe(epoch),
  delegation: maybe(delegation),
  unwatched: maybe(isText),
  holder: maybe(isName),
  reason: maybe(isText),
  former: maybe(isName),
});

const CHANGE: Shape = {
  managers: maybe(listOf(manager)),
  forgotten: maybe(names),
  elements: maybe(listOf(element)),
  removed: maybe(names),
  owned: maybe(listOf(owned)),
  settled: maybe(listOf(recordOf({ element: isName, epoch }))),
};
const SNAPSHOT: Shape = { managers: listOf(manager), elements: listOf(element), owned: listOf(owned) };

/** @throws PtpError `Client.Validation` for decisions whose content is not what it should be. */
export function checkInventory(message: PoolMessage): void {
  if (message.is !== 'renew' && message.is !== 'install' && message.is !== 'fetched') return;
  const path = `/heartbeat/${message.is}`;
  if (message.is !== 'renew' && message.base.inventory !== undefined)
    check(SNAPSHOT, message.base.inventory, `${path}/base/inventory`);
  for (const { decision } of message.entries)
    if (decision.is === 'inventory') check(CHANGE, decision.change, `${path}/entries/change`);
}

function check(shape: Shape, value: unknown, path: string): void {
  if (!isRecord(value)) throw wrong(path, 'is no JSON object; it should be one');
  if (!isShallow(value, MOST_DEPTH)) throw wrong(path, `is too deep; it should have at most ${MOST_DEPTH} levels`);
  const bad = Object.keys(shape).find((name) => !fits(shape, value, name));
  if (bad !== undefined) throw wrong(path, `has ${bad} that are not what they should be`);
}

function isShallow(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return left > 0 && Object.values(value).every((one) => isShallow(one, left - 1));
}
