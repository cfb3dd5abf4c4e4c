/** Pagers: what a device says when it holds its output back, and what it wants to go on. */

/** Of the line that is under way; none of them repeats within a repetition. */
const PAGERS: readonly (readonly [sign: RegExp, answer: 'space' | 'enter' | 'quit'])[] = [
  // --More--, -- more --, <--- More --->, ---- More ----, ---(more 45%)---, -- MORE --, next page: Space, ...
  [/<?-{2,}\s{0,3}\(?more\b[^\n]{0,80}$/i, 'space'],
  [/^\s{0,8}\(?more\b[^\n]{0,30}(?:<space>|\bspace\b)[^\n]{0,60}$/i, 'space'],
  [/\b(?:press|hit|type|strike)\s(?:the\s)?(?:<?(?:return|enter|cr)\b|\[enter\])[^\n]{0,80}$/i, 'enter'],
  [/\b(?:press|hit|type|strike)\s(?:any|a)\skey\b[^\n]{0,80}$/i, 'space'],
  [/\b(?:press|hit|type|strike)\s(?:the\s)?<?space\b[^\n]{0,80}$/i, 'space'],
  // less, as systems with a shell of their own call it.
  [
    /(?:^|\s)lines \d{1,9}-\d{1,9}(?:\/\d{1,9})?(?: byte \d{1,12}\/\d{1,12})?(?: \d{1,3}%)?(?: .{0,40}help\))?$/,
    'space',
  ],
  [/(?:^|\s)\(END\)\s{0,4}$/, 'quit'],
];

/** Of the line, at its end. */
const MOST_SIGN = 200;

const KEYS = { space: ' ', quit: 'q' } as const;

/**
 * @param line The last line, as it is shown.
 * @param enter What the Enter key sends on this connection.
 * @returns What to answer, and how many characters the sign takes at the end of the line.
 */
export function pagerAt(line: string, enter: string): { readonly answer: string; readonly length: number } | undefined {
  const end = line.slice(-MOST_SIGN);
  for (const [sign, answer] of PAGERS) {
    const match = sign.exec(end);
    if (match) return { answer: answer === 'enter' ? enter : KEYS[answer], length: end.length - match.index };
  }
  return undefined;
}
