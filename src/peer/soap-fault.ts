/** Errors as SOAP faults, and back. */
import { ERRORS, type FaultCode, PtpError } from '../base/errors.js';
import { NAMESPACE } from '../xml/messages/operations.js';
import type { XmlNode } from '../xml/parse.js';
import { cleanText, escapeText } from '../xml/write.js';
import type { SoapVersion } from './message-service.js';
import { EnvelopeError, writeEnvelope } from './soap-envelope.js';

const text = (value: string): string => escapeText(cleanText(value));

/** A whole envelope. Needs no schema and cannot fail. */
export function writeFault(error: PtpError, version: SoapVersion): string {
  const { fault, message, place } = error;
  const own = error instanceof EnvelopeError ? error.reason : undefined;
  const optional = (name: string, value: number | undefined) =>
    value === undefined ? '' : `<${name}>${value}</${name}>`;
  const detail =
    `<Fault xmlns="${NAMESPACE}"><code>${fault}</code><path>${text(place.path ?? '')}</path>` +
    `${optional('line', place.line)}${optional('column', place.column)}<message>${text(message)}</message></Fault>`;
  if (version === '1.1') {
    const code = own ? `soap:${own}` : `p:${fault}`;
    return writeEnvelope(
      version,
      `<soap:Fault><faultcode xmlns:p="${NAMESPACE}">${code}</faultcode>` +
        `<faultstring xml:lang="en">${text(message)}</faultstring><detail>${detail}</detail></soap:Fault>`,
    );
  }
  const code = own ?? (isClientFault(fault) ? 'Sender' : 'Receiver');
  return writeEnvelope(
    version,
    `<soap:Fault><soap:Code><soap:Value>soap:${code}</soap:Value><soap:Subcode>` +
      `<soap:Value xmlns:p="${NAMESPACE}">p:${fault}</soap:Value></soap:Subcode></soap:Code>` +
      `<soap:Reason><soap:Text xml:lang="en">${text(message)}</soap:Text></soap:Reason>` +
      `<soap:Detail>${detail}</soap:Detail></soap:Fault>`,
  );
}

const isClientFault = (fault: FaultCode): boolean => fault.startsWith('Client.');

/** HTTP status of a fault: 500 in SOAP 1.1; 400 or 500 in 1.2; what was refused before parsing keeps its own. */
export function faultStatus(error: PtpError, version: SoapVersion, beforeParsing: boolean): number {
  if (error.code === 'Client.Unauthorized' || error.code === 'Client.MediaType' || beforeParsing) return error.http;
  return version === '1.2' && isClientFault(error.fault) && !(error instanceof EnvelopeError) ? 400 : 500;
}

const isFaultCode = (code: string): code is FaultCode => Object.values(ERRORS).some(({ fault }) => fault === code);

/** The error in the `Fault` of a body; undefined when the body is none. Text of foreign faults is kept. */
export function readFault(body: XmlNode, peerName: string): PtpError | undefined {
  if (body.name !== 'Fault' || body.namespace === NAMESPACE) return undefined;
  const child = (node: XmlNode | undefined, name: string) => node?.children.find((one) => one.name === name);
  const detail = child(child(body, 'detail') ?? child(body, 'Detail'), 'Fault');
  const said = (name: string) => child(detail, name)?.text;
  const code = said('code') ?? '';
  const message = said('message') ?? child(body, 'faultstring')?.text ?? child(child(body, 'Reason'), 'Text')?.text;
  if (!isFaultCode(code))
    return new PtpError(
      'Server.Internal',
      `${peerName} answered with a fault that is not ours: ${message?.slice(0, 500)}`,
    );
  const number = (name: string) => (said(name) === undefined ? undefined : Number(said(name)));
  const [path, line, column] = [said('path'), number('line'), number('column')];
  return new PtpError(code, message ?? code, {
    place: { ...(path && { path }), ...(line !== undefined && { line }), ...(column !== undefined && { column }) },
  });
}
