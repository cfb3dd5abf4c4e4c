/** Processes that do nothing but keep the processors busy. */
import { cpus } from 'node:os';
import { Program } from './program.js';

/** Two for each core, as long as `work` takes. */
export async function whileBusy(log: string, work: () => Promise<void>): Promise<void> {
  const count = 2 * cpus().length;
  const burners = await Promise.all(
    Array.from({ length: count }, () => Program.start([process.execPath, '-e', 'for (;;);'], log)),
  );
  try {
    await work();
  } finally {
    await Promise.all(burners.map((burner) => burner.kill()));
  }
}
