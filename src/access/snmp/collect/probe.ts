/** Which tables an agent has: one GETNEXT for many of them, so that those it has not cost next to nothing. */
import { PtpError } from '../../../base/errors.js';
import type { VarBind } from '../message/bindings.js';
import { suffixOf } from '../oid.js';
import { AgentError, type SnmpSession } from '../session.js';
import { isMissing } from '../values.js';

/** Tables asked for in one request. */
const MOST_ROOTS = 24;
/** Questions without an answer; at one more the agent is taken to have gone. Enough to find a single culprit. */
const MOST_SILENCES = 7;

/**
 * @returns Those of the roots below which the agent has something.
 * @throws PtpError `Access.*`
 */
export async function presentRoots(session: SnmpSession, roots: readonly string[]): Promise<ReadonlySet<string>> {
  const present = new Set<string>();
  const left = { silences: MOST_SILENCES };
  for (let from = 0; from < roots.length; from += MOST_ROOTS) {
    const some = roots.slice(from, from + MOST_ROOTS);
    const answers = await successors(session, some, left);
    some.forEach((root, at) => {
      const answer = answers[at];
      if (answer && !isMissing(answer) && suffixOf(answer.oid, root) !== undefined) present.add(root);
    });
  }
  return present;
}

/**
 * SNMPv1 refuses a whole request where one of the roots is the last of all, and some agents fall silent at a table that
 * troubles them; then the halves are asked for.
 */
async function successors(
  session: SnmpSession,
  roots: readonly string[],
  left: { silences: number },
): Promise<(VarBind | undefined)[]> {
  try {
    return await session.getNext(roots);
  } catch (error) {
    if (isSilence(error)) left.silences--;
    else if (!(error instanceof AgentError)) throw error;
    if (left.silences <= 0) throw error;
    if (roots.length === 1) return [undefined];
  }
  const half = Math.ceil(roots.length / 2);
  return [
    ...(await successors(session, roots.slice(0, half), left)),
    ...(await successors(session, roots.slice(half), left)),
  ];
}

const isSilence = (error: unknown): boolean => error instanceof PtpError && error.code === 'Access.Timeout';
