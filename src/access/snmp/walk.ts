/**
 * Reads columns of tables: several side by side by GETBULK (RFC 3416 section 4.2.3), each from its own last name, so
 * that holes and early ends of single columns do no harm. Bounded; an agent that goes in circles is noticed.
 *
 * Answers are read where they stand: names are compared as bytes, and of a row the index becomes text once.
 */
import { PtpError } from '../../base/errors.js';
import { compareOidBytes, startsWithOid } from './ber/oid.js';
import { type Column, Rows, WalkedColumn } from './column.js';
import { IndexText } from './index-text.js';
import type { Bindings, Cell } from './message/bindings.js';
import { type Names, namesOf } from './message/names.js';
import { type OutgoingBinding, PDU, STATUS } from './message/pdu.js';
import { AgentError, type SnmpSession } from './session.js';

export type { Column } from './column.js';

/** Rows of one column, unless less is wanted; more is not read. */
const MOST_ROWS = 20_000;
/** Columns asked for side by side. */
const MOST_COLUMNS = 24;
const LESS_WHEN_LOST = 8;

/**
 * How many rows are asked for at once of a table whose size is not known. Fewer when the agent cannot, or when the answer
 * does not arrive, as where a fragment of it is always lost; the next poll dares a little more. 0: its GETBULK cannot be
 * relied on, and single successors are asked for.
 */
export interface BulkSize {
  repetitions: number;
}

/**
 * @param columnOids The very same array, which may not change, costs less from the second time on.
 * @param isSample More rows than `mostRows` are nothing to tell of.
 * @returns The columns by OID; one that the agent does not have is empty.
 * @throws PtpError `Access.*`
 */
export async function walkColumns(
  session: SnmpSession,
  columnOids: readonly string[],
  bulk: BulkSize,
  mostRows = MOST_ROWS,
  isSample = false,
): Promise<ReadonlyMap<string, Column>> {
  const columns = new Map<string, Column>();
  for (const names of groupsOf(columnOids)) {
    const walk = new GroupWalk(session, names, bulk, mostRows, isSample);
    await walk.run();
    for (const { name, rows } of walk.columns) columns.set(name, rows);
  }
  return columns;
}

const GROUPS = new WeakMap<readonly string[], readonly Names[]>();

function groupsOf(oids: readonly string[]): readonly Names[] {
  const known = GROUPS.get(oids);
  if (known) return known;
  const groups: Names[] = [];
  for (let from = 0; from < oids.length; from += MOST_COLUMNS)
    groups.push(namesOf(oids.slice(from, from + MOST_COLUMNS)));
  GROUPS.set(oids, groups);
  return groups;
}

/** An error status that nothing can be done about. */
export function agentFailure(error: unknown, session: SnmpSession): unknown {
  return error instanceof AgentError ? session.refusal(error) : error;
}

/** Columns that are walked side by side. */
class GroupWalk {
  readonly columns: readonly ColumnWalk[];
  readonly #session: SnmpSession;
  readonly #names: Names;
  readonly #bulk: BulkSize;
  readonly #mostRows: number;
  readonly #isSample: boolean;
  readonly #text = new IndexText();
  /** Those that are asked for. */
  #asked: readonly ColumnWalk[] = [];
  /** Asked for at once while the size is not known. */
  #step: number;
  /** Values of the last question that was not answered; 0 when one was since. */
  #lost = 0;
  /** What the last answer brought: whether any column has come further, and those that have not. */
  #isFurther = false;
  readonly #stuck: ColumnWalk[] = [];

  constructor(session: SnmpSession, names: Names, bulk: BulkSize, mostRows: number, isSample: boolean) {
    this.#session = session;
    this.#names = names;
    this.#bulk = bulk;
    this.#mostRows = mostRows;
    this.#isSample = isSample;
    this.#step = bulk.repetitions;
    const rows = new Rows();
    this.columns = names.contents.map((content, at) => new ColumnWalk(names.oids[at] ?? '', content, rows));
  }

