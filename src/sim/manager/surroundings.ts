/** What a simulated manager is part of, and what it is made from. */
import type { Durable } from '../../pool/decisions.js';
import type { Candidate } from '../../pool/mastership/state.js';
import type { PoolEnvelope } from '../../pool/node/messages.js';
import type { PoolNodeOptions } from '../../pool/node/state.js';
import type { Checkers } from '../checkers.js';
import type { NodeClock } from '../clock.js';
import type { Counts, Tally } from '../counts.js';
import type { Disk } from '../disk.js';
import type { Network } from '../network.js';
import type { Stream } from '../random.js';
import type { Transcript } from '../transcript.js';
import type { World } from '../world.js';
import type { Configuration } from './elements.js';
import type { PoolMachine } from './machine.js';
import type { SimulatedManager } from './manager.js';
import type { Watch } from './watch.js';

/** What a manager is part of. */
export interface Surroundings {
  readonly world: World;
  readonly machine: PoolMachine;
  readonly network: Network<PoolEnvelope>;
  readonly configuration: Configuration;
  readonly checkers: Checkers;
  readonly watch: Watch;
  readonly counts: Counts;
  readonly messages: Tally;
  readonly writes: Tally;
  readonly effects: Tally;
  readonly news: Tally;
  readonly modes: Tally;
  readonly transcript: Transcript | undefined;
  readonly managerOf: (id: string) => SimulatedManager | undefined;
  readonly all: readonly SimulatedManager[];
  /** Told of everything that is sent, before it is. */
  readonly onSend: ((from: SimulatedManager, envelope: PoolEnvelope) => void) | undefined;
}

export interface ManagerOptions {
  readonly id: string;
  readonly index: number;
  readonly clock: NodeClock;
  readonly disk: Disk;
  readonly candidate: Candidate;
  /** As the configuration has it; what it is offers the rest. */
  readonly membership: Omit<PoolNodeOptions['membership'], 'poolId' | 'role' | 'priority' | 'address'>;
  /** Wall clocks are as people have set them. */
  readonly wallOffsetMs: number;
  /** As of somebody who has never been in a pool. */
  readonly blank: (identity: string) => Durable;
  readonly stream: Stream;
}
