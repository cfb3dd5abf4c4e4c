/** The daemons of `test/support` themselves: a fault there must not look like one of ours. */
import { expect } from 'chai';
import { CertificateAuthority } from '../support/certificates.js';
import { counterpart } from '../support/counterparts.js';
import { startNginx, startSnmpd, startSnmpsim, startVsftpd } from '../support/daemons.js';
import { runProcess } from '../support/processes.js';
import { needShared } from '../support/shared.js';

describe('real daemons for tests', function () {
  this.timeout(60_000);

  describe('snmpd', () => {
    counterpart('snmpd');

    it('answers v2c and v3', async () => {
      const user = { name: 'watcher', auth: 'SHA-256', authKey: 'authentic-key', priv: 'AES', privKey: 'private-key' };
      const daemon = await startSnmpd({ community: 'known', v3users: [user] });
      const target = [`127.0.0.1:${daemon.port}`, '1.3.6.1.2.1.1.2.0'];
      const v3 = ['-v3', '-u', user.name, '-l', 'authPriv', '-a', user.auth, '-A', user.authKey, '-x', user.priv, '-X'];
      const answers = [
        await runProcess('snmpget', ['-v2c', '-c', 'known', ...target]),
        await runProcess('snmpget', [...v3, user.privKey, ...target]),
      ];
      for (const answer of answers) expect(answer.output).to.contain('1.4.1.8072.3.2');
      const refused = await runProcess('snmpget', ['-v2c', '-c', 'unknown', '-r', '0', '-t', '1', ...target]);
      expect(refused.code).to.equal(1);
      await daemon.stop();
    });
  });

  describe('snmpsim', () => {
    counterpart('snmpsim', 'snmpd');

    it('plays texts of a test', async () => {
      const daemon = await startSnmpsim({ texts: { mine: '1.3.6.1.2.1.1.1.0|4|hello\n1.3.6.1.2.1.1.3.0|67|123\n' } });
      const answer = await runProcess('snmpget', [
        '-v2c',
        '-c',
        'mine',
        `127.0.0.1:${daemon.port}`,
        '1.3.6.1.2.1.1.1.0',
      ]);
      expect(answer.output).to.contain('hello');
      await daemon.stop();
    });

    it('plays recordings of real devices', async function () {
      needShared(this, 'recordings', 'cisco-c3750.snmprec.bz2');
      const daemon = await startSnmpsim({ recordings: ['cisco-c3750'] });
      const target = [`127.0.0.1:${daemon.port}`, '1.3.6.1.2.1.1.1.0'];
      const answer = await runProcess('snmpget', ['-v2c', '-c', 'cisco-c3750', ...target]);
      expect(answer.output).to.contain('C3750');
      await daemon.stop();
    });
  });

  describe('vsftpd', () => {
    counterpart('vsftpd', 'openssl', 'curl');

    for (const secured of [false, true]) {
      it(secured ? 'serves FTPS only' : 'serves FTP with a password', async () => {
        const authority = new CertificateAuthority();
        const tls = secured ? authority.server('ftp') : undefined;
        const daemon = await startVsftpd({
          files: { 'log/app.log': 'a line\n' },
          password: 'right',
          ...(tls ? { tls } : {}),
        });
        const get = (password: string, ...more: string[]) =>
          runProcess('curl', ['-sS', ...more, '-u', `ftp:${password}`, `ftp://127.0.0.1:${daemon.port}/log/app.log`]);
        const options = secured ? ['--ssl-reqd', '--cacert', authority.cert] : [];
        expect((await get('right', ...options)).output).to.equal('a line\n');
        expect((await get('wrong', ...options)).output).to.contain('530');
        if (secured) expect((await get('right')).output).to.contain('530');
        await daemon.stop();
      });
    }
  });

  describe('nginx', () => {
    counterpart('nginx', 'openssl', 'curl');

    it('serves files over HTTPS', async () => {
      const authority = new CertificateAuthority();
      const files = { 'a/b.json': '{"a":1}' };
      const lines = ['location /old { return 301 /new; }'];
      const daemon = await startNginx({ files, lines, tls: authority.server('web') });
      const get = (path: string) => runProcess('curl', ['-sSi', '--cacert', authority.cert, `${daemon.origin}${path}`]);
      expect((await get('/a/b.json')).output).to.match(/ 200 OK.*application\/json.*\{"a":1\}$/s);
      expect((await get('/old')).output).to.contain(' 301 ');
      await daemon.stop();
    });
  });
});
