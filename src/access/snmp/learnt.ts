/**
 * What one owner of an element tells the next of an SNMPv3 agent: its engine (RFC 3414 section 2.3), so that the first
 * poll asks for values and not for the engine. Whoever gets it believes it as if it came from an authentic message; where
 * it is wrong the agent says so, and it is learnt anew.
 */
import type { Learnt } from '../access.js';
import type { Agent } from './agent.js';
import { Engine, type EngineState } from './usm/engine.js';

/** JSON-able. */
interface LearntOfAgent {
  /** What is known of one address says nothing of another. */
  readonly place: string;
  readonly engine: EngineState;
}

/** Undefined until the engine is known. */
export function learntOf({ place }: Agent, engine: Engine, nowMs: number): LearntOfAgent | undefined {
  const state = engine.state(nowMs);
  return state && { place, engine: state };
}

/** Undefined where it says nothing of this agent. */
export function engineFrom({ what, atMs }: Learnt, { place }: Agent, nowMs: number): Engine | undefined {
  if (!isObject(what) || what.place !== place || !isObject(what.engine)) return undefined;
  const { id, boots, time, ageMs } = what.engine;
  if (typeof id !== 'string' || typeof boots !== 'number' || typeof time !== 'number') return undefined;
  const aged = typeof ageMs === 'number' ? ageMs + Math.max(0, nowMs - atMs) : undefined;
  const engine = Engine.from({ id, boots, time, ageMs: aged }, nowMs);
  return engine.isKnown ? engine : undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
