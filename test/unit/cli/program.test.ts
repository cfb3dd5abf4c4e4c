import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { runCommandLine } from '../../../src/cli/program.js';
import { PasswordVerifier } from '../../../src/peer/security/password.js';
import { needShared } from '../../support/shared.js';
import { seededRandom } from '../../support/test-env.js';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function ptpmgr(
  args: readonly string[],
  { input = '', environment = {} }: { input?: string; environment?: Record<string, string> } = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(args, {
    print: (text) => {
      stdout += `${text}\n`;
    },
    complain: (text) => {
      stderr += `${text}\n`;
    },
    listening: true,
    interactive: false,
    input: Readable.from([input]),
    environment,
  });
  return { code, stdout, stderr };
}

const URL_1 = 'http://127.0.0.1:1/ptpmgr/em';

describe('the command line', () => {
  const wrong: readonly [args: string, message: string][] = [
    [
      '',
      'ptpmgr: a command is missing; there is run, check, lab, call, status, test, passwd, recover and simulate (ptpmgr --help)',
    ],
    ['chek x', "ptpmgr: unknown command 'chek'; did you mean check?"],
    ['frobnicate', "ptpmgr: unknown command 'frobnicate'"],
    ['--verson', "ptpmgr: unknown option '--verson'; did you mean --version?"],
    ['run', "ptpmgr: missing required argument 'file'"],
    ['run a b', "ptpmgr: too many arguments for 'run'. Expected 1 argument but got 2."],
    ['run a.xml --dta x', "ptpmgr: unknown option '--dta'; did you mean --data?"],
    ['run a.xml --data', "ptpmgr: option '--data <dir>' argument missing"],
    [
      'run a.xml --log-level loud',
      "ptpmgr: option '--log-level <level>' argument 'loud' is invalid. It is one of debug, info, warn, error.",
    ],
    ['run no/such.xml', 'no/such.xml: does not exist; create it or mend its path'],
    ['check', "ptpmgr: missing required argument 'file'"],
    [
      'lab --elements 3',
      "ptpmgr: option '--elements <n>' argument '3' is invalid. It is a whole number from 12 to 10000.",
    ],
    ['lab --managers x', "ptpmgr: option '--managers <n>' argument 'x' is invalid. It is a whole number from 1 to 50."],
    ['lab --port-base 65535', 'ptpmgr: --port-base 65535 leaves no room for 3 managers; it should be at most 65532'],
    ['lab --restart EM1', 'ptpmgr: --restart needs --data DIR, the directory that the lab printed'],
    ['call', "ptpmgr: missing required argument 'url'"],
    ['call here areYouThere', 'ptpmgr: "here" should be a URL such as http://127.0.0.1:18080/ptpmgr/eim'],
    [
      'call http://u:secret@h/x areYouThere',
      'ptpmgr: a URL holds no user or password here; use --user and --password-file, or PTPMGR_USER and PTPMGR_PASSWORD',
    ],
    [`call ${URL_1} areYouThre`, 'ptpmgr: there is no operation areYouThre; did you mean areYouThere?'],
    [`call ${URL_1} getStatus managr=x`, 'ptpmgr: managr is no parameter of getStatus; did you mean manager?'],
    [`call ${URL_1} checkConfig config=@no/such`, 'ptpmgr: no/such cannot be read (ENOENT); @@ stands for a leading @'],
    [
      `call ${URL_1} areYouThere --user ada`,
      'ptpmgr: a password for ada is needed: --password-file FILE, or PTPMGR_PASSWORD',
    ],
    [
      `call ${URL_1} areYouThere --user ada --password-file no/such`,
      'ptpmgr: no/such cannot be read (ENOENT); it should hold the password',
    ],
    [`call ${URL_1} areYouThere --password-file x`, 'ptpmgr: --password-file needs --user, or PTPMGR_USER'],
    [
      `call ${URL_1} areYouThere --timeout 0`,
      "ptpmgr: option '--timeout <seconds>' argument '0' is invalid. It is a whole number from 1 to 3600.",
    ],
    ['status', "ptpmgr: missing required argument 'url'"],
    ['status ftp://h/x', 'ptpmgr: "ftp://h/x" should be a URL such as http://127.0.0.1:18080/ptpmgr/eim'],
    ['test a.xml', "ptpmgr: missing required argument 'element'"],
    [
      'test a.xml x --method smoke',
      "ptpmgr: option '--method <method>' argument 'smoke' is invalid. It is one of snmp, cli, ftp, http, xml, file, probe, api.",
    ],
    ['passwd', "ptpmgr: missing required argument 'user'"],
    ['passwd a:b', 'ptpmgr: a user name has 1 to 64 characters, none of them a blank, a colon or one of < > & "'],
    [
      'passwd ada --role boss',
      "ptpmgr: option '--role <role>' argument 'boss' is invalid. It is one of viewer, operator, admin.",
    ],
  ];
  for (const [args, message] of wrong) {
    it(`answers "ptpmgr ${args}" with one line and exit code 2`, async () => {
      expect(await ptpmgr(args.split(' ').filter(Boolean))).to.deep.equal({
        code: 2,
        stdout: '',
        stderr: `${message}\n`,
      });
    });
  }

  it('names every parameter that is wrong', async () => {
    const { code, stderr } = await ptpmgr(['call', URL_1, 'getDevices', 'page=x', 'scope=all']);
    expect(code).to.equal(2);
    expect(stderr).to.equal('ptpmgr: page=x should be a whole number\nptpmgr: scope=all should be one of self, pool\n');
  });

  it('fails with exit code 1 when a manager cannot be reached, whichever way it is asked', async () => {
    expect(await ptpmgr(['call', URL_1, 'areYouThere'])).to.deep.equal({
      code: 1,
      stdout: '',
      stderr: `ptpmgr: ${URL_1} cannot be reached (ECONNREFUSED)\n`,
    });
    const pooled = await ptpmgr(['call', '--pool', `${URL_1},http://127.0.0.1:2/x`, 'areYouThere']);
    expect(pooled).to.include({ code: 1, stdout: '' });
    expect(pooled.stderr.trim().split('\n').sort()).to.deep.equal([
      `ptpmgr: ${URL_1} cannot be reached (ECONNREFUSED)`,
      'ptpmgr: http://127.0.0.1:2/x cannot be reached (ECONNREFUSED)',
    ]);
    const status = await ptpmgr(['status', URL_1]);
    expect(status).to.include({ code: 1, stdout: '' });
    expect(status.stderr).to.match(/^ptpmgr: [^\n]*127\.0\.0\.1:1[^\n]*\n$/);
  });

  it('recovers only without somebody, and only when it is sure', async () => {
    const nobody = await ptpmgr(['recover', URL_1, '--without', ' , ', '--yes']);
    expect(nobody).to.include({ code: 2, stdout: '' });
    expect(nobody.stderr).to.equal('ptpmgr: --without names nobody; name the managers that are lost for good\n');
    const unasked = await ptpmgr(['recover', URL_1, '--without', 'EM2'], { input: 'yes\n' });
    expect(unasked).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: 'ptpmgr: recover asks at a terminal whether you are sure; without one, say --yes\n',
    });
    const silent = await ptpmgr(['recover', URL_1, '--without', 'EM2', '--yes']);
    expect(silent).to.include({ code: 1, stdout: '' });
    const incomplete = await ptpmgr(['recover', URL_1]);
    expect(incomplete).to.include({ code: 2 });
  });

  it('fails with exit code 1 when no lab runs where one should be restarted', async () => {
    expect(await ptpmgr(['lab', '--restart', 'EM1', '--data', '/nonexistent'])).to.deep.equal({
      code: 1,
      stdout: '',
      stderr:
        'ptpmgr: no lab runs with the data directory /nonexistent; --data should name the one that the lab printed\n',
    });
  });

  it('prints version and help, and ends well', async () => {
    expect((await ptpmgr(['--version'])).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    const help = await ptpmgr(['--help']);
    expect(help).to.include({ code: 0, stderr: '' });
    expect(help.stdout).to.include('Examples:\n  ptpmgr lab');
    for (const command of ['run', 'check', 'lab', 'call', 'status', 'test', 'passwd', 'recover', 'simulate']) {
      const one = await ptpmgr([command, '--help']);
      expect([command, one.code]).to.deep.equal([command, 0]);
      expect(one.stdout).to.match(/\nExamples?:\n/);
    }
  });
});

