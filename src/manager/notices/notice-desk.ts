/** What operations do with notices: look at destinations, and try them. */
import { PtpError } from '../../base/errors.js';
import type { Destination } from '../../config/settings.js';
import type { DestinationCondition, Happened } from './destination-state.js';

export interface DestinationView {
  readonly id: string;
  readonly type: Destination['type'];
  /** Without anything secret. */
  readonly place: string;
  readonly condition: DestinationCondition;
  /** Notices that are not sent. */
  readonly waiting: number;
  /** Messages since the start, tries that failed, and notices that were given up. */
  readonly sent: number;
  readonly failed: number;
  readonly lost: number;
  /** Milliseconds since 1970, as the others. */
  readonly lastSent?: number;
  readonly lastFailure?: Happened;
  /** What it took only in part. */
  readonly remark?: string;
  readonly nextTry?: number;
}

export interface NoticeDesk {
  destinations(): readonly DestinationView[];
  /** @param by Who asks for it. @throws PtpError `Client.NotFound`, `Server.Unavailable` with what the destination said. */
  test(id: string, by: string): Promise<void>;
}

const notFound = (id: string): PtpError =>
  new PtpError('Client.NotFound', `there is no destination "${id}"; NOTIFY of the configuration names those that are`, {
    place: { path: 'destination' },
  });

/** Of a manager that tells nobody. */
export const NO_NOTICES: NoticeDesk = {
  destinations: () => [],
  test: async (id) => {
    throw notFound(id);
  },
};

/** Several as one; each knows destinations of its own. */
export const joinedDesk = (...desks: readonly NoticeDesk[]): NoticeDesk => ({
  destinations: () => desks.flatMap((desk) => desk.destinations()),
  async test(id, by) {
    const desk = desks.find((one) => one.destinations().some((view) => view.id === id));
    if (!desk) throw notFound(id);
    await desk.test(id, by);
  },
});
