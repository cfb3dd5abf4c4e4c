/** What a person can have done with sources of elements and with what was found in networks. */
import { PtpError } from '../base/errors.js';
import { roleAtLeast } from '../model/manager.js';
import type { CallContext, Invoke } from '../peer/peer.js';
import { fullStop, type Outcome } from './actions.js';
import type { Query } from './query.js';

const ON_SOURCES = ['read', 'confirm'] as const;
const ON_DISCOVERY = ['approve', 'ignore', 'reconsider', 'search', 'stop'] as const;
type SourceAction = (typeof ON_SOURCES)[number];
type DiscoveryAction = (typeof ON_DISCOVERY)[number];

const isSourceAction = (name: string | null): name is SourceAction => ON_SOURCES.some((one) => one === name);
const isDiscoveryAction = (name: string | null): name is DiscoveryAction => ON_DISCOVERY.some((one) => one === name);
export const isOriginAction = (name: string | null): name is SourceAction | DiscoveryAction =>
  isSourceAction(name) || isDiscoveryAction(name);

/** As the operations have it: what is polled changes by it. */
export const mayChangeOrigins = ({ caller }: Pick<CallContext, 'caller'>): boolean => roleAtLeast(caller.role, 'admin');

/** Devices that one form may decide on. */
const MOST_ADDRESSES = 200;

export interface OriginParts {
  readonly invoke: Invoke;
  readonly call: CallContext;
  /** The manager whose page it was, where that is another one. */
  readonly remote?: string;
}

/**
 * @param query Of the address that the form was sent to, which may name the source or the device.
 * @returns What was refused, to be told; undefined where all was done, as the page itself shows.
 */
export async function performOnOrigins(
  { invoke, call, remote }: OriginParts,
  action: SourceAction | DiscoveryAction,
  form: URLSearchParams,
  query: Query,
): Promise<Outcome | undefined> {
  if (isSourceAction(action)) {
    const source = form.get('source') ?? query.exact('source') ?? '';
    const content = { source, action };
    try {
      if (remote === undefined) await invoke('changeSource', content, call);
      else await invoke('relay', { manager: remote, request: { operation: 'changeSource', content } }, call);
      return undefined;
    } catch (thrown) {
      // That it cannot be read is what the page says of it.
      if (action === 'read' && thrown instanceof PtpError && thrown.code === 'Server.Unavailable') return undefined;
      throw thrown;
    }
  }
  const named = [...form.getAll('address'), ...(query.exact('address') ? [query.exact('address') ?? ''] : [])];
  const addresses = [...new Set(named.map((one) => one.trim()).filter(Boolean))].slice(0, MOST_ADDRESSES);
  const network = form.get('network') ?? undefined;
  const isSearch = action === 'search' || action === 'stop';
  if (!isSearch && addresses.length === 0)
    return { title: 'No device was chosen', condition: 'warning', sentences: ['Tick those that are meant.'] };
  const content = { action, addresses: isSearch ? [] : addresses, ...(network === undefined ? {} : { network }) };
  const refused = await changed({ invoke, call, ...(remote === undefined ? {} : { remote }) }, content);
  if (refused.length === 0) return undefined;
  const one = refused.length === 1;
  return {
    title: one ? 'One device was left as it was' : `${refused.length} devices were left as they were`,
    condition: 'warning',
    sentences: refused.slice(0, 20).map((reason) => fullStop(reason)),
  };
}

async function changed(
  { invoke, call, remote }: OriginParts,
  content: { readonly action: DiscoveryAction; readonly addresses: readonly string[]; readonly network?: string },
): Promise<readonly string[]> {
  if (remote === undefined) return (await invoke('changeDiscovery', content, call)).refused.map(({ reason }) => reason);
  const request = { operation: 'changeDiscovery', content };
  const { answer } = await invoke('relay', { manager: remote, request }, call);
  const { refused } = answer.content;
  return Array.isArray(refused) ? refused.map((one) => String(Reflect.get(Object(one), 'reason'))) : [];
}
