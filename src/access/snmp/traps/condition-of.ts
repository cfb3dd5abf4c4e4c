/** Which condition a notification raises or ends: of two that speak of the same thing, one says when it begins and one when it is over. */
import type { VarBind } from '../message/bindings.js';

interface Pair {
  readonly key: string;
  /** OID of the table's entry: below it stand a column and the index of the thing. */
  readonly entry: string;
}

const LINK: Pair = { key: 'link', entry: '1.3.6.1.2.1.2.2.1' };
const BGP: Pair = { key: 'bgp', entry: '1.3.6.1.2.1.15.3.1' };
const RMON: Pair = { key: 'rmon', entry: '1.3.6.1.2.1.16.3.1.1' };
const UPS: Pair = { key: 'ups', entry: '1.3.6.1.2.1.33.1.6.2.1' };
/** jnxContentsEntry, jnxFruEntry */
const juniper = (key: string): Pair => ({ key, entry: '1.3.6.1.4.1.2636.3.1.8.1' });
const FRU: Pair = { key: 'fruPower', entry: '1.3.6.1.4.1.2636.3.1.15.1' };

/** By name. */
const PAIRS: ReadonlyMap<string, Pair> = new Map([
  ['linkDown', LINK],
  ['linkUp', LINK],
  ['bgpBackwardTransition', BGP],
  ['bgpEstablished', BGP],
  ['risingAlarm', RMON],
  ['fallingAlarm', RMON],
  ['upsTrapAlarmEntryAdded', UPS],
  ['upsTrapAlarmEntryRemoved', UPS],
  ['jnxPowerSupplyFailure', juniper('power')],
  ['jnxPowerSupplyOK', juniper('power')],
  ['jnxFanFailure', juniper('fan')],
  ['jnxFanOK', juniper('fan')],
  ['jnxOverTemperature', juniper('temperature')],
  ['jnxTemperatureOK', juniper('temperature')],
  ['jnxFruPowerOff', FRU],
  ['jnxFruPowerOn', FRU],
]);

/** `link 3`; without an index where the notification does not say of which thing it speaks. */
export function conditionOf(name: string, bindings: readonly Pick<VarBind, 'oid'>[]): string | undefined {
  const pair = PAIRS.get(name);
  if (!pair) return undefined;
  const below = `${pair.entry}.`;
  for (const { oid } of bindings) {
    if (!oid.startsWith(below)) continue;
    const index = oid.slice(oid.indexOf('.', below.length) + 1);
    if (oid.indexOf('.', below.length) > 0 && index !== '') return `${pair.key} ${index}`;
  }
  return pair.key;
}
