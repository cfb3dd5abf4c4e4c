import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../src/base/system-env.js';
import { type ConfigWatch, watchConfig } from '../../../src/config/watch.js';
import { FakeClock } from '../../support/fake-clock.js';
import { temporaryFolder } from '../../support/temporary.js';

/** Counts what is told, and lets a test wait for the next. */
class Told {
  count = 0;
  #next: (() => void) | undefined;

  readonly tell = (): void => {
    this.count++;
    this.#next?.();
  };

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#next = resolve;
    });
  }
}

describe('watching a configuration', () => {
  let dir: string;
  let file: string;
  let told: Told;
  let watched: ConfigWatch | undefined;

  beforeEach(() => {
    dir = temporaryFolder('watch');
    file = join(dir, 'em.xml');
    writeFileSync(file, 'one');
    told = new Told();
  });
  afterEach(() => watched?.close());

  const start = (path = file): void => {
    watched = watchConfig(path, systemClock, told.tell);
  };
  const save = async (write: () => void): Promise<void> => {
    const next = told.next();
    write();
    await next;
  };

  it('tells of a file written in place, again and again', async () => {
    start();
    await save(() => writeFileSync(file, 'two'));
    await save(() => appendFileSync(file, 'three'));
    expect(told.count).to.equal(2);
  });

  it('tells of a new file renamed over it, again and again', async () => {
    start();
    for (const text of ['two', 'three', 'four']) {
      await save(() => {
        writeFileSync(join(dir, '.em.xml.new'), text);
        renameSync(join(dir, '.em.xml.new'), file);
      });
    }
    expect(told.count).to.equal(3);
  });

  it('tells of a file that is moved away and written anew, as some editors do', async () => {
    start();
    await save(() => {
      renameSync(file, `${file}~`);
      writeFileSync(file, 'two');
    });
    expect(told.count).to.equal(1);
  });

  it('tells of a save behind a symbolic link, in the target and by another link', async () => {
    mkdirSync(join(dir, 'real'));
    writeFileSync(join(dir, 'real', 'a.xml'), 'one');
    const link = join(dir, 'link.xml');
    symlinkSync('real/a.xml', link);
    start(link);
    await save(() => writeFileSync(join(dir, 'real', 'a.xml'), 'two'));
    writeFileSync(join(dir, 'real', 'b.xml'), 'three');
    await save(() => {
      rmSync(link);
      symlinkSync('real/b.xml', link);
    });
    expect(told.count).to.equal(2);
  });

  it('many writes in a row are told once, and other files not at all', async () => {
    start();
    writeFileSync(join(dir, 'other.xml'), 'x');
    await save(() => {
      for (let i = 0; i < 50; i++) writeFileSync(file, `text ${i}`);
    });
    expect(told.count).to.equal(1);
  });

  it('sets no timer while nothing happens, and none after the end', async () => {
    const clock = new FakeClock();
    watched = watchConfig(file, clock, told.tell);
    await clock.advance(3_600_000);
    expect(clock.pending).to.equal(0);
    watched.close();
    writeFileSync(file, 'two');
    await clock.advance(3_600_000);
    expect(clock.pending).to.equal(0);
    expect(told.count).to.equal(0);
  });
});
