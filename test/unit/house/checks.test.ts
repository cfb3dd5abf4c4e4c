/** Each rule of the house finds what it is there to find, and nothing else. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text is what is tested here
import { expect } from 'chai';
import { cycleFaults, danglingFaults, floorFaults, unreachedFaults } from './floors.js';
import { importsOf } from './imports.js';
import { mask, type SourceFile } from './source-file.js';
import { anyFaults, doorFaults, foreignFaults, lengthFaults, lockFaults, unfinishedFaults } from './text-rules.js';

const file = (path: string, text: string): SourceFile => ({ path, text });
const imports = (...files: readonly SourceFile[]) => files.flatMap(importsOf);

describe('masking of source text', () => {
  it('blanks comments and contents, and leaves code where it was', () => {
    const text = "a('b'); // c\n/* d\n*/ e(/f'/g, `g ${h('i')} j`) / k;";
    expect(mask(text).code).to.equal("a(' ');     \n    \n   e(/  /g, `  ${h(' ')}  `) / k;");
    expect(mask(text).withStrings).to.contain("a('b');     \n");
  });

  it('sees through nested templates and objects in them', () => {
    const { code } = mask('x(`a ${y({ z: `b ${w} c` })} setTimeout`); setTimeout();');
    expect(code.match(/setTimeout/g)).to.have.length(1);
    expect(code).to.contain('${w}');
    expect(mask('`${a}{${b}} c${d}` + e').code).to.equal('`${a} ${b}   ${d}` + e');
  });

  it('tells division from regular expressions', () => {
    expect(mask("a = b / c; d = '/'; e = f / g;").code).to.equal("a = b / c; d = ' '; e = f / g;");
    expect(mask("return /'/.test(a) ? 'x' : b").code).to.equal("return / /.test(a) ? ' ' : b");
  });
});

describe('reading of imports', () => {
  it('finds each form, and knows which are types only', () => {
    const text = `
      import a, { b } from '../base/a.js';
      import type { C } from '../base/c.js';
      import '../base/d.js';
      export * from './e.js';
      type F = import('./f.js').F;
      const g = await import('./g.js');
      new Worker(new URL('./h.js', import.meta.url));
      new Worker(packagePath('dist', 'src', 'xml', 'i.js'));
      // import x from './no.js';
      const text = "import y from './no.js'";
      import {
        type J,
        k,
      } from 'k';`;
    const found = importsOf(file('src/model/x.ts', text)).map(
      (one) => `${one.to}${one.typeOnly ? ' type' : ''}${one.byUrl ? ' url' : ''}`,
    );
    expect(found.sort()).to.deep.equal([
      'k',
      'src/base/a.ts',
      'src/base/c.ts type',
      'src/base/d.ts',
      'src/model/e.ts',
      'src/model/f.ts type',
      'src/model/g.ts',
      'src/model/h.ts url',
      'src/xml/i.ts url',
    ]);
  });
});

describe('rule: floors', () => {
  const faults = (path: string, text: string) => floorFaults(imports(file(path, text)));

  it('lets lower floors, the own folder and packages in', () => {
    const text = "import '../../base/a.js'; import './b.js'; import '../c.js'; import 'node:fs'; import 'pino';";
    expect(faults('src/model/x/y.ts', text)).to.deep.equal([]);
  });

  it('finds an import from above, from beside, from tests, and from a floor that is none', () => {
    expect(faults('src/base/a.ts', "import type { X } from '../cli/x.js';")[0]).to.contain(
      'src/base/a.ts:1: base (floor 0)',
    );
    expect(faults('src/store/a.ts', "\nimport type { X } from '../peer/x.js';")[0]).to.contain('src/store/a.ts:2');
    expect(faults('src/cli/a.ts', "import '../../test/support/x.js';")).to.have.length(1);
    expect(faults('src/utils/a.ts', "import '../base/x.js';")[0]).to.contain('has no floor');
  });

  it('tolerates listed types, but not values', () => {
    expect(faults('src/assess/a.ts', "import type { X } from '../config/x.js';")).to.deep.equal([]);
    expect(faults('src/assess/a.ts', "import { type X } from '../config/x.js';")).to.have.length(1);
    expect(faults('src/config/a.ts', "import type { X } from '../assess/x.js';")).to.have.length(1);
  });
});

