/** SOAP envelopes, 1.1 (W3C Note of 2000-05-08) and 1.2 (W3C Recommendation of 2007-04-27), read and written. */
import { PtpError } from '../base/errors.js';
import type { XmlNode } from '../xml/parse.js';
import type { SoapVersion } from './message-service.js';
import type { UsernameToken } from './security/authenticate.js';

const SOAP_NAMESPACES: Readonly<Record<SoapVersion, string>> = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
};
/** OASIS Web Services Security 1.0, the one header that is understood. */
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

export const CONTENT_TYPES: Readonly<Record<SoapVersion, string>> = {
  '1.1': 'text/xml; charset=utf-8',
  '1.2': 'application/soap+xml; charset=utf-8',
};

/** SOAP's own reasons to refuse an envelope; they have fault codes of its own. */
export type EnvelopeReason = 'VersionMismatch' | 'MustUnderstand';

export class EnvelopeError extends PtpError {
  readonly reason: EnvelopeReason;

  constructor(reason: EnvelopeReason, message: string, path: string) {
    super('Client.Validation', message, { place: { path } });
    this.reason = reason;
  }
}

export interface Envelope {
  readonly version: SoapVersion;
  readonly headers: readonly XmlNode[];
  /** The one child of the body. */
  readonly body: XmlNode;
}

export const writeEnvelope = (version: SoapVersion, body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="${SOAP_NAMESPACES[version]}"><soap:Body>${body}</soap:Body></soap:Envelope>`;

const invalid = (message: string, path: string): PtpError =>
  new PtpError('Client.Validation', message, { place: { path } });

/**
 * @throws PtpError `Client.Validation` with the element's path; {@link EnvelopeError} where SOAP has a code for it.
 */
export function readEnvelope(root: XmlNode): Envelope {
  const version = (['1.1', '1.2'] as const).find((one) => root.namespace === SOAP_NAMESPACES[one]);
  if (root.name !== 'Envelope')
    throw invalid(`the message is a ${root.name}; it should be a SOAP Envelope`, `/${root.name}`);
  if (!version) {
    throw new EnvelopeError(
      'VersionMismatch',
      `the envelope is in the namespace "${root.namespace}"; it should be that of SOAP 1.1 (${SOAP_NAMESPACES['1.1']}) or 1.2 (${SOAP_NAMESPACES['1.2']})`,
      '/Envelope',
    );
  }
  const parts = [...root.children];
  const foreign = parts.find(
    (part) => part.namespace !== root.namespace || (part.name !== 'Header' && part.name !== 'Body'),
  );
  if (foreign)
    throw invalid(
      `an Envelope has a Header, if any, and a Body; ${foreign.name} does not belong there`,
      `/Envelope/${foreign.name}`,
    );
  const header = parts[0]?.name === 'Header' ? parts.shift() : undefined;
  const [body, more] = parts;
  if (body?.name !== 'Body' || more) throw invalid('an Envelope has exactly one Body, after its Header', '/Envelope');
  const [child, second] = body.children;
  if (!child) throw invalid('the Body is empty; it should have the request element of one operation', '/Envelope/Body');
  if (second)
    throw invalid(
      `the Body has ${body.children.length} children; it should have exactly one`,
      `/Envelope/Body/${second.name}`,
    );
  return { version, headers: header?.children ?? [], body: child };
}

/** @throws EnvelopeError for a header that must be understood by us and is not. */
export function checkUnderstood({ version, headers }: Envelope): void {
  const soap = SOAP_NAMESPACES[version];
  for (const header of headers) {
    const must = header.attributes.get(`{${soap}}mustUnderstand`)?.trim();
    if (must !== '1' && must !== 'true') continue;
    const target = header.attributes.get(version === '1.1' ? `{${soap}}actor` : `{${soap}}role`);
    const isForUs = !target || /\/(next|ultimateReceiver)$/.test(target);
    const isUnderstood =
      header.namespace === WSSE && header.name === 'Security' && readUsernameToken([header]) !== undefined;
    if (isForUs && !isUnderstood) {
      throw new EnvelopeError(
        'MustUnderstand',
        `the header ${header.name} (namespace "${header.namespace}") is not understood here; only a UsernameToken is`,
        `/Envelope/Header/${header.name}`,
      );
    }
  }
}

/**
 * User and password of a UsernameToken with PasswordText; undefined without a token.
 * @throws PtpError `Client.Unauthorized` for any other kind of password.
 */
export function readUsernameToken(headers: readonly XmlNode[]): UsernameToken | undefined {
  const child = (node: XmlNode | undefined, name: string) =>
    node?.children.find((one) => one.namespace === WSSE && one.name === name);
  const token = child(
    headers.find((one) => one.namespace === WSSE && one.name === 'Security'),
    'UsernameToken',
  );
  if (!token) return undefined;
  const password = child(token, 'Password');
  const type = password?.attributes.get('Type') ?? '#PasswordText';
  if (!password || !type.endsWith('#PasswordText')) {
    throw new PtpError('Client.Unauthorized', 'a UsernameToken must have a Password of type PasswordText', {
      place: { path: '/Envelope/Header/Security/UsernameToken/Password' },
    });
  }
  return { user: child(token, 'Username')?.text.trim() ?? '', password: password.text };
}
