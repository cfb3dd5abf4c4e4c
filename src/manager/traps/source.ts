/** What the event of a notification says of where it comes from, and how such an event is known again. */

/** No other source begins so: users, logs and application servers are called by other words. */
const RELAYED = 'trap of manager ';

/** @param manager That told of an event of its own; undefined for the notification of a device. */
export const sourceOf = (from: string, manager: string | undefined): string =>
  manager === undefined ? `trap ${from}` : `${RELAYED}${manager} at ${from}`;

/** Told by another manager: were it passed on as a trap, two managers could send it to each other for ever. */
export const isRelayed = (source: string | undefined): boolean => source?.startsWith(RELAYED) === true;
