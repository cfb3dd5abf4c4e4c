/** Requests that only the master can decide, carried out there. */
import type { Peer } from '../../peer/peer.js';
import type { AtMaster } from './pool-requests.js';

export const atMasterBy = (peer: (master: string) => Peer): AtMaster => ({
  delegate: async (master, request) => peer(master).call('delegate', request),
  reportFailure: async (master, id, successor) => peer(master).call('reportFailure', { id, successor }),
  forget: async (master, manager) => void (await peer(master).call('forget', { manager })),
});
