/** Operations on maintenance: times in which trouble with an element is expected, and nobody is to be called. */
import { boolean, id, list, operation, optional, record, string, time } from './fields.js';

const maintenanceWindow = record('MaintenanceWindow', {
  /** `device/core1` */
  element: id,
  /** Unique within the element. */
  id,
  from: time,
  to: time,
  text: optional(string),
  /** Who set it; absent where the configuration has it. */
  by: optional(id),
  /** Whether the element is in maintenance because of it. */
  active: boolean,
});

export const MAINTENANCE_OPERATIONS = {
  getMaintenance: operation({
    doc: 'The windows of an element that are not over; without an element those of all that the manager polls, at most 1,000.',
    role: 'viewer',
    input: { element: optional(id) },
    output: { manager: id, windows: list(maintenanceWindow) },
  }),

  setMaintenance: operation({
    doc: 'Puts an element into maintenance: what is raised meanwhile is told to nobody before the end.',
    role: 'operator',
    input: {
      element: id,
      /** Default: now. */
      from: optional(time),
      /** At most 90 days after `from`. */
      to: time,
      /** Why. */
      text: string,
    },
    output: { manager: id, window: maintenanceWindow },
  }),

  endMaintenance: operation({
    doc: 'Ends or takes back windows that people set, all of an element or one of them; what stands then is told.',
    role: 'operator',
    input: { element: id, window: optional(id) },
    output: { manager: id, windows: list(maintenanceWindow) },
  }),
} as const;
