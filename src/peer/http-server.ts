/**
 * The one HTTP(S) server of a manager: portal, SOAP and health stand on it, and all share its bounds.
 *
 * ```
 *   connection ─ guard ─▶ headers ─ time, size ─▶ path ─▶ body ─ size, time ─▶ work gate ─▶ routes ─▶ answer
 *        └ evicted when idle    └ 408, 431          └ 400     └ 408, 413, 415     └ 503
 * ```
 */
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import helmet from 'helmet';
import { type Env, sleep } from '../base/env.js';
import { asPtpError, PtpError, stackOf } from '../base/errors.js';
import type { HostPort } from '../config/settings.js';
import { BodyReader } from './body-reader.js';
import { ConnectionGuard, connectionKey } from './connection-guard.js';
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from './http-limits.js';
import { listenOn } from './listening.js';
import { askedOfClients, shownBy, type TlsMaterial } from './tls-material.js';
import { WorkGate } from './work-gate.js';

export interface HttpServerOptions {
  readonly env: Env;
  readonly tls?: TlsMaterial;
  readonly limits?: Partial<HttpLimits>;
}

/** Writes an error in the form of its addresses; false leaves it to the next one. */
export type ErrorWriter = (error: PtpError, request: Request, response: Response) => boolean;

/** The whole body of a request that came through the server; empty when it had none. */
export const bodyOf = (request: Request): Buffer => (Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));

export class HttpServer {
  /** Where routes are mounted, in the order in which they are tried. */
  readonly routes: Router;
  readonly #env: Env;
  readonly #limits: HttpLimits;
  readonly #server: Server | HttpsServer;
  readonly #guard: ConnectionGuard;
  readonly #bodies: BodyReader;
  readonly #work: WorkGate;
  readonly #errorWriters: ErrorWriter[] = [];
  #closing = false;

  constructor(options: HttpServerOptions) {
    this.#env = options.env;
    const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
    this.#limits = limits;
    this.#guard = new ConnectionGuard(limits.connections);
    this.#bodies = new BodyReader(limits.bodyBytes, limits.bodiesBytes);
    this.#work = new WorkGate(limits.requestsInWork, limits.answersBytes);
    this.routes = express.Router({ caseSensitive: true, strict: false });
    const app = this.#app(options);
    const settings = {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs / 2, limits.requestTimeoutMs / 2),
    };
    const { tls } = options;
    this.#server = tls
      ? createHttpsServer(
          {
            ...settings,
            ...shownBy(tls),
            ...askedOfClients(tls),
            handshakeTimeout: limits.headersTimeoutMs,
          },
          app,
        )
      : createHttpServer(settings, app);
    this.#server.maxHeadersCount = limits.headers;
    // Whoever neither sends nor reads anything for so long has gone.
    this.#server.timeout = 4 * limits.requestTimeoutMs;
    this.#server.on('connection', (socket: Socket) => this.#guard.admit(socket));
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (!this.#bodies.announcesTooMuch(request)) response.writeContinue();
      app(request, response);
    });
    this.#server.on('clientError', (error: Error & { code?: string }, socket: Socket) => refuseRaw(error.code, socket));
  }

  /** @throws PtpError `Start.PortTaken` naming the port; `Config.Invalid` when the address is not one of this machine. */
  async listen({ host, port }: HostPort): Promise<HostPort> {
    await listenOn(this.#server, host, port);
    const address = this.#server.address() as AddressInfo;
    return { host: address.address, port: address.port };
  }

  /** Writes errors of some addresses, such as SOAP faults; asked in order of registration. */
  addErrorWriter(writer: ErrorWriter): void {
    this.#errorWriters.push(writer);
  }

  /** New connections use the new certificate; those that stand are left alone. */
  setTls(tls: TlsMaterial): void {
    if (this.#server instanceof HttpsServer) this.#server.setSecureContext(shownBy(tls));
  }

  /** What is held now; for tests of the bounds. */
  get figures(): { readonly connections: number; readonly inWork: number; readonly bodyBytesHeld: number } {
    return { connections: this.#guard.count, inWork: this.#work.count, bodyBytesHeld: this.#bodies.heldBytes };
  }

  /** Takes no more, lets requests in work end for `graceMs`, then cuts what is left. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const over = new AbortController();
    await Promise.race([closed, sleep(this.#env.clock, graceMs, over.signal).catch(() => {})]);
    over.abort();
    this.#guard.destroyAll();
    await closed;
  }

  #app(options: HttpServerOptions): Express {
    const app = express();
    app.disable('x-powered-by');
    app.set('query parser', 'simple');
    app.use(
      helmet({
        contentSecurityPolicy: {
          directives: {
            'upgrade-insecure-requests': null,
            'style-src': ["'self'"],
            'font-src': ["'self'"],
          },
        },
        strictTransportSecurity: options.tls !== undefined,
      }),
    );
    app.use(checkPath);
    app.use(async (request, response, next) => {
      if (this.#closing) response.setHeader('Connection', 'close');
      const hasBody =
        request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
      request.body = hasBody ? await this.#bodies.read(request) : Buffer.alloc(0);
      next();
    });
    app.use((request, response, next) => this.#enter(request, response, next));
    app.use(this.routes);
    app.use((request) => {
      throw new PtpError('Client.NotFound', `there is nothing at ${request.path.slice(0, 200)}`);
    });
    app.use((thrown: unknown, request: Request, response: Response, _next: NextFunction) =>
      this.#fail(thrown, request, response),
    );
    return app;
  }

  #enter(request: Request, response: Response, next: NextFunction): void {
    const leaveGate = this.#work.enter(request.socket, response);
    if (!leaveGate) throw new PtpError('Server.Busy', 'too many requests are in work; try again in a second');
    const endWork = this.#guard.beginWork(connectionKey(request.socket));
    response.once('close', () => {
      leaveGate();
      endWork();
      if (this.#closing) request.socket.end();
    });
    next();
  }

  #fail(thrown: unknown, request: Request, response: Response): void {
    const error = thrown instanceof URIError ? malformedPath() : asPtpError(thrown);
    if (error.code === 'Server.Internal') {
      this.#env.log.error('defect while answering', {
        method: request.method,
        path: request.path,
        error: stackOf(thrown),
      });
    }
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    if (!request.complete) this.#linger(request, response);
    if (error.code === 'Server.Busy') response.setHeader('Retry-After', '1');
    if (this.#errorWriters.some((write) => write(error, request, response))) return;
    writePlainError(error, request, response);
  }

  /** Reads on for a while, throwing away, so that the answer is not lost in a reset connection. */
  #linger(request: Request, response: Response): void {
    let bytes = 0;
    const { socket } = request;
    // Whoever asked for the connection to be closed would have it closed while still sending, and lose the answer.
    const end = response.end.bind(response);
    response.end = (chunk?: unknown, encoding?: unknown) => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array)
        response.write(chunk, typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8');
      if (request.complete) end();
      else request.once('close', () => end());
      return response;
    };
    const timer = this.#env.clock.after(this.#limits.lingerMs, () => socket.destroy());
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > this.#limits.lingerBytes) socket.destroy();
    });
    request.once('close', () => timer.cancel());
    request.resume();
  }
}

