/**
 * What simulated managers run: the production functions, or, in tests of the simulator itself, some that were broken on
 * purpose and have to be caught.
 */
import { createPoolNode, type NodeMachines, type PoolNode, PRODUCTION } from '../../pool/node/pool-node.js';
import type { NodeEffect, NodeInput, PoolNodeOptions } from '../../pool/node/state.js';
import { stepPoolNode } from '../../pool/node/step.js';

export interface PoolMachine {
  /** Parts that a node consists of. */
  readonly parts: NodeMachines;
  create(options: PoolNodeOptions, parts: NodeMachines): PoolNode;
  step(node: PoolNode, input: NodeInput, nowMs: number): NodeEffect[];
}

export const production: PoolMachine = { parts: PRODUCTION, create: createPoolNode, step: stepPoolNode };
