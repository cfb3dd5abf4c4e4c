/**
 * How another `ptpmgr lab --restart` speaks to the lab that runs: a line of JSON each way over a loopback port that
 * stands, with a token, in a file of the data directory.
 */
import { timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Random } from '../../base/env.js';
import { CommandFailure, EXIT } from '../failure.js';

const FILE = 'lab.json';
const TIMEOUT_MS = 45_000;
const LONGEST_LINE = 4096;

export type ControlAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly usage: boolean; readonly text: string };

export interface LabControl {
  close(): Promise<void>;
}

/** Takes `restart` requests until closed. */
export async function serveControl(
  folder: string,
  random: Random,
  restart: (id: string) => Promise<ControlAnswer>,
): Promise<LabControl> {
  const token = random.bytes(24).toString('base64url');
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      received += text;
      const end = received.indexOf('\n');
      if (received.length > LONGEST_LINE) socket.destroy();
      else if (end >= 0) {
        socket.removeAllListeners('data');
        const id = readRequest(received.slice(0, end), token);
        if (id === undefined) socket.destroy();
        else void restart(id).then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
      }
    });
  });
  server.maxConnections = 8;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const file = join(folder, FILE);
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify({ pid: process.pid, port, token })}\n`, { mode: 0o600 });
  return {
    close: () =>
      new Promise((resolve) => {
        rmSync(file, { force: true });
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function readRequest(line: string, token: string): string | undefined {
  const request = parseObject(line);
  const given = Buffer.from(String(request?.token ?? ''));
  const right = Buffer.from(token);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  return typeof request?.restart === 'string' ? request.restart : undefined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Asks the lab that runs in a data directory to bring a manager back. */
export async function askToRestart(folder: string, id: string): Promise<string> {
  const none = (cause?: unknown) =>
    new CommandFailure(
      EXIT.failed,
      [`ptpmgr: no lab runs with the data directory ${folder}; --data should name the one that the lab printed`],
      { cause },
    );
  let entry: Readonly<Record<string, unknown>> | undefined;
  try {
    entry = parseObject(readFileSync(join(folder, FILE), 'utf8'));
  } catch (cause) {
    throw none(cause);
  }
  const { port, token } = entry ?? {};
  if (typeof port !== 'number' || typeof token !== 'string') throw none();
  const line = await new Promise<string>((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer')));
    socket.once('error', (cause) => reject(none(cause)));
    socket.write(`${JSON.stringify({ token, restart: id })}\n`);
    const lines = createInterface({ input: socket });
    lines.once('line', resolve);
    lines.once('close', () => reject(none()));
    lines.on('error', () => {});
  });
  const answer = parseObject(line);
  if (answer?.ok === true) return String(answer.text);
  throw new CommandFailure(answer?.usage === true ? EXIT.usage : EXIT.failed, [
    `ptpmgr: ${String(answer?.text ?? 'the lab gave no answer')}`,
  ]);
}
