/** Clients that are programs: the plan goes to their standard input, what they found comes from their standard output. */
import { runProcess } from '../../support/processes.js';
import type { ClientOutput, Plan } from './suite.js';

export async function runScript(program: string, args: readonly string[], plan: Plan): Promise<ClientOutput> {
  const calls = plan.calls.map(({ operation, input }) => ({ operation, input }));
  const result = await runProcess(program, args, { input: JSON.stringify({ ...plan, calls }), timeoutMs: 100_000 });
  if (result.code !== 0)
    throw new Error(`${program} ended with ${result.code ?? result.signal}:\n${result.output.slice(0, 4000)}`);
  return JSON.parse(result.stdout) as ClientOutput;
}
