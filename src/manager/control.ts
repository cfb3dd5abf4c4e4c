/** What a manager can ask of the process that it lives in. */
import { PtpError } from '../base/errors.js';
import type { ElementName } from '../model/element.js';

export interface ManagerControl {
  /**
   * Hands over first, if wanted, and answers with what nobody took; the process ends in order a moment later, so that
   * whoever asked gets the answer.
   */
  shutDown(handOver: boolean): Promise<readonly ElementName[]>;
  /** Ends this manager in order, a moment later, and starts what the configuration file says by then. */
  startAnew(): void;
}

/** Of a manager whose life is nobody's business from outside. */
export const NO_CONTROL: ManagerControl = {
  shutDown: () =>
    Promise.reject(new PtpError('Client.Conflict', 'this manager can be ended only where it was started')),
  startAnew: () => {},
};
