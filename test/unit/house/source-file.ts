/** Source text, and the same text with what is not code blanked out, so that a word in a comment is not taken for code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/base/paths.js';

export interface SourceFile {
  /** Relative to the package's root, with `/`: `src/base/env.ts`. */
  readonly path: string;
  readonly text: string;
}

export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** What git ignores, and git itself. */
const NOT_OURS = /^(?:node_modules|dist|\.build.*|data|\.git)$|\.log$/;

/** Every file of the checkout, read as UTF-8; `.sqlite` and images and the like are left out by their zero bytes. */
export function readTree(root: string = PACKAGE_ROOT): SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (NOT_OURS.test(entry.name)) continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) {
        const text = readFileSync(path, 'utf8');
        if (!text.includes('\0')) files.push({ path: relative(root, path).replaceAll('\\', '/'), text });
      }
    }
  };
  walk(root);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export interface Masked {
  /** Comments blanked. */
  readonly withStrings: string;
  /** Comments, and the contents of strings, templates and regular expressions, blanked. */
  readonly code: string;
}

/** After one of these a slash begins a regular expression, after anything else it divides. */
const BEFORE_REGEX =
  /(?:^|[([{,;=:?!&|+\-*%<>~^]|\b(?:return|typeof|case|of|in|void|await|yield|throw|else|do|delete))\s*$/;
const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"|`|\/(?![/*])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*|[{}]/g;

/** Both maskings keep every offset and line where it was. */
export function mask(text: string): Masked {
  const withStrings = [...text];
  const code = [...text];
  const units = text.split('');
  const blank = (target: string[], from: number, to: number) => {
    for (let at = from; at < to; at++) if (units[at] !== '\n') target[at] = ' ';
  };
  withStrings.splice(0, withStrings.length, ...units);
  code.splice(0, code.length, ...units);

  /** Depth of braces at which each open `${` of a template ends. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) break;
    const token = match[0];
    const start = match.index;
    at = start + token.length;
    if (token.startsWith('//') || token.startsWith('/*')) {
      blank(withStrings, start, at);
      blank(code, start, at);
    } else if (token === '{') depth++;
    else if (token === '}') {
      const endsTemplate = templates.at(-1) === depth--;
      if (endsTemplate) {
        templates.pop();
        at = templateText(at);
      }
    } else if (token === '`') at = templateText(at);
    else if (token.startsWith('/')) {
      if (BEFORE_REGEX.test(code.slice(Math.max(0, start - 40), start).join('')))
        blank(code, start + 1, start + token.lastIndexOf('/'));
      else at = start + 1;
    } else blank(code, start + 1, at - 1);
  }
  return { withStrings: withStrings.join(''), code: code.join('') };

  /** Blanks the text of a template from `from` on; returns where code goes on, after its end or after a `${`. */
  function templateText(from: number): number {
    const end = /\\[\s\S]|`|\$\{/g;
    end.lastIndex = from;
    for (let found = end.exec(text); found; found = end.exec(text)) {
      if (found[0].startsWith('\\')) continue;
      blank(code, from, found.index);
      if (found[0] === '${') templates.push(++depth);
      return found.index + found[0].length;
    }
    return text.length;
  }
}
