/**
 * What a terminal would show of the bytes that a device sends: backspaces, carriage returns and escape sequences
 * (ECMA-48) are carried out as far as they move within a line or erase in it; all else that cannot be seen is dropped.
 */

const ESCAPE = '\u001b';
/** A sequence that is not finished yet is dropped, too. */
const SEQUENCE = new RegExp(
  [
    `${ESCAPE}(?:\\[([0-?]{0,32})[ -/]{0,4}([@-~]?)`,
    // Strings, such as the title of a window, up to BEL or ST.
    `[\\]PX^_][^\\u0007${ESCAPE}]{0,512}(?:\\u0007|${ESCAPE}\\\\)?`,
    '[ -/]{1,4}[0-~]?|[0-~]?)',
  ].join('|'),
  'y',
);
/** All control characters but tabs. */
const MOVES = /(?!\t)\p{Cc}/u;
/** A cursor that is sent further than this stays here. */
const MOST_COLUMNS = 600;

/** Lines divided by `\n`, without blanks at their ends. */
export const shownText = (raw: string): string => raw.split('\n').map(shownLine).join('\n');

/** @param raw Without `\n`. */
export function shownLine(raw: string): string {
  const plain = raw.replace(/\r+$/, '');
  return (MOVES.test(plain) ? new LineOnScreen().take(plain) : plain).trimEnd();
}

class LineOnScreen {
  readonly #cells: string[] = [];
  #column = 0;

  take(raw: string): string {
    for (let at = 0; at < raw.length; ) {
      const code = raw.charCodeAt(at);
      if (code === 0x1b) at += this.#sequence(raw, at);
      else {
        if (code === 0x08) this.#column = Math.max(0, this.#column - 1);
        else if (code === 0x0d) this.#column = 0;
        else if (code === 0x09 || (code >= 0x20 && (code < 0x7f || code > 0x9f))) this.#put(raw.charAt(at));
        at += 1;
      }
    }
    return Array.from(this.#cells, (cell: string | undefined) => cell ?? ' ').join('');
  }

  #put(character: string): void {
    this.#cells[this.#column] = character;
    this.#column += 1;
  }

  /** @returns Its length. */
  #sequence(raw: string, at: number): number {
    SEQUENCE.lastIndex = at;
    const [all, parameters, final] = SEQUENCE.exec(raw) ?? ['\x1b'];
    const count = Number.parseInt(parameters ?? '', 10);
    const distance = Math.min(Number.isNaN(count) || count === 0 ? 1 : count, MOST_COLUMNS);
    if (final === 'D') this.#column = Math.max(0, this.#column - distance);
    else if (final === 'C') this.#moveTo(this.#column + distance);
    else if (final === 'G') this.#moveTo(distance - 1);
    else if (final === 'K' || final === 'J') this.#erase(Number.isNaN(count) ? 0 : count);
    return all.length;
  }

  #moveTo(column: number): void {
    if (column <= Math.max(MOST_COLUMNS, this.#cells.length)) this.#column = column;
  }

  /** 0: from the cursor on; 2: all. Each takes no longer than the writing of what it erases. */
  #erase(what: number): void {
    if (what === 0) this.#cells.length = Math.min(this.#cells.length, this.#column);
    else if (what === 2) this.#cells.length = 0;
  }
}
