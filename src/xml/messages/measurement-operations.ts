/** Operations on what was measured: series, reports, and what each manager has for those of others. */
import { boolean, decimal, id, int, list, operation, optional, record, string, time } from './fields.js';
import * as parts from './parts.js';

const { listing, listed } = parts;

export const MEASUREMENT_OPERATIONS = {
  getDeviceReport: operation({
    doc: 'Report on one device: availability, response time, utilisation, and the figures of every metric.',
    role: 'viewer',
    input: { element: id, from: optional(time), to: optional(time) },
    output: { report: parts.reportEntry, missing: list(parts.missing) },
  }),
  getServiceReport: operation({
    doc: 'Report on one service: availability, response time, utilisation, and the figures of every metric.',
    role: 'viewer',
    input: { element: id, from: optional(time), to: optional(time) },
    output: { report: parts.reportEntry, missing: list(parts.missing) },
  }),
  getReport: operation({
    doc: 'Report on all elements, and by customer, site, manager, kind or type; with worst, on those that have a metric, the worst first; without from and to on the last 24 hours.',
    role: 'viewer',
    input: {
      from: optional(time),
      to: optional(time),
      by: optional(parts.reportBy),
      /** A metric, or `utilisation` of interfaces, `cpu` or `responseTime`: only elements that have it. */
      worst: optional(id),
      /** By which figure of it; default percentile95. Of `minimum` the least is the worst. */
      figure: optional(parts.reportFigure),
      ...listing,
    },
    output: {
      reports: list(parts.reportEntry),
      /** Of all elements that the filter leaves, whatever the page; where `by` is asked for. */
      groups: list(parts.reportGroup),
      /** More alarms were raised than are counted: the oldest of them. */
      alarmsLeftOut: optional(int),
      ...listed,
    },
  }),
  getSamples: operation({
    doc: 'Series of a metric within [from, to), of all managers that have measured it; with a step, minimum, mean and maximum of each step.',
    role: 'viewer',
    input: {
      element: id,
      metric: id,
      instance: optional(string),
      from: time,
      to: time,
      /** Seconds. */
      step: optional(decimal),
      /** `self`: only what the manager that is asked has in its own store, whoever watches the element. */
      scope: optional(parts.scope),
    },
    output: {
      manager: id,
      series: list(
        record('Series', {
          metric: id,
          instance: string,
          unit: string,
          resolution: parts.resolution,
          points: list(
            record('Point', {
              time,
              value: decimal,
              minimum: optional(decimal),
              maximum: optional(decimal),
              count: optional(int),
            }),
          ),
        }),
      ),
      parts: list(parts.part),
      missing: list(parts.missing),
    },
  }),
  getPast: operation({
    doc: 'What a manager has in its store of elements, whoever watches them now: for the reports of the managers that do. Elements of which it has nothing are left out.',
    role: 'viewer',
    input: {
      /** One may stand several times, for several times; without any, only who had it when is told. */
      elements: list(record('PastOf', { element: id, from: optional(time), to: optional(time) })),
      figures: optional(boolean),
      /** Figures of these metrics alone; default of all. */
      metrics: list(id),
    },
    output: { manager: id, pasts: list(parts.past) },
  }),
} as const;
