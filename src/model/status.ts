/** Status of an element and severity of what happens to it. */

export const STATUSES = [
  'unknown',
  'normal',
  'warning',
  'minor',
  'major',
  'critical',
  'down',
  'unreachable',
  'maintenance',
] as const;
export type Status = (typeof STATUSES)[number];

export const SEVERITIES = ['cleared', 'indeterminate', 'warning', 'minor', 'major', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How much a status wants attention: the higher, the sooner it is shown. */
export const URGENCY: Readonly<Record<Status, number>> = {
  down: 8,
  critical: 7,
  major: 6,
  unreachable: 5,
  minor: 4,
  warning: 3,
  unknown: 2,
  maintenance: 1,
  normal: 0,
};
