/** What an error of the server or on the way to it means to the person who runs the manager. */
import { PtpError } from '../../base/errors.js';

/** Whether the same transaction may succeed on another connection: this one is of no more use. */
export class ConnectionLost extends PtpError {}

/** Errors of the operating system and of the client, by what they say. */
const NETWORK: readonly (readonly [test: RegExp, text: string])[] = [
  [/ECONNREFUSED|ENOENT/, 'does not take connections; start the server, or mend host and port of the url'],
  [/ENOTFOUND|EAI_AGAIN/, 'cannot be found, for its host has no address; mend the url, or the name service'],
  [/EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/, 'cannot be reached; look after the network between'],
  [/EACCES|EPERM/, "cannot be reached, for the manager's user may not use its socket; give it the right to"],
  [/ECONNRESET|EPIPE|terminated/i, 'has ended the connection; it is tried again'],
  [/timeout expired|read timeout/i, 'does not answer in time; look at its load and at the network between'],
  [/does not support SSL/i, 'has no TLS; switch it on there, or add ?sslmode=disable to the url where the way is safe'],
  [
    /self.signed|unable to (?:get|verify)|CERT_|certificate|altname/i,
    'shows a certificate that is not to be trusted; add sslrootcert=FILE of its authority to the url, and name the host as the certificate does',
  ],
  [/password must be a string|SASL|empty string/i, 'wants a password; give it as password of STORE'],
];

/** By SQLSTATE, the longest that fits. */
const STATES: readonly (readonly [state: string, text: string])[] = [
  ['28P01', 'refuses the password; mend user and password of STORE'],
  ['28', 'refuses the user; mend the url, or the server’s pg_hba.conf'],
  ['3D000', 'is not there; create it, with the user as its owner'],
  ['42501', 'does not give the user the rights to have its tables there; grant CREATE on the database to it'],
  ['53100', 'has no room on its disk; free space there, or give the store a smaller retention or budget'],
  ['53200', 'has not enough memory for a request; give the server more'],
  ['53300', 'has no connection left; raise its max_connections, two for each manager are needed'],
  ['53', 'is short of something; look at the log of the server'],
  ['57P03', 'is starting or ending; it is tried again'],
  ['57P', 'has ended the connection; it is tried again'],
  ['57014', 'took too long over a request, which was broken off; look at the load of the server'],
  ['55P03', 'is locked by another program; end that, or wait until it is done'],
  ['25006', 'can only be read, as a standby can; name the primary in the url'],
  ['40', 'broke a request off for the sake of another; it is tried again'],
  ['XX', 'is damaged; look at the log of the server'],
  ['F0', 'is damaged; look at the log of the server'],
  ['58', 'cannot read or write its files; look at the log of the server'],
];

/** States after which the connection is of no more use. */
const ENDING = /^(?:08|57P0[1-5]|25006|25P0[3-4])/;

export const stateOf = (thrown: unknown): string => {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : '';
};

/** Whether the server itself refused this one request, because of what is in it. */
export const isRefusal = (thrown: unknown): boolean => /^(?:2[1-3]|42|54|P0|0A)/.test(stateOf(thrown));

/**
 * One sentence: which database, what is wrong with it, what to do. What the server says itself is only in the cause,
 * for it may hold data.
 */
export function explain(name: string, thrown: unknown): PtpError {
  if (thrown instanceof PtpError) return thrown;
  const state = stateOf(thrown);
  const text = thrown instanceof Error ? `${Reflect.get(thrown, 'code') ?? ''} ${thrown.message}` : String(thrown);
  const known = STATES.find(([start]) => state.startsWith(start));
  const found = state === '' ? NETWORK.find(([test]) => test.test(text)) : known;
  const sentence = found?.[1] ?? 'could not carry out a request; the log has the details';
  const Kind = (state === '' && !isDefect(thrown)) || ENDING.test(state) ? ConnectionLost : PtpError;
  return new Kind('Store.Failed', `the store ${name} ${sentence}`, { cause: thrown });
}

const isDefect = (thrown: unknown): boolean =>
  thrown instanceof TypeError ||
  thrown instanceof RangeError ||
  (thrown instanceof Error && /^invariant/.test(thrown.message));
