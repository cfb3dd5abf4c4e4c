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

/** Negative when `a` stands before `b` in the order of a walk. */
export function compareOids(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = Number(left[i]) - Number(right[i]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** What follows `base` in `oid`; undefined when `oid` is not below it. */
export function suffixOf(oid: string, base: string): string | undefined {
  return oid.startsWith(`${base}.`) ? oid.slice(base.length + 1) : undefined;
}