  async run(): Promise<void> {
    const { habits, agent } = this.#session;
    for (let open = this.columns; open.length > 0; open = open.filter(isOpen)) {
      this.#asked = open.length > habits.values ? open.slice(0, habits.values) : open;
      if (agent.version === 0 || this.#bulk.repetitions === 0) await this.#askForSuccessors();
      else await this.#askForRows();
    }
    if (this.#isSample) return;
    habits.hadRows(this.#table, Math.max(...this.columns.map(({ rows }) => rows.size)));
    this.#tell();
  }

  /** By GETBULK. Where that is of no use, what is asked next is another thing. */
  async #askForRows(): Promise<void> {
    const width = this.#asked.length;
    const repetitions = this.#repetitions(width);
    const { habits } = this.#session;
    // Whoever wants many rows may ask for fewer, where it is not known that so many are answered.
    const isOnce = repetitions > 1 && (this.#lost > 0 || !habits.hasAnswered(width * repetitions));
    try {
      await this.#session.ask(
        PDU.GETBULK,
        repetitions,
        this.#bindings(),
        (bindings) => this.#take(bindings),
        isOnce ? { ...this.#session.patience, resends: 0 } : undefined,
      );
    } catch (error) {
      this.#askForFewer(error, width, repetitions);
      return;
    }
    this.#learn(width * repetitions);
    if (this.#isFurther) {
      habits.answered(width * repetitions);
      this.#markCircles();
      this.#step = Math.max(this.#step, 2 * repetitions);
      return;
    }
    // Some begin at the wrong place, or answer with nothing at all: what GETNEXT says is worth more.
    for (const column of this.#stuck) column.isOver = false;
    this.#bulk.repetitions = 0;
  }

  /** @throws What has nothing to do with how much was asked for. */
  #askForFewer(error: unknown, width: number, repetitions: number): void {
    const isLost = error instanceof PtpError && (error.code === 'Access.Timeout' || error.code === 'Access.Protocol');
    if (!(isLost || error instanceof AgentError)) throw error;
    const isTooBig = error instanceof AgentError && error.status === STATUS.TOO_BIG;
    if (isLost) this.#lost = width * repetitions;
    if (isTooBig) this.#session.habits.tooMany(width * repetitions);
    if (isTooBig && width * repetitions > 1) return;
    // With one repetition an agent has no more to say than by GETNEXT. Every lost answer costs a timeout, so there are few.
    const fewer = Math.floor(repetitions / (isLost ? LESS_WHEN_LOST : 2));
    // One that has answered GETBULK before is not taken for one that cannot at the first that is lost.
    const least = repetitions > 1 && this.#bulk.repetitions > 1 && this.#session.habits.hasAnswered(1) ? 1 : 0;
    this.#bulk.repetitions = Math.max(least, Math.min(fewer, this.#bulk.repetitions - 1));
    this.#step = this.#bulk.repetitions;
  }

  /** As many rows as are left of those that the table had last time, and one more, which shows its end. */
  #repetitions(width: number): number {
    const { habits, agent } = this.#session;
    let fewest = this.#mostRows;
    for (const { rows } of this.#asked) fewest = Math.min(fewest, rows.size);
    const known = habits.rowsOf(this.#table) ?? -1;
    const isTrusted = this.#bulk.repetitions >= agent.maxRepetitions;
    return Math.min(
      isTrusted ? (agent.knownRepetitions ?? agent.maxRepetitions) : this.#bulk.repetitions,
      Math.max(1, Math.floor(habits.values / width)),
      this.#mostRows - fewest + (this.#isSample ? 0 : 1),
      known < fewest ? this.#step : known + 1 - fewest,
    );
  }

  /** SNMPv1 has no GETBULK, and answers the whole request with `noSuchName` at the end of any column. */
  async #askForSuccessors(): Promise<void> {
    const width = this.#asked.length;
    try {
      await this.#askNext();
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      if (error.status === STATUS.TOO_BIG && width > 1) this.#session.habits.tooMany(width);
      else if (error.status === STATUS.NO_SUCH_NAME || width > 1) await this.#askForEach(this.#asked);
      else {
        this.#session.noteRefused(error, this.#asked[0]?.name ?? '');
        for (const column of this.#asked) column.isOver = true;
      }
    }
  }

  async #askForEach(columns: readonly ColumnWalk[]): Promise<void> {
    for (const column of columns) {
      this.#asked = [column];
      try {
        // Of a single one it is known already.
        if (columns.length > 1) await this.#askNext();
        else column.isOver = true;
      } catch (error) {
        if (!(error instanceof AgentError)) throw error;
        if (error.status !== STATUS.NO_SUCH_NAME) this.#session.noteRefused(error, column.name);
        column.isOver = true;
      }
    }
  }

  async #askNext(): Promise<void> {
    await this.#session.ask(PDU.GETNEXT, 0, this.#bindings(), (bindings) => {
      if (this.#take(bindings) !== this.#asked.length) throw this.#session.unfit();
    });
    this.#learn(this.#asked.length);
    this.#markCircles();
  }

  get #table(): string {
    return this.#names.oids[0] ?? '';
  }

