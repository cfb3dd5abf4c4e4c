/** A manager that takes part in no pool: what people ask of one is answered plainly, and pausing is its own affair. */
import { PtpError } from '../../base/errors.js';
import type { ElementName } from '../../model/element.js';
import type { ManagerState } from '../../model/manager.js';
import type { AssignmentView, DelegateResult, HandOver, PoolService, PoolView } from './pool-service.js';

export interface AloneParts {
  readonly id: string;
  readonly state: () => ManagerState;
  readonly pause: () => void;
  readonly resume: () => void;
}

export class AlonePool implements PoolService {
  readonly #parts: AloneParts;

  constructor(parts: AloneParts) {
    this.#parts = parts;
  }

  get view(): PoolView {
    return {
      standing: 'alone',
      role: 'secondary',
      term: 0,
      heartbeatMs: 0,
      rosterVersion: 0,
      quorum: 'majority',
      cutOff: false,
      members: [],
    };
  }

  get state(): ManagerState {
    return this.#parts.state();
  }

  assignments(): { rows: readonly AssignmentView[]; total: number } {
    return { rows: [], total: 0 };
  }

  assignmentOf(): undefined {
    return undefined;
  }

  definitionOf(): undefined {
    return undefined;
  }

  async handOvers(): Promise<{ rows: readonly HandOver[]; total: number }> {
    return { rows: [], total: 0 };
  }

  delegate(): Promise<DelegateResult> {
    return this.#refuse();
  }

  async pause(): Promise<void> {
    this.#parts.pause();
  }

  async resume(): Promise<void> {
    this.#parts.resume();
  }

  /** There is nobody to hand anything to, and nobody who would miss it. */
  async leave(): Promise<readonly ElementName[]> {
    return [];
  }

  reportFailure(): Promise<{ finding: string; done: string }> {
    return this.#refuse();
  }

  forget(): Promise<void> {
    return this.#refuse();
  }

  recover(): Promise<void> {
    return this.#refuse();
  }

  #refuse(): Promise<never> {
    const { id } = this.#parts;
    return Promise.reject(
      new PtpError(
        'Client.Conflict',
        `${id} is in no pool; its configuration has neither POOL nor an integration manager`,
      ),
    );
  }
}
