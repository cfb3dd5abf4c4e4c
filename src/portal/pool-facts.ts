/** What the pages of the pool know: the pool as this manager sees it, and who polls what others are missing. */
import { awayFrom, UNWATCHED } from '../manager/pool/pool-lists.js';
import type { PoolMemberView, PoolView } from '../manager/pool/pool-service.js';
import type { PoolLook } from './pool-look.js';

/** Of a member that is gone or on its way: who polls what is at home there. */
export interface Absence {
  readonly total: number;
  /** By manager, the one with the most first. */
  readonly takers: readonly { readonly id: string; readonly count: number }[];
  readonly unwatched: number;
  /** Whether all were counted. */
  readonly whole: boolean;
}

export interface PoolFacts {
  readonly view: PoolView;
  readonly absences: ReadonlyMap<string, Absence>;
  /** Elements that nobody polls: the first few, and how many there are. */
  readonly unwatched: { readonly total: number; readonly first: readonly UnwatchedElement[] };
}

interface UnwatchedElement {
  readonly element: string;
  readonly reason: string;
}

/** Counting more costs more than a person gains who reads "1000 or more". */
const MOST_COUNTED = 1_000;
/** Members whose absence is looked into; of a pool that has lost more, the list of elements tells the rest. */
const MOST_ABSENT = 8;
const FIRST_UNWATCHED = 3;

export async function poolFacts(pool: Pick<PoolLook, 'view' | 'assignments'>): Promise<PoolFacts> {
  const { view } = pool;
  const absent = view.members.filter(isAbsent).slice(0, MOST_ABSENT);
  const [unwatched, ...absences] = await Promise.all([
    pool.assignments({ filter: UNWATCHED, page: 1, pageSize: FIRST_UNWATCHED }),
    ...absent.map(async ({ id }) => [id, await absenceOf(pool, id)] as const),
  ]);
  return {
    view,
    absences: new Map(absences),
    unwatched: {
      total: unwatched.total,
      first: unwatched.rows.map((row) => ({ element: row.element, reason: row.unwatched ?? '' })),
    },
  };
}

/** Whether it is not, or not yet again, doing its share. */
export const isAbsent = ({ standing }: PoolMemberView): boolean =>
  standing === 'gone' || standing === 'returning' || standing === 'leaving';

async function absenceOf(pool: Pick<PoolLook, 'assignments'>, id: string): Promise<Absence> {
  const { rows, total } = await pool.assignments({ filter: awayFrom(id), page: 1, pageSize: MOST_COUNTED });
  const counts = new Map<string, number>();
  let unwatched = 0;
  for (const row of rows) {
    if (row.owner === undefined || row.unwatched !== undefined) unwatched++;
    else counts.set(row.owner, (counts.get(row.owner) ?? 0) + 1);
  }
  const takers = [...counts].map(([taker, count]) => ({ id: taker, count }));
  takers.sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
  return { total, takers, unwatched, whole: rows.length === total };
}
