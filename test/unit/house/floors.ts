/** The order of the house (docs/architecture.md): a file imports from lower floors or from its own folder only. */
import type { Import } from './imports.js';

export const FLOORS: Readonly<Record<string, number>> = {
  base: 0,
  model: 1,
  xml: 2,
  config: 3,
  pool: 3,
  assess: 3,
  access: 4,
  store: 4,
  peer: 4,
  manager: 5,
  portal: 6,
  sim: 6,
  cli: 7,
};

/** Types, and types only, that one folder takes from another on the same floor. */
export const TYPES_ACROSS: readonly (readonly [from: string, to: string])[] = [
  // Rules on events are settings, and assess/ decides by them.
  ['assess', 'config'],
];

const folderOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];
const place = (one: Import): string => `${one.from}:${one.line}`;

export function floorFaults(imports: readonly Import[]): string[] {
  return imports.flatMap((one) => {
    const from = folderOf(one.from);
    const to = folderOf(one.to);
    if (from === undefined) return [];
    if (one.to.startsWith('test/')) return [`${place(one)}: src must not need ${one.to}`];
    const floor = FLOORS[from];
    if (floor === undefined)
      return [`${place(one)}: src/${from} has no floor; the floors are ${Object.keys(FLOORS).join(' ')}`];
    if (to === undefined || from === to) return [];
    const below = FLOORS[to];
    if (below !== undefined && below < floor) return [];
    const tolerated = one.typeOnly && TYPES_ACROSS.some(([a, b]) => a === from && b === to);
    return tolerated
      ? []
      : [
          `${place(one)}: ${from} (floor ${floor}) imports ${one.to} (floor ${below}); only lower floors may be imported`,
        ];
  });
}

/** Files that cannot be reached from the entry points, by imports or as threads. */
export function unreachedFaults(
  paths: readonly string[],
  imports: readonly Import[],
  entries: readonly string[],
): string[] {
  const next = new Map<string, string[]>();
  for (const one of imports) next.set(one.from, [...(next.get(one.from) ?? []), one.to]);
  const reached = new Set<string>();
  const walk = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const to of next.get(path) ?? []) walk(to);
  };
  for (const entry of entries) walk(entry);
  return paths.filter((path) => !reached.has(path)).map((path) => `${path}: nothing that runs imports it`);
}

/** Imports that lead to no file. */
export function danglingFaults(paths: readonly string[], imports: readonly Import[]): string[] {
  const known = new Set(paths);
  return imports
    .filter((one) => one.to.endsWith('.ts') && one.to.startsWith('src/') && !known.has(one.to))
    .map((one) => `${place(one)}: there is no ${one.to}`);
}

/** Rings of files that need each other at run time; types do not count, for they are gone by then. */
export function cycleFaults(imports: readonly Import[]): string[] {
  const next = new Map<string, Set<string>>();
  for (const one of imports) {
    if (one.typeOnly || one.byUrl) continue;
    next.set(one.from, (next.get(one.from) ?? new Set()).add(one.to));
  }
  const faults: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const walk = (file: string) => {
    const ring = path.indexOf(file);
    if (ring >= 0) faults.push(`import each other: ${[...path.slice(ring), file].join(' -> ')}`);
    if (ring >= 0 || done.has(file)) return;
    path.push(file);
    for (const to of [...(next.get(file) ?? [])].sort()) walk(to);
    path.pop();
    done.add(file);
  };
  for (const file of [...next.keys()].sort()) walk(file);
  return faults;
}