describe('rule: nothing lies about', () => {
  const main = file('src/cli/main.ts', "import '../base/a.js'; new Worker(new URL('./thread.js', import.meta.url));");
  const files = [
    main,
    file('src/cli/thread.ts', ''),
    file('src/base/a.ts', ''),
    file('src/base/b.ts', "import './c.js'; import './gone.js';"),
    file('src/base/c.ts', "import './b.js';"),
  ];
  const paths = files.map((one) => one.path);

  it('finds files that nothing reaches, even when they import each other', () => {
    const faults = unreachedFaults(paths, imports(...files), ['src/cli/main.ts']);
    expect(faults.map((one) => one.split(':')[0])).to.deep.equal(['src/base/b.ts', 'src/base/c.ts']);
  });

  it('finds imports of files that are not there', () => {
    expect(danglingFaults(paths, imports(...files))).to.deep.equal(['src/base/b.ts:1: there is no src/base/gone.ts']);
  });

  it('finds rings, but not rings of types', () => {
    expect(cycleFaults(imports(...files))).to.deep.equal([
      'import each other: src/base/b.ts -> src/base/c.ts -> src/base/b.ts',
    ]);
    const types = [
      file('src/base/b.ts', "import './c.js';"),
      file('src/base/c.ts', "import type { B } from './b.js';"),
    ];
    expect(cycleFaults(imports(...types))).to.deep.equal([]);
  });
});

describe('rule: doors', () => {
  const banned = [
    'Date.now()',
    'new Date()',
    'new Date( )',
    'performance.now()',
    'process.hrtime.bigint()',
    'Math.random()',
    'randomBytes(8)',
    'crypto.randomUUID()',
    'setTimeout(f, 1)',
    'globalThis.setTimeout(f, 1)',
    'setInterval(f, 1)',
    'setImmediate(f)',
    'AbortSignal.timeout(5)',
    "import { setTimeout as wait } from 'node:timers/promises';",
  ];
  for (const text of banned) {
    it(`finds ${text}`, () => {
      expect(doorFaults(file('src/base/a.ts', `f();\n${text}`))[0]).to.match(/^src\/base\/a\.ts:2: /);
      expect(doorFaults(file('src/base/system-env.ts', text))).to.deep.equal([]);
    });
  }

  it('lets a time be told, sockets have their own timeouts, and words be said', () => {
    const text =
      "new Date(ms); socket.setTimeout(5); // Date.now()\nlog('setTimeout'); const resetTimeouts = 1; clearTimeout(t);";
    expect(doorFaults(file('src/base/a.ts', text))).to.deep.equal([]);
  });
});

describe('rules on text', () => {
  it('find a file of too many lines', () => {
    expect(lengthFaults(file('src/a.ts', 'x\n'.repeat(401)))).to.deep.equal(['src/a.ts: 401 lines; at most 400']);
    expect(lengthFaults(file('src/a.ts', 'x\n'.repeat(400)))).to.deep.equal([]);
  });

  it('find the type that is none', () => {
    for (const text of ['let a: any;', 'x as any', 'f<any>()', 'Map<string, any>', 'let a: any[];', '(x: any) => 1']) {
      expect(anyFaults(file('src/a.ts', text)), text).to.have.length(1);
    }
    for (const text of ["say('any')", '// : any', 'x.any', 'const any: string', 'many(company)', '{ a: anyone }']) {
      expect(anyFaults(file('src/a.ts', text)), text).to.deep.equal([]);
    }
  });

  it('find what is unfinished', () => {
    for (const parts of [
      ['TO', 'DO'],
      ['FIX', 'ME'],
    ]) {
      expect(unfinishedFaults(file('src/a.ts', `x(); // ${parts.join('')}: more`))).to.have.length(1);
    }
    expect(unfinishedFaults(file('src/a.ts', 'photodo(); // to do'))).to.deep.equal([]);
  });

  it('find traces of a machine or place', () => {
    const traces = [
      ['/wo', 'rk/main/x'],
      ['"/ro', 'ot/.cache"'],
      ['/ho', 'me/jo/x'],
      ['https://regis', 'try.example/x'],
      ['regi', 'stry=http://x'],
      ['//x/:_a', 'uthToken=1'],
    ];
    for (const parts of traces) expect(foreignFaults(file('a', parts.join(''))), parts.join('')).to.have.length(1);
    for (const text of [
      'network/x',
      'the registry of managers',
      'src/home/x',
      'work/life',
      '../shared',
      'https://x.example/root/',
    ]) {
      expect(foreignFaults(file('a', text)), text).to.deep.equal([]);
    }
  });

  it('find an address in the lock file', () => {
    const lock = (one: object) =>
      file('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/x': one } }));
    expect(lockFaults(lock({ version: '1.0.0', integrity: 'sha512-x' }))).to.deep.equal([]);
    expect(lockFaults(lock({ version: '1.0.0', resolved: 'https://x' }))).to.have.length(1);
    expect(lockFaults(file('package-lock.json', '{}'))).to.have.length(1);
  });
});
