/** All operations of taking over, of the pool and of what steers a manager, but for what members say to each other. */
import type { Handlers } from '../../peer/peer.js';
import type { ManagerControl } from '../control.js';
import type { ManagerCore } from '../core.js';
import { poolControlHandlers } from './pool-control.js';
import { poolMoveHandlers } from './pool-moves.js';
import { poolNeighbourHandlers } from './pool-neighbours.js';
import { poolRoleHandlers } from './pool-role.js';
import { poolViewHandlers } from './pool-views.js';

export const poolHandlers = (core: ManagerCore, control: ManagerControl): Handlers => ({
  ...poolViewHandlers(core),
  ...poolMoveHandlers(core),
  ...poolNeighbourHandlers(core),
  ...poolControlHandlers(core, control),
  ...poolRoleHandlers(core, control),
});
