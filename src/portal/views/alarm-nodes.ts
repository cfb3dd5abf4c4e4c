/** Alarms as pages show them: what stands beside the answer of `getAlarms`. Pure. */
import { roleAtLeast } from '../../model/manager.js';
import { SEVERITIES, type Severity } from '../../model/status.js';
import type { CallContext } from '../../peer/peer.js';
import type { Output } from '../../xml/messages/operations.js';
import { formatDuration } from '../format.js';
import { type Base, elementNameLink, link, managerLink } from '../links.js';
import type { PageNode } from '../page-data.js';
import type { Query } from '../query.js';

type Alarm = Output<'getAlarms'>['alarms'][number];
export type SeverityCount = Output<'getAlarms'>['counts'][number];

/** Severities that an open alarm can have, the worst first. */
export const OPEN_SEVERITIES: readonly Severity[] = [...SEVERITIES].reverse().filter((one) => one !== 'cleared');

/** `ALARM` for each, joined to the answer by its id: ages as people read them, and where things are shown. */
export const alarmNodes = (
  { alarms }: Pick<Output<'getAlarms'>, 'alarms'>,
  base: Base,
  now: number,
): readonly PageNode[] => alarms.map((alarm) => alarmNode(alarm, base, now));

function alarmNode(
  { id, element, about, manager, raisedAt, acknowledged, cleared, root }: Alarm,
  base: Base,
  now: number,
) {
  const name = element ?? about;
  const ago = (time: number) => formatDuration(now - time);
  return {
    id,
    // Of one that is over, how long it stood.
    for: formatDuration((cleared?.at ?? now) - raisedAt),
    ...(name === undefined ? {} : { href: elementNameLink(base, name) }),
    managerHref: managerLink(base, manager),
    ...(acknowledged ? { acknowledged: ago(acknowledged.at) } : {}),
    ...(cleared ? { cleared: ago(cleared.at) } : {}),
    ...(root ? { rootHref: elementNameLink(base, root.element) } : {}),
  };
}

/** What acknowledges and clears from a page: whether its reader may, where it goes, and where it comes back to. */
export const alarmForm = ({ caller }: Pick<CallContext, 'caller'>, base: Base, back: string): PageNode => ({
  mayAct: roleAtLeast(caller.role, 'operator'),
  href: link(base, '/alarms'),
  back,
});

/** `ALARMS` with a `COUNT` for each severity that there is, the worst first, and where those are listed. */
export function countNodes(counts: readonly SeverityCount[], base: Base, more: Readonly<Record<string, string>> = {}) {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const present = OPEN_SEVERITIES.flatMap((severity) => counts.filter((one) => one.severity === severity));
  return {
    total,
    href: link(base, '/alarms', more),
    ...(present[0] && { worst: present[0].severity }),
    COUNT: present.map(({ severity, count }) => ({
      severity,
      count,
      href: link(base, '/alarms', { ...more, severity, only: 'yes' }),
    })),
  } satisfies PageNode;
}

const NOTICES = ['acknowledged', 'cleared'] as const;

/** What the form that led here has done. */
export function noticeNode(query: Query): PageNode {
  const notice = NOTICES.find((name) => name === query.text('notice'));
  if (!notice) return {};
  const count = query.whole('count', 1, 1, 1_000);
  return { NOTICE: { notice, count, alone: query.text('alone') === 'yes' } };
}
