/** `areYouThere` between simulated managers: connections say again what is lost, and break or are refused. */
import type { Outcome } from '../../pool/detection/state.js';
import type { PoolEnvelope } from '../../pool/node/messages.js';
import type { Network } from '../network.js';
import type { Stream } from '../random.js';
import type { World } from '../world.js';

/** Who can be asked. */
export interface Asked {
  readonly index: number;
  readonly isUp: boolean;
  readonly isStopped: boolean;
  /** Its machine is off: nobody refuses connections in its place. */
  readonly isOff: boolean;
  readonly isPaused: boolean;
  readonly lagMs: number;
  readonly incarnation: number;
  /** Changes with every start and end of its process. */
  readonly life: number;
}

export interface Answer {
  readonly outcome: Outcome;
  readonly incarnation?: number;
}

/** Asks by one connection; `done` is called once, after `withinMs` at the latest. */
export function ask(
  { world, network }: { readonly world: World; readonly network: Network<PoolEnvelope> },
  stream: Stream,
  from: number,
  target: Asked,
  withinMs: number,
  done: (answer: Answer) => void,
): void {
  const untilMs = world.nowMs + withinMs;
  const end = (atMs: number | undefined, answer: Answer, late: Outcome) => {
    if (atMs === undefined || atMs > untilMs) world.at(untilMs, () => done({ outcome: late }));
    else world.at(atMs, () => done(answer));
  };
  const back = (answer: Answer, late: Outcome) => {
    const crossMs = network.crossMs(stream, target.index, from);
    end(crossMs === undefined ? undefined : world.nowMs + crossMs, answer, late);
  };
  const outMs = network.crossMs(stream, from, target.index);
  if (outMs === undefined || outMs > withinMs || !network.isOpen(target.index, from)) {
    end(undefined, { outcome: 'nothing' }, 'nothing');
    return;
  }
  world.after(outMs, () => {
    if (!target.isUp) {
      if (target.isOff) end(undefined, { outcome: 'nothing' }, 'nothing');
      else back({ outcome: 'refused' }, 'nothing');
      return;
    }
    const { life } = target;
    const answer = () => {
      if (target.life !== life) back({ outcome: stream.chance(0.5) ? 'reset' : 'closed' }, 'nothing');
      else if (target.isStopped) end(undefined, { outcome: 'mute' }, 'mute');
      else back({ outcome: target.isPaused ? 'paused' : 'alive', incarnation: target.incarnation }, 'mute');
    };
    if (target.lagMs > 0) world.after(target.lagMs, answer);
    else answer();
  });
}

/** Of several ways the one that says most: what speaks for life first. */
const STRENGTH: readonly Outcome[] = ['alive', 'paused', 'mute', 'refused', 'reset', 'closed', 'nothing'];

export const strongest = (answers: readonly Answer[]): Answer =>
  [...answers].sort((a, b) => STRENGTH.indexOf(a.outcome) - STRENGTH.indexOf(b.outcome))[0] ?? { outcome: 'nothing' };
