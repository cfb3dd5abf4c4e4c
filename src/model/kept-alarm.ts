/** The second copy of alarms: what one manager keeps on disk for another. */

import type { Alarm } from './alarm.js';
import { type ElementName, parseElementName } from './element.js';
import { compareEpochs, type Epoch } from './manager.js';

/** Whose alarms: those of an element, or those of a manager itself. */
export type AlarmSubject = ElementName | `manager/${string}`;

const OWN = 'manager/';

export const ownSubject = (manager: string): AlarmSubject => `manager/${manager}`;

export const subjectOf = ({ element, manager }: Pick<Alarm, 'element' | 'manager'>): AlarmSubject =>
  element ?? ownSubject(manager);

/** Undefined: those of a manager itself. */
export function elementOf(subject: AlarmSubject): ElementName | undefined {
  const parsed = parseElementName(subject);
  return parsed && `${parsed.kind}/${parsed.id}`;
}

export function parseSubject(text: string): AlarmSubject | undefined {
  if (text.startsWith(OWN)) return text.length > OWN.length ? `manager/${text.slice(OWN.length)}` : undefined;
  const parsed = parseElementName(text);
  return parsed && `${parsed.kind}/${parsed.id}`;
}

/**
 * Of two copies the one with the higher version is the newer: under a newer ownership, by a later start of the owner, begun
 * later by it. No clock is asked.
 */
export interface KeptVersion {
  readonly epoch: Epoch;
  /** Start of the owner. */
  readonly incarnation: number;
  /** Of the owner's message that began the copy; {@link AT_OWNER} of what the owner itself has. */
  readonly number: number;
}

/** The owner's own copy is newer than all that it has sent. */
export const AT_OWNER = Number.MAX_SAFE_INTEGER;

export const compareVersions = (a: KeptVersion, b: KeptVersion): number =>
  compareEpochs(a.epoch, b.epoch) || a.incarnation - b.incarnation || a.number - b.number;

/** That a manager keeps all open alarms of a subject, as they were from that version on. */
export interface KeptSet extends KeptVersion {
  readonly subject: AlarmSubject;
  /** Whose alarms they were then. */
  readonly owner: string;
}

export interface KeptAlarm {
  /** Of the alarm. */
  readonly id: string;
  readonly subject: AlarmSubject;
  /** When it came, milliseconds since 1970 by the clock of whoever keeps it. */
  readonly at: number;
  /** JSON of the alarm, at most 256 KiB. */
  readonly body: string;
}

/** What is removed goes first; what is put takes the place of what was kept of that subject or alarm. */
export interface KeptChange {
  readonly sets: readonly KeptSet[];
  readonly alarms: readonly KeptAlarm[];
  /** Subjects of which nothing is kept any more. */
  readonly forgotten: readonly AlarmSubject[];
  /** Ids of alarms. */
  readonly removed: readonly string[];
}

export interface KeptAlarms {
  readonly sets: readonly KeptSet[];
  readonly alarms: readonly KeptAlarm[];
}
