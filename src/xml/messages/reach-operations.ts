/** Operations by which managers tell apart what is dead from what only one of them cannot reach, and reach it for others. */
import { boolean, decimal, id, int, list, oneOf, operation, optional, record, string } from './fields.js';

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

  getStanding: operation({
    doc: 'Asks about elements on which others depend whether they are out. Those that have not answered lately are looked at.',
    role: 'peer',
    input: {
      /** `device/core1`; at most 200. */
      element: list(id),
      /** An answer of the element longer ago than these seconds is no news. */
      since: decimal,
    },
    output: {
      /** In the order of the question, without those that are not known. */
      standing: list(
        record('ElementStanding', {
          element: id,
          /** Whether the manager that answers polls it. */
          watched: boolean,
          /** Who polls it instead, as far as that is known. */
          owner: optional(id),
          /** Absent: it is not called out. */
          status: optional(oneOf('OutStatus', ['down', 'unreachable'])),
          /** Seconds. */
          outFor: optional(decimal),
          /** What is out by itself, where the element is unreachable because of that. */
          behind: optional(
            record('StandingRoot', {
              element: id,
              status: oneOf('OutStatus', ['down', 'unreachable']),
              /** Seconds. */
              outFor: decimal,
              /** Id of the alarm that tells of it. */
              alarm: optional(id),
            }),
          ),
          /** Id of the alarm that tells of it. */
          alarm: optional(id),
          /** Seconds since its latest answer. */
          answeredAgo: optional(decimal),
        }),
      ),
    },
  }),

  pollElement: operation({
    doc: 'Has a manager make one try of a poll of an element that its owner reaches through it only (ACCESS via). Nothing is stored.',
    role: 'peer',
    input: {
      /** `device/core1` */
      element: id,
      /** Position of the access within the definition, from 0. */
      access: int,
      /** JSON without secrets: how the owner polls it. It has to be what the configuration of the asked one, or the pool, says. */
      definition: string,
      /** Its credentials, encrypted for the asked one, for when that has none of that id. */
      sealed: optional(string),
      /** JSON: what the access method asked to be kept at the latest poll. */
      memory: optional(string),
    },
    output: {
      outcome: oneOf('PollOutcome', ['answered', 'failed']),
      /** What was wrong with the element, by a stable code and in a sentence, when it failed. */
      code: optional(id),
      reason: optional(string),
      /** Seconds that the element took. */
      responseTime: optional(decimal),
      /** JSON in pieces: values, events, facts and what is to be kept, when it answered. */
      answer: list(string),
    },
  }),
} as const;
