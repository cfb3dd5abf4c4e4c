/** A receiver of webhooks at a port of its own, which may be away. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

export interface Notice {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly severity: string;
  readonly element?: string;
}

interface Body {
  readonly id: string;
  readonly text: string;
  readonly kind: string;
  readonly notice?: Notice;
  readonly gathered?: { readonly count: number; readonly notices: readonly Notice[] };
}

export class Receiver {
  readonly port: number;
  readonly bodies: Body[] = [];
  readonly texts: string[] = [];
  status = 204;
  #server: Server | undefined;

  constructor(port: number) {
    this.port = port;
  }

  async open(): Promise<void> {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const text = Buffer.concat(chunks).toString('utf8');
      if (this.status < 300) {
        this.texts.push(text);
        if (text.startsWith('{')) this.bodies.push(JSON.parse(text));
      }
      response.writeHead(this.status).end();
    });
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
  }

  /** Of one name, singly told or listed in a gathered one, in the order in which they came. */
  notices(name: string): readonly Notice[] {
    return this.bodies
      .flatMap(({ notice, gathered }) => (notice ? [notice] : (gathered?.notices ?? [])))
      .filter((one) => one.name === name);
  }

  /** Notices of one name, those included that are only counted. */
  count(name: string): number {
    return this.bodies.reduce((sum, { notice, gathered }) => {
      if (notice) return sum + (notice.name === name ? 1 : 0);
      return sum + (gathered?.notices.some((one) => one.name === name) ? gathered.count : 0);
    }, 0);
  }
}
