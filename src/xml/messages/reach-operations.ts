/** Operations by which managers tell apart what is dead from what only one of them cannot reach. */
import { decimal, id, int, oneOf, operation, optional, string } from './fields.js';

export const REACH_OPERATIONS = {
  tryElement: operation({
    doc: 'Has a manager try once to reach an element that does not answer another. No poll: nothing is stored.',
    role: 'peer',
    input: {
      /** `device/core1` */
      element: id,
      /** Position of the access within the element, from 0, and its method. */
      access: int,
      method: id,
      /** JSON without secrets, for a manager that does not list the element itself. */
      definition: optional(string),
    },
    output: {
      /** `notTried`: it has no way to try, or is busy with other tries. */
      outcome: oneOf('TryOutcome', ['reached', 'unreached', 'notTried']),
      /** Unless it answered as it should. */
      reason: optional(string),
      /** Seconds. */
      responseTime: optional(decimal),
    },
  }),
} as const;
