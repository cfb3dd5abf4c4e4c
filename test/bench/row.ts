/** What a measurement finds: our time beside a peer's, their ratio, and the bar that it is held against. */

export interface Row {
  readonly work: string;
  /** CPU of one piece of work, microseconds, as of all figures here. */
  readonly oursUs: number;
  readonly peer: string;
  readonly peerUs: number;
  /** Ours by the peer's: the median of the ratios of single rounds. */
  readonly ratio: number;
  /** The largest ratio that is good; left out where there is none to meet. */
  readonly bar?: number;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
};

const HEAD = ['work', 'ours, us CPU', 'peer', 'its us CPU', 'ratio', 'bar', ''] as const;

/** A table of text, which is Markdown as well. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ work, oursUs, peer, peerUs, ratio, bar }) => [
    work,
    oursUs.toFixed(1),
    peer,
    peerUs.toFixed(1),
    ratio.toFixed(3),
    bar === undefined ? '' : `<= ${bar.toFixed(3)}`,
    bar === undefined ? '' : ratio <= bar ? 'met' : 'MISSED',
  ]);
  const widths = HEAD.map((head, at) => Math.max(head.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}
