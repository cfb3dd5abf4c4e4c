/** Values in a document: by JSONPath, XPath or regular expression. */
import { JSONPath } from 'jsonpath-plus';
import { asPtpError, PtpError } from '../base/errors.js';
import type { MetricSpec } from '../model/element.js';
import { decodeXml, XML_LIMITS } from '../xml/guard.js';
import type { Reading } from './access.js';
import { measured } from './measured.js';
import { compilePattern, foundValue, runBounded, SECOND_LIMIT_MS } from './regex-limits.js';
import type { XPathFound } from './xpath/search.js';
import type { ThreadedSearch } from './xpath/threaded-search.js';

/** Of a document, unpacked. */
export const MOST_DOCUMENT = 4 * 2 ** 20;
/** Values that one expression may find. */
const MOST_FOUND = 5000;
/** For a JSONPath, which may visit every node of a document several times. */
const JSONPATH_LIMIT_MS = 500;

/**
 * What each metric finds. A metric that finds nothing has no reading; one that finds several has one for each, named
 * by a group `instance` (regex), by the attribute `name` or `id` (XPath), or by its place in the document.
 *
 * @param place For errors, without credentials.
 * @throws PtpError `Access.Content` when the document is not what the expressions need, or one takes too long;
 *   `Access.TooLarge`.
 */
export async function documentReadings(
  body: Buffer,
  metrics: readonly MetricSpec[],
  place: string,
  search: ThreadedSearch,
  signal: AbortSignal,
): Promise<readonly Reading[]> {
  if (body.length > MOST_DOCUMENT) throw tooLarge(place);
  const own = [...regexReadings(body, metrics, place), ...byJsonPath(body, metrics, place)];
  return [...own, ...(await byXPath(body, metrics, place, search, signal))];
}

export const tooLarge = (place: string): PtpError =>
  new PtpError(
    'Access.TooLarge',
    `${place} answered with more than ${MOST_DOCUMENT / 2 ** 20} MiB; at most that is read`,
  );

/** What is wrong with the METRICs of a document, a sentence each. */
export function documentMetricFaults(metrics: readonly MetricSpec[], method: string): string[] {
  return metrics.flatMap(({ name, regex, jsonpath, xpath }) => {
    const places = [regex, jsonpath, xpath].filter((one) => one !== undefined).length;
    if (places !== 1)
      return [`METRIC ${name} should have one of jsonpath, xpath and regex: method ${method} finds values by it`];
    try {
      if (regex !== undefined) compilePattern(regex);
      return [];
    } catch (thrown) {
      if (thrown instanceof PtpError) return [thrown.message];
      throw thrown;
    }
  });
}

const withPlace = <Key extends 'regex' | 'jsonpath' | 'xpath'>(metrics: readonly MetricSpec[], key: Key) =>
  metrics.flatMap((spec) => {
    const expression = spec[key];
    return expression === undefined ? [] : [{ spec, expression }];
  });

/**
 * What the metrics with a `regex` find; the others are passed over.
 *
 * @throws PtpError `Access.Content` when they take too long.
 */
export function regexReadings(body: Buffer | string, metrics: readonly MetricSpec[], place: string): Reading[] {
  const patterns = withPlace(metrics, 'regex').map(({ spec, expression }) => ({
    spec,
    regex: compilePattern(expression, 'gm'),
  }));
  if (patterns.length === 0) return [];
  const text = typeof body === 'string' ? body : body.toString('utf8');
  const find = () => patterns.flatMap(({ spec, regex }) => matchesOf(spec, regex, text));
  const done = runBounded(find) ?? runBounded(find, SECOND_LIMIT_MS);
  if (!done)
    throw new PtpError(
      'Access.Content',
      `the regular expressions take too long on the answer of ${place}; they would have to be simpler`,
    );
  return done.result;
}

