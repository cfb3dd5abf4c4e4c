/**
 * The common data format as a plan for a client says it: the tree of the XML, with what the clients tell in ways of their
 * own marked by `$attributes` and `$text`.
 */
import type { PtpStore } from '../../../src/model/ptp-store.js';
import { parseXml, type XmlNode } from '../../../src/xml/parse.js';
import { writePtpStore } from '../../../src/xml/ptp-store-write.js';

const LISTS = new Set(
  'EMANAGER EIMANAGER FAILOVER_EM Device Service Application Customer Link Parent Access Metric Alarm'.split(' '),
);
const TEXTS = new Set('Description Portal Location Customer DeviceName Clients NWView Parent Text'.split(' '));

export type Told = string | { readonly [name: string]: Told | readonly Told[] };

export const plannedStore = (store: PtpStore): Told => told(parseXml(writePtpStore(store)));

function told({ name, attributes, children, text }: XmlNode): Told {
  if (TEXTS.has(name)) return text;
  const record: Record<string, Told | readonly Told[]> = {};
  if (attributes.size > 0) record.$attributes = Object.fromEntries(attributes);
  if (name === 'Metric') record.$text = text;
  for (const child of children)
    record[child.name] = LISTS.has(child.name)
      ? children.filter((one) => one.name === child.name).map(told)
      : told(child);
  return record;
}
