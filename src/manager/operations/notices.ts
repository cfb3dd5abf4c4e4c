/** Whom this manager tells: getDestinations, testDestination. */
import { PtpError } from '../../base/errors.js';
import { roleAtLeast } from '../../model/manager.js';
import type { Handlers } from '../../peer/peer.js';
import type { Output } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import type { DestinationView, NoticeDesk } from '../notices/notice-desk.js';

type Row = Output<'getDestinations'>['destinations'][number];

interface NoticeCore {
  readonly env: ManagerCore['env'];
  readonly settings: Pick<ManagerCore['settings'], 'id'>;
}

export function noticeHandlers(core: NoticeCore, desk: NoticeDesk): Handlers {
  const rowOf = (view: DestinationView): Row => {
    const { lastFailure, nextTry, ...plain } = view;
    return {
      ...plain,
      lastFailure: lastFailure && { at: lastFailure.at, reason: lastFailure.text },
      retryIn: nextTry === undefined ? undefined : Math.max(0, nextTry - core.env.clock.now()) / 1000,
    };
  };
  const testing = new Set<string>();
  return {
    async getDestinations(_input, { caller }) {
      const rows = desk.destinations().map(rowOf);
      const mayKnow = roleAtLeast(caller.role, 'operator');
      return { manager: core.settings.id, destinations: mayKnow ? rows : rows.map(withoutAddresses) };
    },

    async testDestination({ destination: id }, { caller }) {
      // Each takes up to a minute, and of data all that is shown.
      if (testing.has(id))
        throw new PtpError('Server.Busy', `a test of destination "${id}" is under way; ask again when it is done`);
      testing.add(id);
      try {
        await desk.test(id, caller.name);
      } finally {
        testing.delete(id);
      }
      const view = desk.destinations().find((one) => one.id === id);
      if (!view)
        throw new PtpError('Client.NotFound', `destination "${id}" is no more`, { place: { path: 'destination' } });
      return { manager: core.settings.id, destination: rowOf(view) };
    },
  };
}

/** Who is told is the business of those who run this, not of everybody who may look. */
const withoutAddresses = ({ remark, lastFailure, ...row }: Row): Row => ({
  ...row,
  lastFailure: lastFailure && { ...lastFailure, reason: hidden(lastFailure.reason) },
  remark: remark === undefined ? undefined : hidden(remark),
});

const hidden = (text: string): string => text.replace(/[^\s<>,;:]+@[^\s<>,;:]+/g, '***');
