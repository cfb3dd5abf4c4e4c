/** What the manager polls, reads and hears: devices over HTTP, a log that grows, and informs that it has to answer. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { octetsBinding } from '../../../src/access/snmp/traps/contents.js';
import { communityMessage, frame, inform } from '../../unit/access/snmp/traps/sending.js';
import { WIDE_METRICS } from './configuration.js';

const TRAP = '1.3.6.1.4.1.99999.1';

export class Site {
  readonly logFile: string;
  /** All lines of the log so far. */
  readonly lines: string[] = [];
  readonly #server: Server;
  readonly #socket: Socket;
  readonly #answered = new Map<number, () => void>();
  readonly #high = new Set<string>();
  #served = 0;
  #requestId = 0;

  private constructor(server: Server, socket: Socket, logFile: string) {
    this.#server = server;
    this.#socket = socket;
    this.logFile = logFile;
    writeFileSync(logFile, '');
  }

  static async start(logFile: string): Promise<Site> {
    const server = createServer({ keepAliveTimeout: 1000 });
    const socket = createSocket('udp4');
    const site = new Site(server, socket, logFile);
    server.on('request', (request, response) => {
      const text = JSON.stringify(site.#answerOf(request.url?.slice(1) ?? ''));
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
    });
    socket.on('message', (message) => site.#informAnswered(message));
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 });
    await once(server, 'listening');
    return site;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  /** How often anything was polled. */
  get served(): number {
    return this.#served;
  }

  /** Beyond its threshold, or back. */
  toggle(id: string): void {
    if (!this.#high.delete(id)) this.#high.add(id);
  }

  /** Every number is told once only, so that it can be known again. */
  #answerOf(id: string): Readonly<Record<string, number>> {
    this.#served += 1;
    const number = this.#served;
    if (!id.startsWith('w')) return { clients: number, orders: this.#high.has(id) ? 150 + (number % 7) : 20 };
    return Object.fromEntries(Array.from({ length: WIDE_METRICS }, (_, at) => [`m${at}`, number * (at + 1)]));
  }

  writeLine(line: string): void {
    appendFileSync(this.logFile, `${line}\n`);
    this.lines.push(line);
  }

  /** @returns Whether it was answered; it is sent once. */
  async inform(text: string, port: number, timeoutMs: number): Promise<boolean> {
    this.#requestId += 1;
    const id = this.#requestId;
    const bindings = frame(TRAP, octetsBinding(`${TRAP}.1`, Buffer.from(text)));
    const message = communityMessage(inform(bindings, id), { community: 'public' });
    const answered = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.#answered.set(id, () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
    this.#socket.send(message, port, '127.0.0.1');
    const isAnswered = await answered;
    this.#answered.delete(id);
    return isAnswered;
  }

  /** Of an answer (RFC 3416 section 4.2.4) only its id is of interest; all of these messages are short. */
  #informAnswered(message: Buffer): void {
    const pdu = message.indexOf(0xa2);
    const at = message.indexOf(0x02, pdu + 2);
    if (pdu < 0 || at < 0) return;
    const id = message.readIntBE(at + 2, message[at + 1] ?? 1);
    this.#answered.get(id)?.();
  }

  async close(): Promise<void> {
    this.#socket.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
