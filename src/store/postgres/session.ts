/** One connection to the server, with the settings that the store relies on. */
import { Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import pg from 'pg';
import type { Column, Row } from './columns.js';
import { ConnectionLost, explain } from './failures.js';
import { type PostgresPlace, quoted } from './place.js';

/** What a parameter may be; a list of numbers or of text is an array in SQL. */
export type Parameter = string | number | boolean | null | Uint8Array | readonly number[] | readonly (string | null)[];

const CONNECT_MS = 5000;
/** The server breaks off what takes longer, and what waits longer for a lock. */
const STATEMENT_MS = 30_000;
const LOCK_MS = 10_000;
/** A server that says nothing for so long is given up. */
const SILENCE_MS = STATEMENT_MS + 5000;
/** How long a connection that says nothing is believed to be alive, on both sides. */
const KEEPALIVE_S = 30;

/** Object ids of the types that are read otherwise than as text. */
const INT8 = 20;
const PARSERS: Readonly<Record<number, (text: string) => Column>> = {
  16: (text) => text === 't',
  17: (text) => Buffer.from(text.slice(2), 'hex'),
  21: Number,
  23: Number,
  [INT8]: Number,
  700: Number,
  701: Number,
  1700: Number,
  1007: (text) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number)),
};
const types = { getTypeParser: (oid: number) => PARSERS[oid] ?? ((text: string) => text) };

export class Session {
  readonly place: PostgresPlace;
  readonly #client: pg.Client;
  readonly #socket: () => Socket | undefined;
  #lost: unknown;

  private constructor(place: PostgresPlace, client: pg.Client, socket: () => Socket | undefined) {
    this.place = place;
    this.#client = client;
    this.#socket = socket;
    client.on('error', (error) => {
      this.#lost ??= error;
    });
  }

  /**
   * @param role Is seen among the sessions of the server.
   * @param told Is told what the server remarks.
   * @throws PtpError `Store.Failed`
   */
  static async open(place: PostgresPlace, role: string, told: (remark: string) => void): Promise<Session> {
    let socket: Socket | undefined;
    const client = new pg.Client({
      host: place.host,
      port: place.port,
      user: place.user,
      database: place.database,
      ...(place.password !== undefined && { password: place.password }),
      ssl: tlsOf(place),
      application_name: `${place.schema} ${role}`.slice(0, 63),
      options: [
        `statement_timeout=${STATEMENT_MS}`,
        `lock_timeout=${LOCK_MS}`,
        'idle_in_transaction_session_timeout=60000',
        `tcp_keepalives_idle=${KEEPALIVE_S}`,
        'tcp_keepalives_interval=5',
        'tcp_keepalives_count=6',
        'DateStyle=ISO',
        'bytea_output=hex',
        'extra_float_digits=1',
        'client_min_messages=warning',
      ]
        .map((setting) => `-c ${setting}`)
        .join(' '),
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: SILENCE_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEPALIVE_S * 1000,
      client_encoding: 'UTF8',
      types,
      stream: () => {
        socket = new Socket();
        return socket;
      },
    });
    const session = new Session(place, client, () => socket);
    client.on('notice', ({ message }) => told(String(message)));
    try {
      await client.connect();
      await session.rows(`SET search_path = ${quoted(place.schema)}, pg_catalog`);
      return session;
    } catch (thrown) {
      session.drop();
      throw explain(place.file, thrown);
    }
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  async rows(sql: string, values: readonly Parameter[] = []): Promise<readonly Row[]> {
    return (await this.#query(sql, values)).rows;
  }

  async first(sql: string, values: readonly Parameter[] = []): Promise<Row | undefined> {
    return (await this.rows(sql, values))[0];
  }

  /** @returns How many rows it touched. */
  async run(sql: string, values: readonly Parameter[] = []): Promise<number> {
    return (await this.#query(sql, values)).rowCount ?? 0;
  }

  /** Ends a transaction. @returns False when the server rolled it back instead, because something in it had failed. */
  async commit(): Promise<boolean> {
    return (await this.#query('COMMIT', [])).command === 'COMMIT';
  }

  /** Says goodbye. */
  async close(): Promise<void> {
    if (this.#lost === undefined) await this.#client.end().catch(() => {});
    this.drop();
  }

  /** Leaves without a word; whatever is under way fails. */
  drop(): void {
    this.#lost ??= new Error('Connection terminated');
    this.#socket()?.destroy();
  }

  async #query(sql: string, values: readonly Parameter[]): Promise<pg.QueryArrayResult<Column[]>> {
    if (this.#lost !== undefined) throw this.#gone(this.#lost);
    try {
      // Numbered parameters are planned anew each time with what they are, so that only the partitions asked for are looked at.
      return await this.#client.query<Column[]>({ text: sql, values: values.map(written), rowMode: 'array' });
    } catch (thrown) {
      const isEnding = explain(this.place.file, thrown) instanceof ConnectionLost;
      if (isEnding) this.drop();
      throw this.#lost === undefined ? thrown : this.#gone(thrown);
    }
  }

  #gone(thrown: unknown): ConnectionLost {
    const { code, message, cause } = explain(this.place.file, thrown);
    return new ConnectionLost(code, message, { cause });
  }
}

function written(value: Parameter): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (typeof value === 'object' && value !== null) return `{${value.map(element).join(',')}}`;
  return value;
}

function element(value: string | number | null): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function tlsOf({ host, tls }: PostgresPlace): false | ConnectionOptions {
  const { mode, ca, cert, key } = tls;
  if (mode === 'disable') return false;
  return {
    rejectUnauthorized: mode !== 'require',
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    checkServerIdentity: (_named, shown) => (mode === 'verify-full' ? checkServerIdentity(host, shown) : undefined),
  };
}
