/** Being let in at a terminal: questions for user and password answered, the prompt found or learnt. */
import { PtpError } from '../../base/errors.js';
import type { Credential } from '../access.js';
import type { Dialogue, Moment } from './dialogue.js';
import { givenPrompt, learntPrompt, looksLikePrompt, type Prompt } from './prompt.js';

const ASKS_USER = /(?:^|[\s>])(?:user(?: ?name| ?id)?|login(?: name| as)?|account|benutzer\w{0,10})\s{0,4}:$/i;
export const ASKS_PASSWORD = /(?:pass(?:word|code|phrase|wd)|passwor[dt]|kennwort|secret)\b[^:\n]{0,60}:$/i;
/** Told of whoever is not let in, on a line of its own. */
const REFUSED =
  /^\W{0,8}(?:login (?:incorrect|failed|invalid|denied)|(?:invalid|incorrect|bad|wrong) (?:login|password|user|credential)|(?:user )?authentication (?:fail|error|denied|rejected)|error in authentication|access denied|permission denied|sorry[.,!]?$)/im;

/** A line that has the look of a prompt is taken for one after that. */
const BELIEVED_MS = 300;
/** One that does not look like one. */
const ACCEPTED_MS = 2000;
const MOST_QUESTIONS = 8;

type Seen = 'user' | 'password' | 'prompt' | 'refused' | 'silent';

export interface LogIn {
  readonly dialogue: Dialogue;
  readonly credential: Credential | undefined;
  readonly prompt: RegExp | undefined;
  readonly limitMs: number;
  readonly place: string;
}

/** @throws PtpError `Access.*` */
export async function logIn(way: LogIn): Promise<Prompt> {
  const { dialogue, credential, place, limitMs } = way;
  const given = way.prompt && givenPrompt(way.prompt);
  const told = { user: false, password: false };
  let say: string | undefined;
  for (let question = 0; question < MOST_QUESTIONS; question++) {
    const { found, text } = await dialogue.ask({
      ...(say === undefined ? {} : { say }),
      limitMs,
      look: (moment) => seenAt(moment, given, told.password),
      late: () => new PtpError('Access.Timeout', `${place} did not ${lacking(told, given)} within ${seconds(limitMs)}`),
    });
    switch (found) {
      case 'prompt':
        return given ?? learn(way, lastLine(text));
      case 'refused':
        throw denied(place);
      case 'silent':
        say = dialogue.enter;
        break;
      case 'user':
        if (told.user) throw denied(place);
        if (credential?.user === undefined) throw unnamed(place, 'user');
        told.user = true;
        say = `${credential.user}${dialogue.enter}`;
        break;
      case 'password':
        if (told.password) throw denied(place);
        if (credential?.password === undefined) throw unnamed(place, 'password');
        told.password = true;
        say = `${credential.password}${dialogue.enter}`;
        break;
    }
  }
  throw new PtpError('Access.Protocol', `${place} asks more than ${MOST_QUESTIONS} questions before it shows a prompt`);
}

function seenAt(moment: Moment, given: Prompt | undefined, toldPassword: boolean): Seen | undefined {
  const { line, quietMs, isEnded } = moment;
  if (isEnded) return toldPassword ? 'refused' : undefined;
  if (ASKS_PASSWORD.test(line)) return 'password';
  if (ASKS_USER.test(line)) return 'user';
  if (given) {
    if (given.startIn(line) !== undefined) return 'prompt';
  } else if (line.trim() !== '') {
    if (quietMs >= (looksLikePrompt(line) ? BELIEVED_MS : ACCEPTED_MS)) return 'prompt';
  }
  if (toldPassword && quietMs >= BELIEVED_MS && REFUSED.test(moment.text())) return 'refused';
  return line.trim() === '' && quietMs >= ACCEPTED_MS ? 'silent' : undefined;
}

/** What is shown when Enter is pressed, and shown again, is the prompt: a greeting is shown once. */
async function learn({ dialogue, limitMs, place }: LogIn, first: string): Promise<Prompt> {
  let candidate = first;
  for (let turn = 0; turn < 3; turn++) {
    const { found } = await dialogue.ask({
      say: dialogue.enter,
      limitMs,
      look: ({ line, quietMs }) =>
        line.trim() !== '' && (line === candidate || quietMs >= BELIEVED_MS) ? line : undefined,
      late: () => unlearnt(place),
    });
    const prompt = learntPrompt(found);
    if (found === candidate || prompt.startIn(candidate) !== undefined) return prompt;
    candidate = found;
  }
  throw unlearnt(place);
}

const lastLine = (text: string): string => text.slice(text.lastIndexOf('\n') + 1);

const lacking = (told: { user: boolean; password: boolean }, given: Prompt | undefined): string => {
  const asked = told.user || told.password ? 'after its login ' : '';
  return given ? `show the prompt ${asked}that is configured` : `show a prompt ${asked}or ask for a login`.trim();
};

export const seconds = (limitMs: number): string => `${Math.round(limitMs / 100) / 10} s`;

const denied = (place: string): PtpError =>
  new PtpError('Access.Denied', `${place} does not let this user in; user and password have to be right`);

const unnamed = (place: string, what: string): PtpError =>
  new PtpError('Access.Denied', `${place} asks for a ${what}; name a credential with one`);

const unlearnt = (place: string): PtpError =>
  new PtpError(
    'Access.Protocol',
    `${place} shows no prompt that could be learnt; give its regular expression as prompt="..."`,
  );
