import { expect } from 'chai';
import { runProcess, startProcess, until } from '../../support/processes.js';

const node = (script: string) => ['-e', script];
/** Says when it is ready to be ended, and then does not end at SIGTERM. */
const STUBBORN = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("ready");';

describe('processes beside the tests', () => {
  it('are waited for by what they print', async () => {
    const started = await startProcess(process.execPath, node('console.log("port 8080"); setInterval(() => {}, 1000)'));
    expect((await started.waitFor(/port (\d+)/))[1]).to.equal('8080');
    expect(await started.stop()).to.deep.equal({ code: null, signal: 'SIGTERM' });
    expect(started.hasEnded).to.equal(true);
  });

  it('say what they printed when it is not what was waited for', async () => {
    const started = await startProcess(process.execPath, node('console.error("broken"); process.exit(3)'));
    const error = await started.waitFor(/ready/).catch((thrown: Error) => thrown);
    expect(String(error)).to.match(/ended \(3\).*ready.*broken/s);
  });

  it('are killed when they do not listen', async () => {
    const started = await startProcess(process.execPath, node(STUBBORN));
    await started.waitFor(/ready/);
    expect(await started.stop('SIGTERM', 100)).to.deep.equal({ code: null, signal: 'SIGKILL' });
  });

  it('are read and written to', async () => {
    const result = await runProcess(process.execPath, node('process.stdin.pipe(process.stdout); console.error("x")'), {
      input: 'é',
    });
    expect([result.code, result.stdout]).to.deep.equal([0, 'é']);
    expect(result.output).to.contain('x');
  });

  it('do not run for ever', async () => {
    const result = await runProcess(process.execPath, node(STUBBORN), { timeoutMs: 300 });
    expect(result.signal).to.equal('SIGKILL');
  });

  it('that are not there are an error', async () => {
    const error = await startProcess('/nowhere/nothing', []).catch((thrown: Error) => thrown);
    expect(String(error)).to.contain('ENOENT');
  });

  it('are not waited for in vain without end', async () => {
    const error = await until('it rains', () => false, 60).catch((thrown: Error) => thrown);
    expect(String(error)).to.contain('until it rains');
  });
});