describe('ptpmgr check', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ptpmgr-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes faults to standard output with file, line and column, for all files', async () => {
    const bad = join(folder, 'bad.xml');
    const none = join(folder, 'none.xml');
    writeFileSync(bad, '<PTP_CONFIG version="1.0">\n  <PTPMANAGER type="EM"/>\n  <EMANAGR id="EM1"/>\n</PTP_CONFIG>\n');
    const { code, stdout, stderr } = await ptpmgr(['check', bad, none]);
    expect([code, stderr]).to.deep.equal([2, '']);
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, -1).join('\n')).to.match(/bad\.xml:3:\d+: .*EMANAGR.*EMANAGER/);
    expect(lines.at(-1)).to.equal(`${none}: does not exist; create it or mend its path`);
  });

  it('takes the samples as they are', async function () {
    const samples = ['em1-config.xml', 'eim1-config.xml', 'full-em-config.xml'].map((name) =>
      needShared(this, 'samples', name),
    );
    const { code, stdout, stderr } = await ptpmgr(['check', ...samples]);
    expect([code, stdout]).to.deep.equal([0, '']);
    for (const line of stderr.trim().split('\n')) expect(line).to.match(/\.xml:\d+:\d+: warning: /);
  });
});

describe('ptpmgr test', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ptpmgr-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const tryLog = (log: string, from = ''): Promise<Outcome> => {
    writeFileSync(join(folder, 'app.log'), log);
    const file = join(folder, 'em.xml');
    writeFileSync(
      file,
      `<PTP_CONFIG version="1.0"><PTPMANAGER type="EM"/><EMANAGER id="EM1">
<HOST dnsname="localhost"><HTTP_SERVER uri="localhost:8080"/></HOST>
<APPLICATIONS><APPLICATION id="billing"><ACCESS method="file" path="app.log"${from}>
<METRIC name="hits" regex="hits=(\\d+)"/><EVENT regex="FATAL (.*)" severity="critical" text="$1"/>
</ACCESS></APPLICATION></APPLICATIONS></EMANAGER></PTP_CONFIG>`,
    );
    return ptpmgr(['test', file, 'billing']);
  };

  it('reads a log from its beginning, where a manager would wait for what comes, and says so', async () => {
    const { code, stdout, stderr } = await tryLog('hits=3\nFATAL no paper\nhits=4\n');
    expect([code, stderr]).to.deep.equal([0, '']);
    const [title, note, ...values] = stdout.trimEnd().split('\n');
    expect(title).to.match(/^application\/billing by file: 4 values, 1 events in \d+ ms$/);
    expect(note).to.equal(
      '  read from the beginning of the log, at most 4 MiB; a manager begins at its end and reads what comes',
    );
    expect(values).to.deep.equal([
      '  lines    3',
      '  size     29 By',
      '  backlog  0 By',
      '  hits     4',
      '  event critical logMatch: no paper',
    ]);
  });

  it('says nothing of the manager where that reads from the beginning, too, and shows a few of many events', async () => {
    const { code, stdout } = await tryLog('FATAL again\n'.repeat(25), ' from="start"');
    expect(code).to.equal(0);
    expect(stdout).to.include('\n  read from the beginning of the log, at most 4 MiB\n');
    expect(stdout.match(/event critical/g)).to.have.length(20);
    expect(stdout.trimEnd()).to.match(/\n {2}and 5 more events$/);
  });
});

describe('ptpmgr passwd', () => {
  it('makes a line for the configuration from one line of input', async () => {
    const { code, stdout, stderr } = await ptpmgr(['passwd', 'ada', '--role', 'admin'], {
      input: 'corréct horse\nmore\n',
    });
    expect([code, stderr]).to.deep.equal([0, '']);
    const found = /^<USER name="ada" role="admin" password="(scrypt:[^"]+)"\/>\n$/.exec(stdout);
    const verifier = new PasswordVerifier(seededRandom());
    expect(await verifier.verify('ada', 'corréct horse', found?.[1])).to.equal(true);
    expect(await verifier.verify('ada', 'correct horse', found?.[1])).to.equal(false);
  });

  it('wants a password', async () => {
    expect(await ptpmgr(['passwd', 'ada'])).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: 'ptpmgr: the password is empty; give one line on standard input, or type it at the terminal\n',
    });
  });
});
