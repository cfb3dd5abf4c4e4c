/** Alarms and copies of them for the tests of `pool/alarms`. */
import type { Alarm } from '../../../../src/model/alarm.js';
import type { KeptVersion } from '../../../../src/model/kept-alarm.js';
import type { AlarmCopy } from '../../../../src/pool/alarms/merge.js';

export const CORE = 'device/core1';

export const alarm = (id: string, more: Partial<Alarm> = {}): Alarm => ({
  id,
  element: CORE,
  manager: 'EM1',
  key: id,
  name: 'told',
  severity: 'major',
  worst: 'major',
  text: id,
  raisedAt: 1000,
  changedAt: 1000,
  lastAt: 1000,
  count: 1,
  revision: 1,
  change: 1,
  told: 0,
  ...more,
});

export const acknowledged = (one: Alarm, by = 'ann'): Alarm => ({
  ...one,
  acknowledged: { by, at: 2000, severity: one.severity },
  revision: one.revision + 1,
  change: one.change + 1,
});

export const over = (one: Alarm, by = 'ptpmgr'): Alarm => ({
  ...one,
  severity: 'cleared',
  cleared: { by, at: 3000 },
  revision: one.revision + 1,
  change: one.change + 1,
});

export const epoch = (number: number) => ({ term: 1, number, giver: 'EM1' });

export const version = (of: number, incarnation = 1, number = 1): KeptVersion => ({
  epoch: epoch(of),
  incarnation,
  number,
});

export const copy = (at: KeptVersion, alarms: readonly Alarm[], owner = 'EM1'): AlarmCopy => ({
  subject: CORE,
  owner,
  ...at,
  alarms,
});
