/** `/managers`: who is there and how they are, and what is wrong with the pool. */
import type { PageContent } from '../page-data.js';
import { poolFacts } from '../pool-facts.js';
import { lookAtPool } from '../pool-look.js';
import { managerNodes } from './manager-nodes.js';
import { NO_POOL, poolNode } from './pool-nodes.js';
import type { ViewContext } from './view.js';

export async function managers(context: ViewContext): Promise<PageContent> {
  const { ask, base, identity } = context;
  const [status, neighbors, pool] = await Promise.all([
    ask('getStatus', { scope: 'pool' }),
    ask('getNeighbors', {}),
    lookAtPool(context),
  ]);
  const facts = pool && (await poolFacts(pool));
  return {
    sheet: 'managers',
    title: 'Managers',
    refresh: 5,
    answers: [
      { operation: 'getStatus', content: status },
      { operation: 'getNeighbors', content: neighbors },
    ],
    own: {
      POOL: facts ? poolNode(facts, { base, self: identity.id, neighbors }) : NO_POOL,
      MANAGER: managerNodes(context, status, neighbors, facts?.view),
    },
  };
}
