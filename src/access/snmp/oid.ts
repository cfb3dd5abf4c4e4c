/** Object identifiers in dotted form. */

/**
 * A leading dot is taken, as most tools print one. Every arc has 32 bits, an OID 128 arcs (RFC 2578 section 3.5); the
 * second is at most 39 below 0 and 1, or else there is no way to write it (ITU-T X.690 section 8.19.4).
 */
export function normalOid(text: string): string | undefined {
  const oid = text.trim().replace(/^\./, '');
  if (!/^[0-2](\.\d{1,10}){1,127}$/.test(oid)) return undefined;
  const [root = 0, second = 0, ...arcs] = oid.split('.').map(Number);
  const isWritable = root === 2 ? second <= 0xffff_ffff - 80 : second <= 39;
  return isWritable && arcs.every((arc) => arc <= 0xffff_ffff) ? oid : undefined;
}

const DOT = 0x2e;

/** Negative when `a` stands before `b` in the order of a walk. Both are in the form of {@link normalOid}, without leading zeros. */
export function compareOids(a: string, b: string): number {
  const common = Math.min(a.length, b.length);
  let same = 0;
  while (same < common && a.charCodeAt(same) === b.charCodeAt(same)) same++;
  // The shorter one is the other, or above it: then the first difference is a dot, or the end.
  if (same === a.length || same === b.length) {
    const longer = a.length > b.length ? a : b;
    if (same === longer.length || longer.charCodeAt(same) === DOT) return a.length - b.length;
  }
  const aTo = arcEnd(a, same);
  const bTo = arcEnd(b, same);
  // Of two arcs that begin alike the one with more digits is the greater.
  return aTo === bTo ? a.charCodeAt(same) - b.charCodeAt(same) : aTo - bTo;
}

function arcEnd(oid: string, from: number): number {
  let at = from;
  while (at < oid.length && oid.charCodeAt(at) !== DOT) at++;
  return at;
}

/** What follows `base` in `oid`; undefined when `oid` is not below it. */
export function suffixOf(oid: string, base: string): string | undefined {
  return oid.charCodeAt(base.length) === DOT && oid.startsWith(base) ? oid.slice(base.length + 1) : undefined;
}