  #bindings(): Names | readonly OutgoingBinding[] {
    const isStart = this.#asked.length === this.columns.length && this.#asked.every(({ rows }) => rows.size === 0);
    return isStart ? this.#names : this.#asked;
  }

  /** Where less is answered, what was lost was too much; where nothing is, it says nothing of how much that may be. */
  #learn(answered: number): void {
    if (this.#lost > answered) this.#session.habits.lost(this.#lost);
    this.#lost = 0;
  }

  /** @returns Of how many bindings. More rows than were asked for are as good as others. */
  #take(bindings: Bindings): number {
    const asked = this.#asked;
    const width = asked.length;
    let count = 0;
    let place = 0;
    this.#isFurther = false;
    this.#stuck.length = 0;
    while (bindings.next()) {
      const column = asked[place];
      if (column && !column.isOver) this.#takeBinding(column, bindings);
      count += 1;
      place = place + 1 === width ? 0 : place + 1;
    }
    return count;
  }

  /** A name that cannot be decoded is the last of its column. */
  #takeBinding(column: ColumnWalk, bindings: Bindings): void {
    try {
      this.#takeCell(column, bindings);
    } catch (error) {
      this.#session.noteMalformed(error, column.name);
      column.isOver = true;
      this.#isFurther = true;
    }
  }

  /** @throws MalformedMessage Of its name. */
  #takeCell(column: ColumnWalk, bindings: Bindings): void {
    const { buffer, oidFrom, oidTo } = bindings;
    const indexFrom = oidFrom + column.root.length;
    const isWithin = indexFrom < oidTo && startsWithOid(buffer, oidFrom, oidTo, column.root) && !bindings.isMissing();
    if (isWithin && column.isBefore(buffer, indexFrom, oidTo) && column.rows.size < this.#mostRows) {
      column.add(this.#text.of(buffer, indexFrom, oidTo), this.#session.cellIn(bindings, column.name), bindings);
      column.isOver = this.#isSample && column.rows.size === this.#mostRows;
      this.#isFurther = true;
      return;
    }
    column.isOver = true;
    if (
      isWithin
        ? column.isBefore(buffer, indexFrom, oidTo)
        : bindings.isMissing() || column.isBeside(buffer, oidFrom, oidTo)
    ) {
      this.#isFurther = true;
      column.isCut = isWithin;
    } else this.#stuck.push(column);
  }

  #markCircles(): void {
    for (const column of this.#stuck) column.isInCircles = true;
  }

  #tell(): void {
    const { findings, agent } = this.#session;
    const inCircles = this.columns.filter((column) => column.isInCircles);
    const cut = this.columns.filter(({ isCut }) => isCut);
    if (inCircles[0]) {
      const rule = 'each name of a walk has to come after the one before it; what came until then is used';
      const text = `${agent.place} goes in circles below ${listed(inCircles)}: ${rule}`;
      findings.note({ kind: 'walkInCircles', about: inCircles[0].name, text });
    }
    if (cut[0]) {
      const text = `${agent.place} has more than ${this.#mostRows} rows below ${listed(cut)}, or no end of them: the others are not read`;
      findings.note({ kind: 'walkCutShort', about: cut[0].name, text });
    }
  }
}

const listed = ([first, ...others]: readonly ColumnWalk[]): string =>
  others.length === 0 ? `${first?.name}` : `${first?.name} and of ${others.length} more`;

/** One column under way. */
class ColumnWalk {
  readonly rows: WalkedColumn;
  isOver = false;
  /** There are more rows than are taken. */
  isCut = false;
  isInCircles = false;
  /** The last name, where it stands in an answer. */
  #bytes: Uint8Array;
  #from = 0;
  #to: number;

  constructor(
    readonly name: string,
    readonly root: Uint8Array,
    rows: Rows,
  ) {
    this.rows = new WalkedColumn(rows);
    this.#bytes = root;
    this.#to = root.length;
  }

  /** What is asked for next. */
  get oid(): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#to);
  }

  /** Whether the walk has not come to that index yet. */
  isBefore(bytes: Uint8Array, indexFrom: number, to: number): boolean {
    return compareOidBytes(bytes, indexFrom, to, this.#bytes, this.#from + this.root.length, this.#to) > 0;
  }

  /** Whether a name that is none of the column's stands behind it. */
  isBeside(bytes: Uint8Array, from: number, to: number): boolean {
    return compareOidBytes(bytes, from, to, this.#bytes, this.#from, this.#to) > 0;
  }

  /** @param at Where the index stands. */
  add(index: string, cell: Cell, at: Bindings): void {
    this.rows.add(index, cell);
    this.#bytes = at.buffer;
    this.#from = at.oidFrom;
    this.#to = at.oidTo;
  }
}

const isOpen = ({ isOver }: ColumnWalk): boolean => !isOver;
