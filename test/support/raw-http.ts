/** Bytes to a port and what comes back, for requests that no decent client would send. */
import { connect, type Socket } from 'node:net';

export interface RawExchange {
  readonly socket: Socket;
  /** All that has come back until now. */
  readonly received: () => string;
  /** Resolves when the other side has closed, or with what there is after `ms`. */
  ended(ms?: number): Promise<string>;
  /** Resolves as soon as this has been received; rejects when the connection ends before. */
  until(text: string): Promise<string>;
}

export async function rawConnection(port: number, firstBytes: string | Buffer = ''): Promise<RawExchange> {
  const socket = connect({ host: '127.0.0.1', port });
  let text = '';
  let closed = false;
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    tell();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    tell();
  });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  if (firstBytes.length > 0) socket.write(firstBytes);
  const when = (holds: () => boolean, ms: number): Promise<boolean> =>
    new Promise((resolve) => {
      const finish = (value: boolean) => {
        clearTimeout(timer);
        listeners.delete(look);
        resolve(value);
      };
      const look = () => {
        if (holds() || closed) finish(holds());
      };
      const timer = setTimeout(() => finish(false), ms);
      listeners.add(look);
      look();
    });
  return {
    socket,
    received: () => text,
    ended: async (ms = 5_000) => {
      await when(() => closed, ms);
      return text;
    },
    until: async (part) => {
      if (!(await when(() => text.includes(part), 5_000)))
        throw new Error(`"${part}" did not come, but: ${text.slice(0, 500)}`);
      return text;
    },
  };
}

/** One request on a connection of its own; the whole answer as text. */
export async function rawRequest(port: number, bytes: string | Buffer): Promise<string> {
  const exchange = await rawConnection(port, bytes);
  const answer = await exchange.ended();
  exchange.socket.destroy();
  return answer;
}
