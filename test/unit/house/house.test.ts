/** The checkout keeps the rules of the house. That each rule can be broken at all is shown in `checks.test.ts`. */
import { expect } from 'chai';
import { cycleFaults, danglingFaults, floorFaults, unreachedFaults } from './floors.js';
import { importsOf } from './imports.js';
import { readTree } from './source-file.js';
import { anyFaults, doorFaults, foreignFaults, lengthFaults, lockFaults, unfinishedFaults } from './text-rules.js';

/** What is used from outside: by `bin/ptpmgr.js`, by programs that import the package, and by hand after a change of the messages. Threads are found by the `new URL(...)` that names them. */
const ENTRIES = ['src/cli/main.ts', 'src/client.ts', 'src/xml/messages/write-schemas.ts'];

describe('the house', () => {
  const files = readTree();
  const sources = files.filter((file) => file.path.startsWith('src/') && file.path.endsWith('.ts'));
  const written = files.filter((file) => /^(?:src|test|bin|bench)\/.*\.[jt]s$/.test(file.path));
  const imports = sources.flatMap(importsOf);
  const paths = sources.map((file) => file.path);
  const none = (faults: readonly string[]) => expect(faults.join('\n')).to.equal('');

  it('has been found', () => {
    expect(sources.length).to.be.above(10);
    expect(imports.length).to.be.above(sources.length);
  });

  it('imports from lower floors or the own folder only', () => none(floorFaults(imports)));
  it('imports files that are there', () => none(danglingFaults(paths, imports)));
  it('has no file that nothing needs', () => none(unreachedFaults(paths, imports, ENTRIES)));
  it('has no files that import each other in a ring', () => none(cycleFaults(imports)));
  it('takes time and chance through the doors only', () => none(sources.flatMap(doorFaults)));
  it('has no file of too many lines', () => none(written.flatMap(lengthFaults)));
  it('has no any', () => none(written.flatMap(anyFaults)));
  it('has nothing unfinished', () => none(written.flatMap(unfinishedFaults)));
  it('carries no trace of a machine or place', () =>
    none(files.filter((file) => file.path !== 'package-lock.json').flatMap(foreignFaults)));
  it('locks packages without saying from where', () =>
    none(files.filter((file) => file.path === 'package-lock.json').flatMap(lockFaults)));
});
