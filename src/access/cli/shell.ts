/** Commands typed at a prompt, one after the other. */
import { PtpError } from '../../base/errors.js';
import type { Credential } from '../access.js';
import { complaintIn } from './device-errors.js';
import { ASKS_PASSWORD, type LogIn, seconds } from './login.js';
import type { Prompt } from './prompt.js';
import type { Redaction } from './redact.js';

/** Commands that may ask for a password before they give more rights; no other is answered with one. */
const RAISES_RIGHTS = /^\s*(?:en(?:a(?:b(?:l(?:e)?)?)?)?|su|sudo|super|system-admin)\b/i;
/** Of what a device says, quoted in a sentence. */
const MOST_QUOTED = 100;

/** @throws PtpError `Access.*` */
export async function typeCommands(
  commands: readonly string[],
  prompt: Prompt,
  way: LogIn,
  redaction: Redaction,
): Promise<readonly string[]> {
  const outputs: string[] = [];
  for (const [at, command] of commands.entries()) {
    const isLast = at === commands.length - 1;
    outputs.push(redaction.output(await typeCommand(command, prompt, way, redaction, isLast)));
  }
  return outputs;
}

async function typeCommand(
  command: string,
  prompt: Prompt,
  { dialogue, credential, limitMs, place }: LogIn,
  redaction: Redaction,
  isLast: boolean,
): Promise<string> {
  const secret = RAISES_RIGHTS.test(command) ? rightsPassword(credential) : undefined;
  const late = (line: string) => lateFor(command, line, limitMs, place, redaction);
  let asked = false;
  const look = ({ line, isEnded }: { readonly line: string; readonly isEnded: boolean }) => {
    if (isEnded) return 'end';
    if (secret !== undefined && ASKS_PASSWORD.test(line)) return 'password';
    return prompt.startIn(line) === undefined ? undefined : 'prompt';
  };
  let { found, text } = await dialogue.ask({ say: `${command}${dialogue.enter}`, limitMs, look, late });
  if (found === 'password') {
    asked = true;
    ({ found, text } = await dialogue.ask({ say: `${secret}${dialogue.enter}`, limitMs, look, late }));
  }
  if (found === 'password')
    throw new PtpError(
      'Access.Denied',
      `${place} does not accept the password for the command "${shortened(command, redaction)}"; enablePassword has to be right`,
    );
  if (found === 'end' && !isLast)
    throw new PtpError(
      'Access.Refused',
      `${place} ended the session at the command "${shortened(command, redaction)}"; such a command has to be the last`,
    );
  const output = withoutEcho(found === 'prompt' ? withoutPrompt(text, prompt) : text, asked ? '' : command);
  throwComplaint(command, output, place, redaction);
  return output;
}

const rightsPassword = (credential: Credential | undefined): string | undefined =>
  credential?.enablePassword ?? credential?.password;

function withoutPrompt(text: string, prompt: Prompt): string {
  const from = text.lastIndexOf('\n') + 1;
  const start = prompt.startIn(text.slice(from));
  return start === undefined ? text : text.slice(0, from + start);
}

/** A terminal repeats what is typed, at times over several lines. */
export function withoutEcho(text: string, command: string): string {
  const lines = text.split('\n');
  const wanted = command.replace(/\s/g, '');
  for (let rows = 1, seen = ''; rows <= Math.min(6, lines.length); rows++) {
    seen += lines[rows - 1]?.replace(/\s/g, '') ?? '';
    if (seen !== '' && seen.endsWith(wanted)) return lines.slice(rows).join('\n');
    if (wanted === '') break;
  }
  return text.replace(/^\n/, '');
}

/** @throws PtpError `Access.Content` when the output is no answer but a complaint. */
export function throwComplaint(command: string, output: string, place: string, redaction: Redaction): void {
  const complaint = complaintIn(output);
  if (complaint === undefined) return;
  throw new PtpError(
    'Access.Content',
    `${place} does not carry out the command "${shortened(command, redaction)}": ${shortened(complaint, redaction)}`,
  );
}

function lateFor(command: string, line: string, limitMs: number, place: string, redaction: Redaction): PtpError {
  const shown = shortened(line, redaction);
  return new PtpError(
    'Access.Timeout',
    `${place} did not finish the command "${shortened(command, redaction)}" within ${seconds(limitMs)}${
      shown === '' ? '' : `; its last line is "${shown}", and if that is its prompt, prompt="..." has to describe it`
    }`,
  );
}

/** Of a device or a configuration, as part of a sentence: one line, bounded, without a password. */
export function shortened(text: string, redaction: Redaction): string {
  const plain = redaction
    .sentence(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return plain.length > MOST_QUOTED ? `${plain.slice(0, MOST_QUOTED - 3)}...` : plain;
}
