/** Which file refers to which. */
import { posix } from 'node:path';
import { lineOf, mask, type SourceFile } from './source-file.js';

export interface Import {
  readonly from: string;
  /** A file of ours as its source path (`src/base/env.ts`), or a package's name. */
  readonly to: string;
  readonly line: number;
  /** Gone after compilation: `import type`, or a type written as `import('...').Name`. */
  readonly typeOnly: boolean;
  /** Started as a thread or read as a file rather than imported. */
  readonly byUrl: boolean;
}

const STATIC = /\b(import|export)\s+(type\s+)?(?:[\w*${},\s]+?\s+from\s+)?(['"])([^'"\n]+)\3/g;
const DYNAMIC = /(\bawait\s+)?\bimport\(\s*(['"])([^'"\n]+)\2\s*\)/g;
const BY_URL = /\bnew URL\(\s*(['"])([^'"\n]+)\1\s*,\s*import\.meta\.url/g;
/** `packagePath('dist', 'src', 'store', 'worker.js')` */
const BY_PATH = /\bpackagePath\(\s*(['"]dist['"][^)]*)\)/g;

export function importsOf(file: SourceFile): Import[] {
  const { withStrings, code } = mask(file.text);
  const found: Import[] = [];
  const add = (offset: number, name: string, typeOnly: boolean, byUrl = false) =>
    found.push({ from: file.path, to: resolve(file.path, name), line: lineOf(file.text, offset), typeOnly, byUrl });
  const each = (pattern: RegExp, use: (match: RegExpExecArray) => void) => {
    // What looks like an import within a string is blank in `code`.
    for (const match of withStrings.matchAll(pattern)) if (code[match.index] !== ' ') use(match);
  };
  each(STATIC, (match) => add(match.index, match[4] ?? '', match[2] !== undefined));
  each(DYNAMIC, (match) => add(match.index, match[3] ?? '', match[1] === undefined && !isCalled(code, match)));
  each(BY_URL, (match) => add(match.index, match[2] ?? '', false, true));
  each(BY_PATH, (match) => {
    const parts = [...(match[1] ?? '').matchAll(/['"]([^'"]+)['"]/g)].map((part) => part[1] ?? '');
    found.push({
      from: file.path,
      to: sourceOf(parts.slice(1).join('/')),
      line: lineOf(file.text, match.index),
      typeOnly: false,
      byUrl: true,
    });
  });
  return found;
}

/** `import('x').then(...)` and `() => import('x')` run; `import('x').Name` in a type does not. */
function isCalled(code: string, match: RegExpExecArray): boolean {
  const before = code.slice(0, match.index).trimEnd();
  const after = code.slice(match.index + match[0].length);
  return before.endsWith('=>') || /^\s*\.\s*(?:then|catch|finally)\b/.test(after);
}

function resolve(from: string, name: string): string {
  if (!name.startsWith('.')) return name;
  return sourceOf(posix.join(posix.dirname(from), name));
}

const sourceOf = (path: string): string => path.replace(/\.js$/, '.ts');
