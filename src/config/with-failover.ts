/** Writes the failover managers that a manager has found into its configuration, and leaves every other byte as it is. */
import { PtpError } from '../base/errors.js';
import { type PositionedElement, parsePositioned } from '../xml/positions.js';
import { escapeAttribute } from '../xml/write.js';

/** A manager that has agreed to take over. */
export interface FoundFailover {
  readonly id: string;
  /** `host:port` or `http(s)://host:port`, where it is not a neighbour. */
  readonly uri?: string;
  /** Types of elements that it takes over; none named means all. */
  readonly types: readonly string[];
}

/** After the last of which a `FAILOVER_EM` is put, the first that is there; the order of the samples. */
const PLACES = ['FAILOVER_EM', 'NEIGHBORS', 'EINTEGRATION_MANAGER', 'HOST', 'SOCKET_SERVER', 'SITE'];

interface Splice {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The text with these failover managers. One that it names already gets these types, and the uri if it has none.
 * @throws PtpError `Client.Validation` when the text is not well-formed or holds no manager.
 */
export function withFailover(text: string, found: readonly FoundFailover[]): string {
  const { root } = parsePositioned(text);
  const manager = root.children.find(({ name }) => name === 'EMANAGER' || name === 'EINTEGRATION_MANAGER');
  if (!manager)
    throw new PtpError('Client.Validation', 'there is no EMANAGER and no EINTEGRATION_MANAGER in this configuration');
  const known = new Map(
    manager.children
      .filter(({ name }) => name === 'FAILOVER_EM')
      .map((one) => [one.attributes.get('id')?.value.trim(), one]),
  );
  const splices: Splice[] = [];
  const fresh: FoundFailover[] = [];
  for (const one of new Map(found.map((each) => [each.id, each])).values()) {
    const at = known.get(one.id);
    if (at) splices.push(...changed(text, at, one));
    else fresh.push(one);
  }
  if (fresh.length > 0) splices.push(added(text, manager, fresh));
  splices.sort((a, b) => b.at - a.at);
  return splices.reduce((rest, { at, end, text: piece }) => rest.slice(0, at) + piece + rest.slice(end), text);
}

const attribute = (name: string, value: string): string => ` ${name}="${escapeAttribute(value)}"`;

function changed(text: string, at: PositionedElement, { uri, types }: FoundFailover): Splice[] {
  const last = [...at.attributes.values()].at(-1);
  const end = last?.end ?? at.offset + 1 + at.name.length;
  const written = at.attributes.get('types');
  const now = written?.value.trim().split(/\s+/).filter(Boolean) ?? [];
  const isSame = [...now].sort().join(' ') === [...types].sort().join(' ');
  const additions: string[] = [];
  const splices: Splice[] = [];
  if (!isSame && written && types.length > 0)
    splices.push({ at: written.valueOffset, end: written.valueEnd, text: escapeAttribute(types.join(' ')) });
  else if (!isSame && written) {
    const before = text.slice(0, written.offset).trimEnd().length;
    splices.push({ at: before, end: written.end, text: '' });
  } else if (!isSame) additions.push(attribute('types', types.join(' ')));
  if (uri !== undefined && !at.attributes.has('uri')) additions.push(attribute('uri', uri));
  if (additions.length > 0) splices.push({ at: end, end, text: additions.join('') });
  return splices;
}

function added(text: string, manager: PositionedElement, found: readonly FoundFailover[]): Splice {
  const tags = found.map(
    ({ id, uri, types }) =>
      `<FAILOVER_EM${attribute('id', id)}${types.length > 0 ? attribute('types', types.join(' ')) : ''}${uri === undefined ? '' : attribute('uri', uri)}/>`,
  );
  const place = PLACES.find((name) => manager.children.some((child) => child.name === name));
  const after = manager.children.findLast(({ name }) => name === place);
  if (!after)
    throw new PtpError(
      'Client.Validation',
      `there is no HOST in ${manager.name}, after which a FAILOVER_EM could stand`,
    );
  const lineStart = text.lastIndexOf('\n', after.offset - 1) + 1;
  const indent = text.slice(lineStart, after.offset);
  // Where elements do not stand on lines of their own, neither do these.
  if (lineStart === 0 || !/^[ \t]*$/.test(indent)) return { at: after.end, end: after.end, text: tags.join('') };
  const lineEnd = text[lineStart - 2] === '\r' ? '\r\n' : '\n';
  // What is said of the element before, in a comment on its line, stays there.
  const remark = /^[ \t]*(?:<!--(?:(?!-->)[^\r\n])*-->[ \t]*)+(?=\r?\n)/.exec(text.slice(after.end));
  const at = after.end + (remark?.[0].length ?? 0);
  return { at, end: at, text: tags.map((tag) => `${lineEnd}${indent}${tag}`).join('') };
}