const malformedPath = () =>
  new PtpError('Client.Validation', 'the path is not rightly percent-encoded UTF-8 (RFC 3986)');

/** Paths that mean nothing good: broken encoding, NUL, and segments that climb. */
function checkPath(request: Request, _response: Response, next: NextFunction): void {
  for (const segment of request.path.split('/')) {
    let text: string;
    try {
      text = decodeURIComponent(segment);
    } catch {
      throw malformedPath();
    }
    if (text.includes('\0')) throw malformedPath();
    if (text === '..' || text === '.')
      throw new PtpError('Client.NotFound', 'there is nothing at a path with "." or ".." in it');
  }
  next();
}

/** The form of errors at addresses that have none of their own. */
function writePlainError(error: PtpError, request: Request, response: Response): void {
  response.status(error.http);
  response.setHeader('Cache-Control', 'no-store');
  if (request.accepts(['text', 'json']) === 'json') {
    response.json({ code: error.code, message: error.message, path: error.place.path });
  } else {
    response.type('text/plain').send(`${error.code}: ${error.message}\n`);
  }
}

/** What goes wrong before there is a request: answered by hand, then the connection is closed. */
function refuseRaw(code: string | undefined, socket: Socket): void {
  const isHttp = code !== undefined && /^(HPE_|ERR_HTTP_)/.test(code);
  if (!isHttp || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? '408 Request Timeout'
      : code === 'HPE_HEADER_OVERFLOW'
        ? '431 Request Header Fields Too Large'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

/** Names (CN, then DNS and URI names) in a client certificate that was verified; empty without one. */
export function certificateNames(request: IncomingMessage): readonly string[] {
  const { socket } = request;
  if (!(socket instanceof TLSSocket) || !socket.authorized) return [];
  const certificate = socket.getPeerCertificate();
  if (!certificate.subject) return [];
  const common = [certificate.subject.CN].flat().filter((name) => typeof name === 'string');
  const alternative = (certificate.subjectaltname ?? '')
    .split(', ')
    .flatMap((entry) => /^(?:DNS|URI):([^"]+)$/.exec(entry)?.[1] ?? []);
  return [...common, ...alternative];
}
