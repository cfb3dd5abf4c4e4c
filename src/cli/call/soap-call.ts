/**
 * Calls an operation as any existing application would: with the `soap` package and the manager's own WSDL, knowing
 * nothing of the manager's insides but the table of messages.
 */
import { BasicAuthSecurity, type Client, createClientAsync } from 'soap';
import { PtpError } from '../../base/errors.js';
import { managerUrl } from '../../model/manager.js';
import type { Fields, FieldType } from '../../xml/messages/fields.js';
import { isOperation, OPERATIONS, type OperationName } from '../../xml/messages/operations.js';
import type { Content } from './parameters.js';
import type { Account, Target } from './target.js';

export interface SoapOptions {
  readonly account?: Account;
  readonly soap12: boolean;
  /** For the WSDL, and again for the call. */
  readonly timeoutMs: number;
}

const LONGEST_ANSWER = 64 * 2 ** 20;

/** Options of the HTTP client below the package. */
interface Transport {
  readonly timeout: number;
  readonly maxContentLength: number;
  readonly proxy?: false;
}

/** What never leaves this machine must not go by a proxy, whatever the environment says. */
function transport({ origin }: Target, timeoutMs: number): Transport {
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(origin).hostname);
  return { timeout: timeoutMs, maxContentLength: LONGEST_ANSWER, ...(local ? { proxy: false } : {}) };
}

/** A manager that one can talk to. */
export class SoapCaller {
  readonly #client: Client;
  readonly #url: string;
  readonly #transport: Transport;

  private constructor(client: Client, url: string, transport: Transport) {
    this.#client = client;
    this.#url = url;
    this.#transport = transport;
  }

  /**
   * Fetches the WSDL.
   * @throws PtpError `Server.Unavailable` when nothing answers there, `Client.Unauthorized`, or what else the other said.
   */
  static async open(target: Target, options: SoapOptions): Promise<SoapCaller> {
    const url = managerUrl(target);
    const { account, soap12, timeoutMs } = options;
    const basic = account && `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`;
    try {
      const client = await createClientAsync(`${url}/soap?wsdl`, {
        endpoint: `${url}/soap`,
        forceSoap12Headers: soap12,
        disableCache: true,
        wsdl_options: transport(target, timeoutMs),
        ...(basic ? { wsdl_headers: { Authorization: basic } } : {}),
      });
      if (account) client.setSecurity(new BasicAuthSecurity(account.user, account.password));
      return new SoapCaller(client, url, transport(target, timeoutMs));
    } catch (thrown) {
      throw transportFailure(thrown, url);
    }
  }

  /**
   * The answer's whole envelope as it came, a fault included.
   * @throws PtpError when there is no envelope.
   */
  async call(operation: OperationName, content: Content): Promise<string> {
    const method: unknown = this.#client[`${operation}Async`];
    if (typeof method !== 'function') {
      throw new PtpError(
        'Client.NotFound',
        `${this.#url} does not offer ${operation}; ptpmgr call URL getCapabilities lists what it does`,
      );
    }
    try {
      const answer: unknown = await method.call(
        this.#client,
        toArguments(content, OPERATIONS[operation].input),
        this.#transport,
      );
      const body: unknown = Array.isArray(answer) ? answer[1] : undefined;
      if (typeof body === 'string') return body;
      throw new PtpError('Server.Unavailable', `${this.#url} gave an empty answer`);
    } catch (thrown) {
      const body: unknown = thrown instanceof Error && 'response' in thrown ? bodyOf(thrown.response) : undefined;
      if (typeof body === 'string' && body.includes('Envelope')) return body;
      throw transportFailure(thrown, this.#url);
    }
  }
}

const bodyOf = (response: unknown): unknown =>
  typeof response === 'object' && response !== null && 'data' in response ? response.data : undefined;

/** In the table's order, which is the schema's, times as ISO 8601. */
function toArguments(content: Content, fields: Fields): Content {
  const result: Content = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = content[name];
    if (value === undefined) continue;
    result[name] = Array.isArray(value)
      ? value.map((one) => toArgument(one, field.type))
      : toArgument(value, field.type);
  }
  return result;
}

function toArgument(value: unknown, type: FieldType): unknown {
  if (type.is === 'scalar' && type.scalar === 'time' && typeof value === 'number') return new Date(value).toISOString();
  if (typeof value !== 'object' || value === null) return value;
  if (type.is === 'record') return toArguments({ ...value }, type.fields);
  if (type.is === 'message' && 'operation' in value && 'content' in value) {
    const { operation, content } = value;
    if (typeof operation === 'string' && isOperation(operation))
      return { [operation]: toArguments({ ...Object(content) }, OPERATIONS[operation].input) };
  }
  return value;
}

/** Codes of the system that say that no connection came about, so that nothing can have been done yet. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTDOWN',
  'ETIMEDOUT',
]);

function transportFailure(thrown: unknown, url: string): PtpError {
  if (thrown instanceof PtpError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
  if (code === 'ECONNABORTED')
    return new PtpError('Server.Timeout', `${url} did not answer in time`, { cause: thrown });
  if (code !== undefined && /^[A-Z_]+$/.test(code)) {
    const hint = /CERT|SIGNED|ISSUER|ALTNAME/.test(code)
      ? '; NODE_EXTRA_CA_CERTS=ca.crt names an authority to trust'
      : '';
    const what = NOT_CONNECTED.has(code) ? 'cannot be reached' : 'broke the connection';
    return new PtpError('Server.Unavailable', `${url} ${what} (${code})${hint}`, { cause: thrown });
  }
  const status = statusOf(thrown);
  if (status === 401)
    return new PtpError(
      'Client.Unauthorized',
      `${url} wants a user: --user and --password-file, or PTPMGR_USER and PTPMGR_PASSWORD`,
      { cause: thrown },
    );
  if (status !== undefined)
    return new PtpError(
      status === 503 ? 'Server.Busy' : 'Server.Unavailable',
      `${url} answered with HTTP status ${status}`,
      { cause: thrown },
    );
  return new PtpError(
    'Server.Unavailable',
    `${url} gave no answer that can be understood; the URL should be that of a manager`,
    { cause: thrown },
  );
}

function statusOf(thrown: unknown): number | undefined {
  const response = thrown instanceof Error && 'response' in thrown ? thrown.response : undefined;
  if (typeof response === 'object' && response !== null && 'status' in response)
    return Number(response.status) || undefined;
  // What the package says when the WSDL could not be had: "Invalid WSDL URL: ...\n\n\r Code: 401\n\n\r Response Body: ...".
  const said = thrown instanceof Error ? /Code: (\d{3})/.exec(thrown.message)?.[1] : undefined;
  return said === undefined ? undefined : Number(said);
}
