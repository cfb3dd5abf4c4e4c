/** What a notification means as an event: by its OID a name and a severity, by its variables a text. Pure. */
import type { ElementName } from '../../../model/element.js';
import type { NewEvent } from '../../../model/event.js';
import type { VarBind } from '../message/bindings.js';
import { scalarOf } from '../values.js';
import { conditionOf } from './condition-of.js';
import { knownTrap, knownVariable } from './known-traps.js';
import type { Notification } from './notification.js';
import { relayedEvent } from './ptpmgr-mib.js';

/** Characters of one value, of all together, and of a name. */
const MOST_VALUE = 200;
const MOST_TEXT = 2000;
const MOST_NAME = 128;

export interface TrapEvent extends Pick<NewEvent, 'name' | 'severity' | 'text' | 'alarm'> {
  /** Manager that tells of an event of its own. */
  readonly manager?: string;
  /** That the manager names. */
  readonly element?: ElementName;
}

/** A notification without a known name is called by its OID, which an `EVENT name="1\.3\.6\.1\.4\.1\.9\..*"` can match. */
export function eventOf(notification: Notification): TrapEvent {
  const relayed = relayedEvent(notification);
  if (relayed) {
    const { manager, severity, name, text, element } = relayed;
    return { manager: plain(manager), severity, name: plain(name), text, ...(element && { element }) };
  }
  const { name, severity } = headOf(notification.trapOid);
  const text = textOf(notification);
  const alarm = conditionOf(name, notification.bindings);
  return alarm === undefined ? { name, severity, text } : { name, severity, text, alarm };
}

type Head = Pick<TrapEvent, 'name' | 'severity'>;

/** Of late. */
const HEADS = new Map<string, Head>();
const MOST_HEADS = 1000;

function headOf(trapOid: string): Head {
  const known = HEADS.get(trapOid);
  if (known) return known;
  if (HEADS.size >= MOST_HEADS) HEADS.clear();
  const made: Head = knownTrap(trapOid) ?? { name: trapOid.slice(0, MOST_NAME), severity: 'indeterminate' };
  HEADS.set(trapOid, made);
  return made;
}

function textOf({ trapOid, bindings, count }: Notification): string {
  let text = '';
  let shown = 0;
  for (const binding of bindings) {
    const part = `${text === '' ? '' : ', '}${bindingText(binding)}`;
    if (text.length + part.length > MOST_TEXT) break;
    text += part;
    shown += 1;
  }
  const left = count - shown;
  const rest = left > 0 ? `${text === '' ? '' : ', '}and ${left} more` : '';
  return `${text}${rest}` || `notification ${trapOid} without variables`;
}

function bindingText(binding: VarBind): string {
  const { name, states } = labelOf(binding.oid);
  const value = scalarOf(binding);
  const state = typeof value === 'number' ? states?.[value - 1] : undefined;
  const shown = state ?? (value === undefined ? 'nothing' : String(value).trim().slice(0, MOST_VALUE));
  return `${name} = ${shown}`;
}

interface Label {
  readonly name: string;
  readonly states: readonly string[] | undefined;
}

/** Of late. What a device tells of it tells of again and again. */
const LABELS = new Map<string, Label>();
const MOST_LABELS = 4096;

function labelOf(oid: string): Label {
  const label = LABELS.get(oid);
  if (label) return label;
  if (LABELS.size >= MOST_LABELS) LABELS.clear();
  const made = makeLabel(oid);
  LABELS.set(oid, made);
  return made;
}

function makeLabel(oid: string): Label {
  const known = knownVariable(oid);
  if (!known) return { name: oid, states: undefined };
  const { variable, index } = known;
  return { name: `${variable.name}${index && index !== '0' ? `.${index}` : ''}`, states: variable.states };
}

/** A name in one line, of characters that can be seen. */
const plain = (name: string): string => name.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '_').slice(0, MOST_NAME);
