import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';

const MODULE = new URL('../../../src/cli/run/lean-heap.js', import.meta.url).href;

describe('what V8 is told at the start of a manager', () => {
  it('is known to V8, which complains of other flags and goes on without them', async () => {
    const told = (code: string) => promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
    const { stderr } = await told(`import { beginLean, grow } from '${MODULE}'; beginLean(); grow();`);
    expect(stderr).to.equal('');
    const other = await told("import { setFlagsFromString } from 'node:v8'; setFlagsFromString('--no-such-flag');");
    expect(other.stderr).to.include('unrecognized flag --no-such-flag');
  });
});
