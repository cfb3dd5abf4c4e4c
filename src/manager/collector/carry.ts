/** What an element carries from owner to owner, between the working state here and a bundle. */
import type { AccessKey } from '../../model/element.js';
import type { Bundle } from '../../pool/holding/state.js';
import type { Moment } from '../pool/bundle/content.js';
import { exportBundle } from '../pool/bundle/export.js';
import type { ImportedBundle } from '../pool/bundle/import.js';
import { cursorOf } from './cursors.js';
import type { ElementWork } from './element-work.js';
import { isSameSpec, type Job, predecessorOf } from './job.js';
import type { Beginning, NewAccess } from './job-table.js';

/** @throws PtpError `Client.TooLarge` */
export function bundleFrom(
  work: ElementWork,
  jobs: readonly Job[],
  moment: Moment,
  aheadMs: number | undefined,
  sealed: string | undefined,
): Bundle {
  const accesses = jobs.map((job) => ({
    key: job.key,
    failures: job.failures,
    costMs: job.costMs,
    cursor: cursorOf(job, moment.monotonicMs, aheadMs),
  }));
  const content = { ...work.content(accesses), ...(sealed !== undefined && { sealed }) };
  const body = exportBundle(content, moment);
  if (aheadMs !== undefined) work.isChanged = false;
  return { element: work.name, epoch: work.epoch, cursors: accesses.map(({ cursor }) => cursor), body };
}

/** Begins an access of `work` with what a former owner, else a former access here, else the store knows of it. */
export function restoreAccess(
  work: ElementWork,
  { key, spec, index, memory, thresholds }: Omit<NewAccess, 'memory'> & Partial<Pick<NewAccess, 'memory'>>,
  imported: ImportedBundle | undefined,
  stored: ReadonlyMap<AccessKey, string> | undefined,
): Beginning {
  const former = imported && predecessorOf({ spec, index }, accessesOf(imported));
  const access = former && imported.accesses[former.index];
  if (access) {
    work.adoptAccess(key, access, isSameSpec(former.spec.options, spec.options));
    return { failures: access.failures, costMs: access.costMs };
  }
  work.restore(key, memory === undefined ? stored?.get(key) : JSON.stringify({ method: memory }), thresholds);
  return {};
}

const accessesOf = ({ element }: ImportedBundle) => element.access.map((spec, index) => ({ spec, index }));
