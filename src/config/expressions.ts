/** Are the expressions of a configuration expressions at all? Each throws an Error with the reason when not. */
import { JSONPath } from 'jsonpath-plus';
import { XmlXPath } from 'libxml2-wasm';

const LONGEST = 1000;

export function checkRegex(text: string): void {
  bounded(text);
  try {
    new RegExp(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(': ').at(-1) : undefined;
    throw new Error(reason?.toLowerCase() ?? 'it cannot be read', { cause: error });
  }
}

/** Whether filters such as `[?(@.id==1)]` are run, and how safely, is the business of the method that uses it. */
export function checkJsonPath(text: string): void {
  bounded(text);
  if (!text.startsWith('$')) throw new Error('it does not begin with $');
  checkBrackets(text);
  if (text.endsWith('.') || JSONPath.toPathArray(text).length === 0) throw new Error('it ends too soon');
}

/** libxml2 writes its own line to stderr for what it refuses; the usual slips are found before it sees them. */
export function checkXPath(text: string): void {
  bounded(text);
  checkBrackets(text);
  if (text !== '/' && /([/|+=<>@,:*-]|\b(and|or|div|mod))$/.test(text.replace(/[/@:]\*$/, 'x')))
    throw new Error('it ends too soon');
  try {
    XmlXPath.compile(text).dispose();
  } catch (cause) {
    throw new Error('it cannot be read', { cause });
  }
}

function checkBrackets(text: string): void {
  const bare = text.replace(/'[^']*'|"[^"]*"/g, '');
  if (/['"]/.test(bare)) throw new Error('its quotes do not match');
  const open: string[] = [];
  for (const sign of bare) {
    if (sign === '[' || sign === '(') open.push(sign === '[' ? ']' : ')');
    else if ((sign === ']' || sign === ')') && open.pop() !== sign) throw new Error('its brackets do not match');
  }
  if (open.length > 0) throw new Error('its brackets do not match');
}

function bounded(text: string): void {
  if (text.length > LONGEST) throw new Error(`it is longer than ${LONGEST} characters`);
}
