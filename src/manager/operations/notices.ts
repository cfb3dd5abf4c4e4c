/** Whom this manager tells: getDestinations, testDestination. */
import { PtpError } from '../../base/errors.js';
import type { Handlers } from '../../peer/peer.js';
import type { Output } from '../../xml/messages/operations.js';
import type { ManagerCore } from '../core.js';
import type { DestinationView, NoticeDesk } from '../notices/notice-desk.js';

type Row = Output<'getDestinations'>['destinations'][number];

export function noticeHandlers(core: Pick<ManagerCore, 'env' | 'settings'>, desk: NoticeDesk): Handlers {
  const rowOf = (view: DestinationView): Row => {
    const { lastFailure, nextTry, ...plain } = view;
    return {
      ...plain,
      lastFailure: lastFailure && { at: lastFailure.at, reason: lastFailure.text },
      retryIn: nextTry === undefined ? undefined : Math.max(0, nextTry - core.env.clock.now()) / 1000,
    };
  };
  return {
    async getDestinations() {
      return { manager: core.settings.id, destinations: desk.destinations().map(rowOf) };
    },

    async testDestination({ destination: id }, { caller }) {
      await desk.test(id, caller.name);
      const view = desk.destinations().find((one) => one.id === id);
      if (!view)
        throw new PtpError('Client.NotFound', `destination "${id}" is no more`, { place: { path: 'destination' } });
      return { manager: core.settings.id, destination: rowOf(view) };
    },
  };
}
