/** Networks that are searched, seen and changed from outside: getDiscovery, changeDiscovery. */
import { PtpError } from '../../base/errors.js';
import type { Handlers } from '../../peer/peer.js';
import type { Output } from '../../xml/messages/operations.js';
import type { Discovery, NetworkState } from '../discovery/discovery.js';
import { elementOf, type Found } from '../discovery/found.js';
import { type Columns, listRows } from '../listing.js';

type FoundDevice = Output<'getDiscovery'>['found'][number];

/** Addresses that one request may decide on. */
const MOST_DECIDED = 1000;
const DECISION_OF = { approve: 'approved', ignore: 'ignored', reconsider: 'new' } as const;
const ORDER = { new: 0, approved: 1, ignored: 2 } as const;

export function discoveryHandlers(
  manager: () => string,
  discovery: Pick<Discovery, 'networks' | 'found' | 'faultOf' | 'search' | 'stop' | 'decide'>,
): Handlers {
  return {
    async getDiscovery(listing) {
      const { rows, total } = listRows(discovery.found(), listing, COLUMNS);
      return {
        manager: manager(),
        networks: discovery.networks().map(shownNetwork),
        found: rows.map((one) => shownFound(one, discovery.faultOf(one))),
        total,
      };
    },

    async changeDiscovery({ action, addresses, network }, { caller }) {
      if (action === 'search' || action === 'stop') return { done: discovery[action](network), refused: [] };
      if (addresses.length === 0 || addresses.length > MOST_DECIDED)
        throw new PtpError(
          'Client.Validation',
          addresses.length === 0
            ? 'addresses names none; name the addresses to decide on'
            : `${addresses.length} addresses in one request; ${MOST_DECIDED} is the most, ask again for the rest`,
          { place: { path: 'addresses' } },
        );
      return discovery.decide(addresses, DECISION_OF[action], caller.name);
    },
  };
}

function shownNetwork(state: NetworkState): Output<'getDiscovery'>['networks'][number] {
  const { network, isSearching, tried, addresses, found, fresh, startedMs, endedMs, nextMs, approve, fault } = state;
  return {
    network,
    state: isSearching ? 'searching' : 'waiting',
    tried,
    addresses,
    found,
    fresh,
    startedAt: startedMs,
    endedAt: endedMs,
    nextAt: nextMs,
    approve,
    fault,
  };
}

function shownFound(found: Found, fault: string | undefined): FoundDevice {
  const { address, network, decision, answers, credential, name, description, sysObjectId, type, vendor, model } =
    found;
  const { firstMs, lastMs, missed, by, atMs } = found;
  const isElement = decision === 'approved' && fault === undefined;
  return {
    address,
    network,
    decision,
    answers,
    credential,
    name,
    description,
    sysObjectId,
    type,
    vendor,
    model,
    firstSeen: firstMs,
    lastSeen: lastMs,
    missed,
    by,
    at: atMs,
    element: isElement ? elementOf(found) : undefined,
    fault,
  };
}

const COLUMNS: Columns<Found> = {
  columns: {
    address: ({ address }) => address,
    network: ({ network }) => network,
    decision: ({ decision }) => decision,
    name: ({ name }) => name,
    type: ({ type }) => type,
    vendor: ({ vendor }) => vendor,
    seen: ({ lastMs }) => lastMs,
  },
  order: { decision: ({ decision }) => ORDER[decision] },
  text: ({ address, name, description, type, vendor, model }) => [address, name, description, type, vendor, model],
  tieBreak: ({ address }) => address,
};
