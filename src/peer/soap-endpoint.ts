/**
 * `/{context}/soap`: requests by POST, the WSDL and its schemas by GET.
 *
 * ```
 *   media type (415) ─▶ who asks (401) ─▶ service (parse, check, role, handler, check) ─▶ answer or fault, signed
 * ```
 */
import type { Request, Response } from 'express';
import type { Env } from '../base/env.js';
import { asPtpError, PtpError } from '../base/errors.js';
import { servedSchema, servedWsdl } from '../xml/messages/validate.js';
import { authenticateHttp, callContext, sendChallenges } from './authenticate-http.js';
import { bodyOf, type HttpServer } from './http-server.js';
import type { MessageService, SoapVersion } from './message-service.js';
import type { Authenticator, UsernameToken } from './security/authenticate.js';
import { findUsernameToken } from './soap.js';
import { CONTENT_TYPES } from './soap-envelope.js';
import { faultStatus, writeFault } from './soap-fault.js';

export interface SoapEndpointOptions {
  readonly env: Env;
  readonly server: HttpServer;
  /** Such as `ptpmgr/em`, without slashes at its ends. */
  readonly context: string;
  readonly authenticator: Authenticator;
  readonly service: MessageService;
}

export function mountSoapEndpoint({ env, server, context, authenticator, service }: SoapEndpointOptions): void {
  const path = `/${context}/soap`;
  const isSoap = (request: Request) => request.path === path || request.path === `${path}/`;

  server.addErrorWriter((error, request, response) => {
    if (!isSoap(request) || request.method !== 'POST') return false;
    sendFault(error, versionOf(request) ?? '1.1', true, response);
    return true;
  });
  server.routes.all(path, async (request, response, next) => {
    if (request.method === 'POST') return post(request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(response, 'GET, HEAD, POST');
    if (asked(request, 'wsdl') !== undefined) return sendXml(response, servedWsdl(addressOf(request, path)));
    const name = asked(request, 'xsd');
    const schema = name === undefined ? undefined : servedSchema(name, addressOf(request, path));
    if (schema !== undefined) return sendXml(response, schema);
    if (name !== undefined) return next();
    refuseMethod(response, 'POST');
  });
  function sendFault(error: PtpError, version: SoapVersion, beforeParsing: boolean, response: Response): void {
    const status = faultStatus(error, version, beforeParsing);
    if (status === 401) sendChallenges(authenticator, response);
    if (status === 503) response.setHeader('Retry-After', '1');
    sendXml(response, writeFault(error, version), status, CONTENT_TYPES[version]);
  }

  async function post(request: Request, response: Response): Promise<void> {
    const version = versionOf(request);
    if (!version) {
      throw new PtpError(
        'Client.MediaType',
        'the Content-Type must be text/xml (SOAP 1.1) or application/soap+xml (SOAP 1.2), in UTF-8',
      );
    }
    const bytes = bodyOf(request);
    let token: UsernameToken | undefined;
    try {
      if (request.headers.authorization === undefined && bytes.includes('UsernameToken'))
        token = findUsernameToken(bytes);
    } catch (thrown) {
      return sendFault(asPtpError(thrown), version, false, response);
    }
    const authenticated = await authenticateHttp(authenticator, request, response, token);
    const action = actionOf(request, version);
    const answer = await service(
      { bytes, version, ...(action !== undefined && { action }) },
      callContext(authenticated, response),
    );
    if (response.destroyed) return;
    if (answer.fault?.code === 'Server.Internal')
      env.log.debug('answered with a fault of ours', { requestId: authenticated.requestId });
    if (!answer.fault) return sendXml(response, answer.xml, 200, CONTENT_TYPES[version]);
    const status = faultStatus(answer.fault, version, false);
    if (status === 401) sendChallenges(authenticator, response);
    sendXml(response, answer.xml, status, CONTENT_TYPES[version]);
  }
}

/** By the media type; undefined when it is neither SOAP's, or not in UTF-8. */
function versionOf(request: Request): SoapVersion | undefined {
  const match = /^\s*(text\/xml|application\/soap\+xml)\s*(;.*)?$/i.exec(request.headers['content-type'] ?? '');
  const charset = /;\s*charset\s*=\s*"?([\w-]+)"?/i.exec(match?.[2] ?? '')?.[1]?.toLowerCase();
  if (!match || (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii'))
    return undefined;
  return match[1]?.toLowerCase() === 'text/xml' ? '1.1' : '1.2';
}

/** What the sender says that it wants done, without quotes; undefined when it says nothing. */
function actionOf(request: Request, version: SoapVersion): string | undefined {
  const written =
    version === '1.1'
      ? request.headers.soapaction
      : /;\s*action\s*=\s*("[^"]*"|[^;\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  const action = String(written ?? '')
    .replace(/^\s*"(.*)"\s*$/, '$1')
    .trim();
  return action === '' ? undefined : action;
}

/** A query parameter, its name in any case as foreign tools write it. */
function asked(request: Request, name: string): string | undefined {
  const found = Object.entries(request.query).find(([key]) => key.toLowerCase() === name);
  return found && String(found[1]);
}

/** The address by which the asker came here. Whoever puts it into XML escapes it. */
function addressOf(request: Request, path: string): string {
  const host = request.headers.host ?? '';
  const local = `${request.socket.localAddress?.includes(':') ? `[${request.socket.localAddress}]` : request.socket.localAddress}:${request.socket.localPort}`;
  return `${request.protocol}://${/^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? host : local}${path}`;
}

function sendXml(response: Response, xml: string, status = 200, type = 'text/xml; charset=utf-8'): void {
  response.status(status);
  response.setHeader('Content-Type', type);
  response.setHeader('Cache-Control', 'no-store');
  response.end(xml);
}

function refuseMethod(response: Response, allowed: string): void {
  response.status(405);
  response.setHeader('Allow', allowed);
  response.type('text/plain').send(`only ${allowed} here; the WSDL is at ?wsdl\n`);
}
