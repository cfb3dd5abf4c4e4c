/**
 * Who has an element, who stands in, and why; and to whom it can be given. `OWNERSHIP` of an element's page: an
 * assignment with `CANDIDATE`s and `SPAN`s for the form where the reader may act.
 */
import type { ElementName } from '../../model/element.js';
import { roleAtLeast } from '../../model/manager.js';
import { ACTIONS } from '../actions.js';
import type { PageNode } from '../page-data.js';
import { lookAtPool } from '../pool-look.js';
import { SPAN_NAMES, SPANS } from '../spans.js';
import { assignmentNode } from './pool-nodes.js';
import { candidates } from './question.js';
import type { ViewContext } from './view.js';

export async function ownership(context: ViewContext, element: ElementName, formHref: string): Promise<PageNode> {
  const { base, call } = context;
  const pool = await lookAtPool(context);
  const row = await pool?.assignmentOf(element);
  if (!pool || !row || pool.view.standing === 'alone') return {};
  const able = roleAtLeast(call.caller.role, ACTIONS.delegate.role);
  const to = candidates(pool.view, row.owner ?? '');
  const loads = new Map(pool.view.members.map((member) => [member.id, member]));
  return {
    OWNERSHIP: {
      ...assignmentNode(row, base),
      formHref,
      master: pool.view.master ?? '',
      canDelegate: able && to.length > 0,
      canRecall: able && row.delegatedTo !== undefined,
      CANDIDATE: to.map((id) => ({ id, ...used(loads.get(id)) })),
      SPAN: SPAN_NAMES.map((name) => ({ name, label: SPANS[name].label })),
    },
  };
}

const used = (member: { readonly cost?: number; readonly capacity?: number } | undefined): PageNode =>
  member?.cost === undefined || !member.capacity
    ? {}
    : { used: `${Math.round((100 * member.cost) / member.capacity)} %` };
