/** Prompts: given by the configuration, or learnt from what a device shows when it is asked nothing. */
import { PtpError } from '../../base/errors.js';
import { compilePattern, runBounded } from '../regex-limits.js';

export interface Prompt {
  /**
   * @param line The last line, as it is shown.
   * @returns Where in it the prompt begins; undefined when there is none.
   */
  startIn(line: string): number | undefined;
}

/** What is shown of a line, and matched, at most. */
export const MOST_PROMPT = 500;

const ENDS_LIKE_PROMPT = /[>#$%\]:~)}»›❯]$/;
/** A base of that many characters is unlike enough to be known in the middle of a line, too. */
const TELLING = 4;

/** Whether somebody might be asked for something after that. */
export const looksLikePrompt = (line: string): boolean => line.length <= 200 && ENDS_LIKE_PROMPT.test(line);

/** @throws PtpError `Access.Settings` */
export function promptPattern(source: string): RegExp {
  try {
    compilePattern(source);
    return new RegExp(`(?:${source})\\s*$`);
  } catch (cause) {
    throw new PtpError('Access.Settings', `prompt="${source}" should be a regular expression as JavaScript writes it`, {
      cause,
    });
  }
}

/** @param pattern As {@link promptPattern} makes it. */
export function givenPrompt(pattern: RegExp): Prompt {
  return {
    startIn(line) {
      const tail = line.slice(-MOST_PROMPT);
      const done = runBounded(() => pattern.exec(tail));
      if (!done)
        throw new PtpError('Access.Settings', 'prompt takes too long to be looked for; it would have to be simpler');
      return done.result ? line.length - tail.length + done.result.index : undefined;
    },
  };
}

/**
 * The prompt that was shown twice. Its name stays; modes (`(config-if)`), rights (`>` or `#`), views (`[name-view]`),
 * folders after a colon and numbers may change.
 */
export function learntPrompt(shown: string): Prompt {
  const line = shown.trim();
  const pattern = patternOf(line);
  const base = /^[<[]?([\w.@-]*)/.exec(line)?.[1] ?? '';
  const anchored = base.length < TELLING ? new RegExp(`^\\s*${pattern}\\s*$`) : new RegExp(`${pattern}\\s*$`);
  return {
    startIn(text) {
      const tail = text.slice(-MOST_PROMPT);
      const found = anchored.exec(tail);
      return found ? text.length - tail.length + found.index : undefined;
    },
  };
}

function patternOf(line: string): string {
  // <H3C> becomes [H3C] and [H3C-GigabitEthernet1/0/1].
  const framed = /^(?:<([^<>]{1,100})>|\[([^[\]@]{1,100})\])$/.exec(line)?.slice(1).join('');
  if (framed) return `[<[][~*]?${numbersFree(framed)}[^\\]>\\s]{0,100}[\\]>]`;
  // user@host:~/folder$, [user@host folder]$ and the like.
  const [, user, end] = /^(\[?[\w.-]{1,64}@[\w.-]{1,64})[: ][^\n]{0,200}?(\]?\s?[>#$%])$/.exec(line) ?? [];
  if (user && end) return `${numbersFree(user)}[: ][^\\n]{0,200}?${escaped(end.slice(0, -1))}[>#$%]`;
  // router>, router#, router(config)#
  const [, name] = /^(.{1,150}?)(?:\([^()]{1,60}\))?\s?[>#$%]$/.exec(line) ?? [];
  if (name) return `${numbersFree(name)}(?:\\([^()\\n]{1,60}\\))?\\s?[>#$%]`;
  return numbersFree(line);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** Only numbers that stand alone, such as that of a command: `router1` is a name. */
const numbersFree = (text: string): string => escaped(text).replace(/(?<![\w.])\d+(?!\w)/g, '\\d+');
