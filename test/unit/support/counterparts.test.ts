import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { packagePath } from '../../../src/base/paths.js';
import { runProcess } from '../../support/processes.js';
import { temporaryFolder } from '../../support/temporary.js';

const SUPPORT = fileURLToPath(new URL('../../support/', import.meta.url));

/** A run of mocha by itself, with a counterpart that no machine has. */
async function runMocha(env: Record<string, string | undefined>) {
  const file = join(temporaryFolder('mocha'), 'needs.test.mjs');
  writeFileSync(
    file,
    `import { COUNTERPARTS, counterpart } from '${SUPPORT}counterparts.js';
     import { needShared } from '${SUPPORT}shared.js';
     COUNTERPARTS.nothing = { programs: ['nothing-of-this-name'], packages: ['nothing-deb'] };
     describe('suite', () => { counterpart('nothing'); it('first', () => {}); describe('inner', () => { it('second', () => {}); }); });
     it('needs a file', function () { needShared(this, 'nothing', 'there.xml'); });
     it('needs nothing', () => {});`,
  );
  const mocha = packagePath('node_modules', 'mocha', 'bin', 'mocha.js');
  const args = [mocha, '--no-config', '--no-color', '--reporter', `${SUPPORT}reporter.js`, file];
  return runProcess(process.execPath, args, { env });
}

describe('counterparts that are missing', function () {
  this.timeout(30_000);

  it('skip their tests by name, with the reason', async () => {
    const { code, stdout } = await runMocha({ CI: undefined });
    for (const name of ['first', 'second']) expect(stdout).to.contain(`- ${name} [skipped: nothing not installed; `);
    expect(stdout).to.contain('apt-get install nothing-deb');
    expect(stdout).to.contain('- needs a file [skipped: ../shared/nothing/there.xml is not beside this checkout]');
    expect(stdout).to.match(/\n1 passed, 0 failed, 3 skipped\n$/);
    expect(code).to.equal(0);
  });

  it('are a failure under CI', async () => {
    const { code, stdout } = await runMocha({ CI: 'true' });
    expect(stdout).to.contain('under CI=true nothing may be missing: nothing not installed');
    expect(stdout).to.match(/\n1 passed, 1 failed, 1 skipped\n$/);
    expect(code).to.equal(1);
  });
});
