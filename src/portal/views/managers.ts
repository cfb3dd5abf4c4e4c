/** `/managers` and `/managers/ID`: who is there and how they are. */
import { PtpError } from '../../base/errors.js';
import type { Answer, PageContent } from '../page-data.js';
import { managerNodes } from './manager-nodes.js';
import { attempt, type ViewContext } from './view.js';

export async function managers(context: ViewContext): Promise<PageContent> {
  const { ask } = context;
  const [status, neighbors] = await Promise.all([ask('getStatus', { scope: 'pool' }), ask('getNeighbors', {})]);
  return {
    sheet: 'managers',
    title: 'Managers',
    refresh: 10,
    answers: [
      { operation: 'getStatus', content: status },
      { operation: 'getNeighbors', content: neighbors },
    ],
    own: { MANAGER: managerNodes(context, status, neighbors) },
  };
}

export async function managerPage(context: ViewContext, id: string): Promise<PageContent> {
  const { ask } = context;
  const [status, neighbors, capabilities] = await Promise.all([
    attempt(ask('getStatus', { manager: id })),
    ask('getNeighbors', {}),
    attempt(ask('getCapabilities', { manager: id })),
  ]);
  const found =
    'value' in status ? status.value : { managers: [], missing: [{ manager: id, reason: status.fault.message }] };
  const only = { managers: found.managers.filter((one) => one.id === id), missing: found.missing };
  const known = { neighbors: neighbors.neighbors.filter((neighbor) => neighbor.id === id) };
  if (only.managers.length === 0 && known.neighbors.length === 0 && !context.handedThrough.includes(id)) {
    throw new PtpError('Client.NotFound', `no manager "${id}" is known here; /managers lists those that are`);
  }
  const answers: Answer[] = [
    { operation: 'getStatus', content: only },
    { operation: 'getNeighbors', content: known },
  ];
  if ('value' in capabilities) answers.push({ operation: 'getCapabilities', content: capabilities.value });
  return {
    sheet: 'manager',
    title: only.managers[0]?.name ?? known.neighbors[0]?.name ?? id,
    refresh: 10,
    answers,
    own: { MANAGER: managerNodes(context, only, known).filter((node) => node.id === id) },
  };
}
