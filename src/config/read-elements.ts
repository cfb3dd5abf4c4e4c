/** `DEVICES`, `SERVICES` and `APPLICATIONS`; also those that come from elsewhere, such as the files of `SOURCES`. */
import { isIP } from 'node:net';
import { type ElementKind, elementName, type Link, type ManagedElement } from '../model/element.js';
import type { PositionedElement } from '../xml/positions.js';
import { type ReadAccess, readAccess } from './read-access.js';
import type { ConfigReader } from './reader.js';

/** The element of each kind and its container. */
export const ELEMENT_LISTS: readonly { readonly kind: ElementKind; readonly list: string; readonly element: string }[] =
  [
    { kind: 'device', list: 'DEVICES', element: 'DEVICE' },
    { kind: 'service', list: 'SERVICES', element: 'SERVICE' },
    { kind: 'application', list: 'APPLICATIONS', element: 'APPLICATION' },
  ];

/** An element with the places of its definition, for rules that come after. */
export interface ReadElement {
  readonly at: PositionedElement;
  readonly element: ManagedElement;
  readonly access: readonly ReadAccess[];
}

/**
 * All elements of one `DEVICES`, `SERVICES` or `APPLICATIONS`; faulty ones are left out, their faults are the reader's.
 *
 * @param pullMs Interval of what names none.
 */
export function readElementList(reader: ConfigReader, list: PositionedElement, pullMs: number): readonly ReadElement[] {
  const found = ELEMENT_LISTS.find((one) => one.list === list.name);
  return found
    ? reader.children(list, found.element).flatMap((at) => readElement(reader, at, found.kind, pullMs) ?? [])
    : [];
}

function readElement(
  reader: ConfigReader,
  at: PositionedElement,
  kind: ElementKind,
  pullMs: number,
): ReadElement | undefined {
  const ip = reader.parsed(at, 'ip', (text) => (isIP(text.replace(/%.*$/, '')) ? text : undefined));
  const dnsname = reader.text(at, 'dnsname');
  const id = reader.text(at, 'id') ?? dnsname ?? ip;
  const texts = optionalTexts(reader, at);
  const access = reader.children(at, 'ACCESS').flatMap((one) => readAccess(reader, one, pullMs) ?? []);
  const links = reader.children(at, 'LINK').flatMap((link) => readLink(reader, link) ?? []);
  const parents = reader.children(at, 'PARENT').flatMap((parent) => reader.text(parent, 'id') ?? []);
  const customers = reader.children(reader.child(at, 'CUSTOMERS'), 'CUSTOMER').flatMap((one) => one.text.trim() || []);
  const pool = reader.boolean(at, 'pool') ?? false;
  if (id === undefined) {
    if (!['id', 'dnsname', 'ip'].some((name) => reader.has(at, name)))
      reader.fault(at, undefined, `${at.name} has no id, dnsname or ip; give it at least one of them`);
    return undefined;
  }
  const addresses = { ...(ip && { ip }), ...(dnsname && { dnsname }) };
  const specs = access.map((one) => one.spec);
  return {
    at,
    access,
    element: {
      kind,
      id,
      name: elementName(kind, id),
      ...addresses,
      ...texts,
      pool,
      customers,
      links,
      parents,
      access: specs,
    },
  };
}

type Texts = Pick<
  ManagedElement,
  'label' | 'type' | 'vendor' | 'model' | 'location' | 'device' | 'nwview' | 'description' | 'portal'
>;

function optionalTexts(reader: ConfigReader, at: PositionedElement): Texts {
  const [label, type, vendor, model, location] = ['label', 'type', 'vendor', 'model', 'location'].map((name) =>
    reader.text(at, name),
  );
  const [device, nwview] = ['device', 'nwview'].map((name) => reader.text(at, name));
  const description = reader.childText(at, 'DESCRIPTION');
  const portal = reader.childText(at, 'PORTAL');
  return {
    ...(label && { label }),
    ...(type && { type }),
    ...(vendor && { vendor }),
    ...(model && { model }),
    ...(location && { location }),
    ...(device && { device }),
    ...(nwview && { nwview }),
    ...(description && { description }),
    ...(portal && { portal }),
  };
}

function readLink(reader: ConfigReader, at: PositionedElement): Link | undefined {
  const to = reader.text(at, 'to');
  const capacity = reader.text(at, 'capacity');
  const cost = reader.number(at, 'cost');
  const label = reader.text(at, 'label');
  if (cost !== undefined && cost < 0)
    reader.fault(at, 'cost', `${reader.shown(at, 'cost')} is negative; it should be 0 or more`);
  return to === undefined
    ? undefined
    : { to, ...(capacity && { capacity }), ...(cost !== undefined && { cost }), ...(label && { label }) };
}
