/** Keeps passwords out of what is read from a device: a terminal may echo what it is given. */

export interface Redaction {
  /** For values and events: the same text, unless a password stands in it. */
  output(text: string): string;
  /** For sentences: nothing that could be one, however short. */
  sentence(text: string): string;
}

/** Parts of what is asked before a password is given. */
const QUESTIONS = 'assw|ASSW|assp|asscode|ecret';
const HIDDEN = '***';
/** Shorter ones, and mere numbers, may be honest values; they are hidden where they stand alone or after a question. */
const LONG = 6;

export function redaction(secrets: readonly (string | undefined)[]): Redaction {
  const known = [...new Set(secrets.flatMap((one) => [one ?? '', one?.trim() ?? '']))]
    .filter((one) => one !== '')
    .sort((a, b) => b.length - a.length);
  const telling = known.filter((one) => one.length >= LONG && !/^\d+$/.test(one));
  const echoes = known.map((one) => ({
    one,
    echo: new RegExp(`^([^\\n]{0,80}(?:${QUESTIONS})[^\\n]{0,40}:\\s{0,4})?${escaped(one)}[ \\t]*$`, 'gm'),
  }));
  const without = (text: string, ones: readonly string[]) =>
    ones.reduce((rest, one) => rest.replaceAll(one, HIDDEN), text);
  return {
    output: (text) =>
      echoes.reduce(
        (rest, { one, echo }) => (rest.includes(one) ? rest.replace(echo, `$1${HIDDEN}`) : rest),
        without(text, telling),
      ),
    sentence: (text) => without(text, known),
  };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
