/** Events as they are taken in: checked, and in the form in which a query will show them. */
import { PtpError } from '../../base/errors.js';
import { type ElementName, isElementName } from '../../model/element.js';
import type { NewEvent, PtpEvent } from '../../model/event.js';
import { SEVERITIES, type Severity } from '../../model/status.js';
import { storable } from './driver.js';

/** Has no id until it is stored. */
export type TakenEvent = { -readonly [Field in keyof PtpEvent]: PtpEvent[Field] };

const RANKS: ReadonlySet<string> = new Set(SEVERITIES);

/**
 * Whole milliseconds, and no field that is not known.
 * @throws PtpError `Client.Validation`
 */
export function takenEvent(
  { time, severity, name, text, element, source, alarm }: NewEvent,
  manager: string,
): TakenEvent {
  if (!Number.isFinite(time))
    throw new PtpError('Client.Validation', `the time of the event ${JSON.stringify(name)} is no number`);
  checkSeverity(severity);
  const event: TakenEvent = {
    id: 0,
    manager,
    time: Math.trunc(time),
    severity,
    name: storable(name),
    text: storable(text),
  };
  if (element !== undefined) {
    checkElement(element);
    event.element = element;
  }
  if (source !== undefined) event.source = source;
  if (alarm !== undefined) event.alarm = alarm;
  return event;
}

/** The same, now that they are stored. */
export function withIds(events: readonly TakenEvent[], ids: readonly number[]): readonly PtpEvent[] {
  events.forEach((event, at) => {
    event.id = ids[at] ?? 0;
  });
  return events;
}

/** @throws PtpError `Client.Validation` */
export function checkSeverity(severity: Severity): void {
  if (RANKS.has(severity)) return;
  throw new PtpError(
    'Client.Validation',
    `${JSON.stringify(severity)} is no severity; it would be one of ${SEVERITIES.join(', ')}`,
  );
}

/** @throws PtpError `Client.Validation` */
export function checkElement(name: ElementName): void {
  if (isElementName(name)) return;
  throw new PtpError(
    'Client.Validation',
    `${JSON.stringify(name)} is not the name of an element; it would be device/ID, service/ID or application/ID`,
  );
}
