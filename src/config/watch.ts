/**
 * Notices when a file is saved, whichever way an editor does it: written in place, or a new file renamed over it.
 *
 * The folder is watched, not the file, as a rename leaves a watched file behind. Any event in the folder leads to one
 * look at the file; a change is told once the file has stood still from one look to the next, so that a file being
 * written is not read half. Nothing runs while nothing happens. Where the system cannot watch, it is looked at every
 * five seconds.
 */
import { type BigIntStats, type FSWatcher, realpathSync, statSync, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Clock, Timer } from '../base/env.js';

export interface ConfigWatch {
  /** Nothing is told afterwards. */
  close(): void;
}

/** Between two looks at a file that changes. */
const LOOK_MS = 100;
const UNWATCHED_LOOK_MS = 5000;

export function watchConfig(file: string, clock: Clock, onChange: () => void): ConfigWatch {
  return new Watch(resolve(file), clock, onChange);
}

class Watch implements ConfigWatch {
  private readonly watchers: FSWatcher[] = [];
  private timer: Timer | undefined;
  private closed = false;
  /** What was told last, at first what was found. */
  private told: string;
  private seen: string | undefined;
  private unwatched = false;

  constructor(
    private readonly file: string,
    private readonly clock: Clock,
    private readonly onChange: () => void,
  ) {
    // At once: a save that comes right after this call must not be taken for what was there before.
    this.told = signatureNow(file);
    for (const folder of new Set([dirname(file), dirname(realPath(file))])) this.watchFolder(folder);
    if (this.unwatched) this.lookIn(UNWATCHED_LOOK_MS);
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
    for (const watcher of this.watchers) watcher.close();
  }

  private watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.lookIn(LOOK_MS));
      watcher.on('error', () => {
        watcher.close();
        this.unwatched = true;
        this.lookIn(UNWATCHED_LOOK_MS);
      });
      this.watchers.push(watcher);
    } catch {
      this.unwatched = true;
    }
  }

  private lookIn(delayMs: number): void {
    if (this.closed || this.timer) return;
    this.timer = this.clock.after(delayMs, () => void this.look());
  }

  private async look(): Promise<void> {
    const now = await signature(this.file);
    const { told } = this;
    this.timer = undefined;
    if (this.closed) return;
    if (now !== told && now === this.seen) {
      this.told = now;
      this.onChange();
    } else if (now !== told) this.lookIn(LOOK_MS);
    this.seen = now;
    if (this.unwatched) this.lookIn(UNWATCHED_LOOK_MS);
  }
}

/** Changes whenever the file is saved. A file that is gone is a change as well. */
const signatureOf = ({ ino, mtimeNs, size }: BigIntStats): string => `${ino}:${mtimeNs}:${size}`;
const GONE = 'gone';

const signature = (file: string): Promise<string> => stat(file, { bigint: true }).then(signatureOf, () => GONE);

function signatureNow(file: string): string {
  try {
    return signatureOf(statSync(file, { bigint: true }));
  } catch {
    return GONE;
  }
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
