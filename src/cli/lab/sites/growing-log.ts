/** A log file that grows a line at a time, with an error now and then, and rotates as logrotate does it. */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock, Env } from '../../../base/env.js';

export interface LogSettings {
  readonly path: string;
  /** Mean time between two lines; single gaps are half to one and a half of it. */
  readonly everyMs: number;
  /** The file is renamed to `PATH.1` and begun anew when it would become longer. */
  readonly rotateBytes: number;
  /** The text of a line, without time and end of line. */
  readonly line: (number: number, clock: Clock) => string;
}

/** Starts writing at once; the result ends it. A disk that is full or gone ends it, too: the lab goes on. */
export function growLog(env: Env, { path, everyMs, rotateBytes, line }: LogSettings): () => void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  let file = openSync(path, 'a');
  let bytes = 0;
  let lines = 0;
  let ended = false;
  let timer = env.clock.after(0, write);

  function write(): void {
    try {
      const text = `${new Date(env.clock.now()).toISOString()} ${line(lines++, env.clock)}\n`;
      if (bytes + text.length > rotateBytes) {
        closeSync(file);
        renameSync(path, `${path}.1`);
        file = openSync(path, 'a');
        bytes = 0;
      }
      bytes += writeSync(file, text);
      timer = env.clock.after(everyMs * (0.5 + env.random.next()), write);
    } catch (error) {
      env.log.warn('a log file of the lab grows no more', { path, error: String(error) });
      end();
    }
  }

  function end(): void {
    if (ended) return;
    ended = true;
    timer.cancel();
    try {
      closeSync(file);
    } catch {
      // It was closed for a rotation that failed.
    }
  }
  return end;
}
