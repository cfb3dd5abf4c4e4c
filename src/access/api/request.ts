/** What a module is given for a poll. Plain data; docs/api-modules.md tells people about it. */
import { type AccessSpec, type ManagedElement, MODULE_OPTION } from '../../model/element.js';
import type { Credential, PollRequest } from '../access.js';

export interface ModuleRequest {
  /** The element's `ip`, else its `dnsname`. */
  readonly host?: string;
  readonly port?: number;
  readonly url?: string;
  /** The element's, as configured. */
  readonly type?: string;
  readonly element: Pick<
    ManagedElement,
    'name' | 'kind' | 'id' | 'ip' | 'dnsname' | 'label' | 'vendor' | 'model' | 'location'
  >;
  /** The `OPTION`s of the access. */
  readonly options: Readonly<Record<string, string>>;
  readonly credential?: Credential;
  /** The `METRIC`s of the access: what is wanted. */
  readonly metrics: readonly { readonly name: string; readonly unit?: string; readonly counter?: boolean }[];
  /** What the latest good poll answered as its memory. */
  readonly memory?: unknown;
  readonly timeoutMs: number;
}

/** Members that are undefined are left out by JSON. */
export function moduleRequest({ element, access, credential, memory }: PollRequest, timeoutMs: number): ModuleRequest {
  const { name, kind, id, ip, dnsname, label, type, vendor, model, location } = element;
  const { url, port } = access.options;
  return {
    host: ip ?? dnsname,
    port: port === undefined ? undefined : Number(port),
    url,
    type,
    element: { name, kind, id, ip, dnsname, label, vendor, model, location },
    options: ownOptions(access),
    credential,
    metrics: access.metrics.map((one) => ({ name: one.name, unit: one.unit, counter: one.counter })),
    memory,
    timeoutMs,
  };
}

const ownOptions = ({ options }: AccessSpec): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) =>
      name.startsWith(MODULE_OPTION) ? [[name.slice(MODULE_OPTION.length), value]] : [],
    ),
  );
