import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { PtpError } from '../../../src/base/errors.js';
import { MOST_START_STEP } from '../../../src/pool/mastership/durable.js';
import { openDataDir } from '../../../src/store/data-dir.js';
import { temporaryFolder } from '../../support/temporary.js';
import { realTimeEnv } from '../../support/test-env.js';

const env = realTimeEnv();

async function refusal(dir: string): Promise<PtpError> {
  try {
    const opened = await openDataDir(dir, env);
    await opened.close();
  } catch (error) {
    if (error instanceof PtpError) return error;
    throw error;
  }
  throw new Error(`${dir} was opened`);
}

describe('a data directory', () => {
  it('is made for its owner only, and keeps its identity while its incarnation rises', async () => {
    const dir = join(temporaryFolder('data'), 'a', 'b');
    const first = await openDataDir(dir, env);
    expect(statSync(dir).mode & 0o777).to.equal(0o700);
    expect(first.dir).to.equal(dir);
    expect(first.path('store.db')).to.equal(join(dir, 'store.db'));
    expect(first.identity).to.match(/^[0-9a-f]{32}$/);
    expect(first.incarnation).to.equal(1);
    expect(JSON.parse(readFileSync(join(dir, 'identity.json'), 'utf8'))).to.deep.equal({
      identity: first.identity,
      incarnation: 1,
    });
    await first.close();
    expect(existsSync(join(dir, 'pid'))).to.equal(false);
    const second = await openDataDir(dir, env);
    await second.close();
    expect(second.identity).to.equal(first.identity);
    expect(second.incarnation).to.be.within(2, 1 + MOST_START_STEP);
  });

  it('is refused to a second opener in the same process, with the process and the folder', async () => {
    const dir = temporaryFolder('data');
    const first = await openDataDir(dir, env);
    const error = await refusal(dir);
    expect(error.code).to.equal('Start.DataInUse');
    expect(error.message).to.include(`process ${process.pid};`).and.include(dir);
    expect(await refusal(dir)).to.have.property('code', 'Start.DataInUse');
    await first.close();
    await (await openDataDir(dir, env)).close();
  });

  it('is refused while another process has it, and free at once when that is killed', async () => {
    const dir = temporaryFolder('data');
    const url = (file: string) => JSON.stringify(new URL(`../../../src/${file}`, import.meta.url).href);
    const program = `
      const { openDataDir } = await import(${url('store/data-dir.js')});
      const { systemEnv } = await import(${url('base/system-env.js')});
      const { incarnation } = await openDataDir(${JSON.stringify(dir)}, systemEnv('error'));
      console.log(incarnation);
      globalThis.gc();
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      expect(line).to.equal('1');
      const error = await refusal(dir);
      expect(error.code).to.equal('Start.DataInUse');
      expect(error.message).to.include(`process ${child.pid};`);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const next = await openDataDir(dir, env);
    expect(next.incarnation).to.be.greaterThan(1);
    await next.close();
  });

  it('that cannot be made or written is refused with the reason', async () => {
    const parent = temporaryFolder('data');
    writeFileSync(join(parent, 'file'), '');
    const readOnly = '/proc/self';
    for (const dir of [join(parent, 'file'), join(parent, 'file', 'below'), readOnly]) {
      const error = await refusal(dir);
      expect(error.code).to.equal('Store.Failed');
      expect(error.message)
        .to.include(dir)
        .and.match(/cannot be made or written \(\w+/);
    }
  });

  it('whose identity was damaged is refused rather than given a new one, and is not kept locked', async () => {
    for (const text of [
      '',
      '{"identity":"x","incarnation":1}',
      '{"identity":',
      'null',
      `{"identity":"${'a'.repeat(32)}","incarnation":0}`,
    ]) {
      const dir = temporaryFolder('data');
      mkdirSync(dir, { recursive: true });
      const file = join(dir, 'identity.json');
      writeFileSync(file, text);
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const error = await refusal(dir);
        expect([error.code, error.message.includes(file)]).to.deep.equal(['Store.Failed', true]);
      }
      expect(readFileSync(file, 'utf8')).to.equal(text);
    }
  });
});