/** The first match; of an expression with a group `instance` the first one of each instance. */
function matchesOf(spec: MetricSpec, regex: RegExp, text: string): Reading[] {
  const found = new Map<string, Reading[]>();
  for (const match of text.matchAll(regex)) {
    const { value, instance } = foundValue(match);
    if (!found.has(instance)) found.set(instance, measured(spec, instance, value));
    if (match.groups?.instance === undefined || found.size >= MOST_FOUND) break;
  }
  return [...found.values()].flat();
}

function byJsonPath(body: Buffer, metrics: readonly MetricSpec[], place: string): Reading[] {
  const paths = withPlace(metrics, 'jsonpath');
  if (paths.length === 0) return [];
  const json = parseJson(body, place);
  return paths.flatMap(({ spec, expression }) => {
    const found = jsonValues(json, expression, place);
    const single = found.length === 1;
    return found.slice(0, MOST_FOUND).flatMap(({ pointer, value }) => measured(spec, single ? '' : pointer, value));
  });
}

function parseJson(body: Buffer, place: string): object | unknown[] {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new PtpError('Access.Content', `${place} did not answer with JSON; a metric by jsonpath needs that`, {
      cause,
    });
  }
  if (typeof json === 'object' && json !== null) return json;
  throw new PtpError(
    'Access.Content',
    `${place} answered with a single JSON value; a metric by jsonpath needs an object or a list`,
  );
}

interface JsonFound {
  /** RFC 6901. */
  readonly pointer: string;
  readonly value: unknown;
}

/** `eval: 'safe'`: filters such as `?(@.id==1)` are interpreted; nothing of the program is within their reach. */
function jsonValues(json: object, path: string, place: string): readonly JsonFound[] {
  let done: { readonly result: unknown } | undefined;
  try {
    done = runBounded(() => JSONPath({ path, json, eval: 'safe', resultType: 'all', wrap: true }), JSONPATH_LIMIT_MS);
  } catch (cause) {
    throw new PtpError('Access.Content', `the JSONPath ${path} cannot be applied to the answer of ${place}`, { cause });
  }
  if (!done)
    throw new PtpError(
      'Access.Content',
      `the JSONPath ${path} takes too long on the answer of ${place}; it would have to be simpler`,
    );
  return Array.isArray(done.result) ? done.result.filter(isJsonFound) : [];
}

const isJsonFound = (one: unknown): one is JsonFound =>
  typeof one === 'object' && one !== null && 'value' in one && 'pointer' in one && typeof one.pointer === 'string';

async function byXPath(
  body: Buffer,
  metrics: readonly MetricSpec[],
  place: string,
  search: ThreadedSearch,
  signal: AbortSignal,
): Promise<Reading[]> {
  const paths = withPlace(metrics, 'xpath');
  if (paths.length === 0) return [];
  const expressions = paths.map(({ expression }) => expression);
  const answer = await search.search(textOf(body, place), expressions, MOST_DOCUMENT, signal);
  if (!answer)
    throw new PtpError(
      'Access.Content',
      `the XPath expressions take too long on the answer of ${place}; they would have to be simpler`,
    );
  if ('badDocument' in answer) throw notXml(place, answer.badDocument);
  if ('badExpression' in answer)
    throw new PtpError(
      'Access.Content',
      `the XPath ${answer.badExpression} cannot be applied to the answer of ${place}`,
    );
  return paths.flatMap(({ spec }, at) => {
    const found = answer.found[at];
    return found ? xpathReadings(spec, found) : [];
  });
}

function textOf(body: Buffer, place: string): string {
  try {
    return decodeXml(body, { ...XML_LIMITS, maxBytes: MOST_DOCUMENT });
  } catch (cause) {
    throw notXml(place, asPtpError(cause).message, cause);
  }
}

const notXml = (place: string, reason: string, cause?: unknown): PtpError =>
  new PtpError('Access.Content', `${place} did not answer with XML that can be read: ${reason}`, { cause });

function xpathReadings(spec: MetricSpec, found: XPathFound): Reading[] {
  if ('value' in found) return measured(spec, '', found.value);
  const single = found.nodes.length === 1;
  return found.nodes.flatMap(({ name, content }, at) => measured(spec, single ? '' : name || String(at + 1), content));
}
