/** A web server with documents whose figures change: JSON, XML, and a page for people. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../../../base/env.js';
import { Flow } from '../flow.js';

export interface HttpSettings {
  readonly address: string;
  readonly port: number;
}

interface Document {
  readonly type: string;
  readonly body: string;
}

/** @throws the system's error, `EADDRINUSE` among them, when the address cannot be taken. */
export async function startHttpSite(
  { address, port }: HttpSettings,
  now: () => number,
  random: Random,
): Promise<{ port: number; close(): Promise<void> }> {
  const documents = makeDocuments(now, random);
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 20_000 },
    (request, response) => {
      request.resume();
      const found = documents.get((request.url ?? '/').split('?')[0] ?? '/');
      if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
      else if (!found)
        response.writeHead(404, { 'content-type': 'text/plain' }).end('there is /, /health and /stats.xml\n');
      else {
        const { type, body } = found();
        response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
        response.end(request.method === 'HEAD' ? undefined : body);
      }
    },
  );
  server.maxConnections = 200;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function makeDocuments(now: () => number, random: Random): ReadonlyMap<string, () => Document> {
  const clients = new Flow(240, now(), random);
  const streams = new Flow(85, now(), random);
  const orders = new Flow(3.2, now(), random, 120_000);
  const violations = new Flow(2.5, now(), random);
  const rounded = (flow: Flow) => Math.round(flow.rate(now()));
  const health = () => ({
    type: 'application/json',
    body: `${JSON.stringify({ status: 'ok', clients: rounded(clients), orders: { total: orders.total(now()) } })}\n`,
  });
  const stats = () => ({
    type: 'application/xml',
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<stats><streams>${rounded(streams)}</streams><violations>${rounded(violations)}</violations></stats>\n`,
  });
  const page = () => ({
    type: 'text/html; charset=utf-8',
    body: `<!doctype html>\n<html lang="en"><head><title>Shop of the lab</title></head><body><h1>Shop of the lab</h1><p>customers online: ${rounded(clients)}</p></body></html>\n`,
  });
  return new Map([
    ['/', page],
    ['/health', health],
    ['/stats.xml', stats],
  ]);
}
