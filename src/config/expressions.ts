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

/** One that must match a whole name, such as `device/cache.*`. */
export const wholeMatch = (text: string): RegExp => new RegExp(`^(?:${text})$`);

/** Whether filters such as `[?(@.id==1)]` are run, and how safely, is the business of the method that uses it. */
export function checkJsonPath(text: string): void {
  bounded(text);
  if (!text.startsWith('$')) throw new Error('it does not begin with $');
  const open: string[] = [];
  for (const sign of text.replace(/'[^']*'|"[^"]*"/g, '')) {
    if (sign === '[' || sign === '(') open.push(sign === '[' ? ']' : ')');
    else if ((sign === ']' || sign === ')') && open.pop() !== sign) throw new Error('its brackets do not match');
  }
  if (open.length > 0) throw new Error('its brackets do not match');
  if (text.endsWith('.') || JSONPath.toPathArray(text).length === 0) throw new Error('it ends too soon');
}

export function checkXPath(text: string): void {
  bounded(text);
  try {
    XmlXPath.compile(text).dispose();
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().split('\n')[0]?.toLowerCase() : undefined;
    throw new Error(reason?.replace(/\.$/, '') || 'it cannot be read', { cause: error });
  }
}

function bounded(text: string): void {
  if (text.length > LONGEST) throw new Error(`it is longer than ${LONGEST} characters`);
}
