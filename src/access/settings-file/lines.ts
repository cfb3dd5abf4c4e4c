/**
 * The lines of a file of settings as they may be kept and shown: without the secrets in it. That a hidden one has
 * changed is still seen, by a mark too short to find it by.
 */
import { createHash } from 'node:crypto';

export interface SettingLine {
  /** As it may be shown. */
  readonly text: string;
  /** Of what is hidden in it; empty where nothing is. */
  readonly mark: string;
}

const HIDDEN = '***';
/** Hexadecimal digits of a hash: one change in 16 million goes unseen, and 2^20 and more guesses fit each. */
const MARK_LENGTH = 6;
/** Longer lines are cut where they are shown; their mark tells a change behind that. */
const MOST_SHOWN = 500;

/** A word that says that a secret follows: `password 7 0822`, `snmp-server community x`, `api_key: "x"`, `<password>x<`. */
const TELLING =
  /(pass(?:word|wd|phrase|code)?|pwd?|secret|authorization|bearer|communit(?:y|ies)|token|credentials?|psk|(?:api|private|shared|pre-shared|encryption|auth(?:entication)?|access)[-_ ]?key|key-string|md5|(?<![a-z])sha\d{0,3}|(?<![a-z])key)(?=[\s"':=_>-]|$)/i;
/** What follows the word: other parts of the name, a sign of assignment, then the secret. */
const AFTER = /^[\w.-]*["']?(?:>\s*|\s*[:=]+>?\s*|\s+)(?=\S)/;
const USERINFO = /(:\/\/[^\s/:@]{0,200}:)[^\s/@]{1,500}@/g;
/** As crypt(3) writes a password. */
const CRYPTED = /\$\w{1,8}\$[./\w$=,]{8,200}/g;
const KEY_BEGINS = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY/;
const KEY_ENDS = /-----END [A-Z ]{0,30}PRIVATE KEY/;

export function settingLines(text: string): SettingLine[] {
  let isKey = false;
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => {
    const ends = isKey && KEY_ENDS.test(line);
    const shown = isKey && !ends ? HIDDEN : withoutSecret(line);
    isKey = (isKey && !ends) || KEY_BEGINS.test(line);
    const text = shown.slice(0, MOST_SHOWN);
    return { text, mark: text === line ? '' : markOf(line) };
  });
}

function withoutSecret(line: string): string {
  const without = line.replace(USERINFO, `$1${HIDDEN}@`).replace(CRYPTED, HIDDEN);
  const word = TELLING.exec(without);
  if (!word) return without;
  const from = word.index + word[0].length;
  const after = AFTER.exec(without.slice(from));
  return after ? `${without.slice(0, from)}${after[0]}${HIDDEN}` : without;
}

const markOf = (line: string): string => createHash('sha256').update(line).digest('hex').slice(0, MARK_LENGTH);
