import { assert } from 'chai';
import { ftpAddress } from '../../../src/access/ftp/address.js';
import { createFtpMethod } from '../../../src/access/ftp/method.js';
import { access, accessParts, element, metricValue, pollOnce } from '../../support/access.js';
import { startFakeFtp } from './fake-ftp.js';

const EVENTS = [{ regex: '.*', severity: 'minor' as const }];

describe('an FTP server', () => {
  const lacks: readonly (readonly string[])[] = [[], ['REST'], ['SIZE'], ['MDTM'], ['REST', 'SIZE', 'MDTM']];
  for (const lacking of lacks) {
    it(lacking.length > 0 ? `without ${lacking.join(', ')} is read all the same` : 'is read', async () => {
      const server = await startFakeFtp({ 'a.log': '1\n2\n' }, lacking);
      const method = createFtpMethod(accessParts());
      let memory: unknown;
      const poll = async () => {
        const answer = await pollOnce(method, { ...server.asking, over: { events: EVENTS }, memory });
        ({ memory } = answer);
        return answer.events.map(({ text }) => text);
      };
      try {
        assert.deepEqual(await poll(), ['1', '2']);
        server.files.set('a.log', '1\n2\n3\nhalf');
        assert.deepEqual(await poll(), ['3']);
        server.files.set('a.log.1', '1\n2\n3\nhalf done\n4\n');
        server.files.set('a.log', '5\n');
        assert.deepEqual(await poll(), ['half done', '4', '5']);
        assert.deepEqual(await poll(), []);
      } finally {
        await server.stop();
      }
    });
  }

  it('is asked for nothing but size and time when nothing has changed', async () => {
    const server = await startFakeFtp({ 'a.log': '1\n' });
    const method = createFtpMethod(accessParts());
    try {
      const { memory } = await pollOnce(method, server.asking);
      server.commands.length = 0;
      const { readings } = await pollOnce(method, { ...server.asking, memory });
      assert.equal(metricValue(readings, 'lines'), 0);
      assert.notInclude(server.commands, 'RETR');
      assert.notInclude(server.commands, 'LIST');
    } finally {
      await server.stop();
    }
  });
});

describe('the address of a log on an FTP server', () => {
  const cases: readonly (readonly [options: Record<string, string>, place: string, tls: string])[] = [
    [{ url: 'ftp://host/logs/a.log' }, 'ftp://host:21/logs/a.log', 'none'],
    [{ url: 'ftp://host//var/log/a.log', tls: 'true' }, 'ftp://host:21//var/log/a.log', 'explicit'],
    [{ url: 'ftp://host/%2Fvar/a%20b' }, 'ftp://host:21//var/a b', 'none'],
    [{ url: 'ftps://[::1]/a' }, 'ftp://[::1]:990/a', 'implicit'],
    [{ url: 'ftp://host:2121/', port: '99' }, 'ftp://host:2121/', 'none'],
    [{}, 'ftp://127.0.0.1:21/', 'none'],
    [{ port: '2121', tls: 'implicit' }, 'ftp://127.0.0.1:2121/', 'implicit'],
  ];
  for (const [options, place, tls] of cases) {
    it(JSON.stringify(options), () => {
      const address = ftpAddress(element(), access('ftp', options));
      assert.equal(address.place, place);
      assert.equal(address.tls, tls);
    });
  }
});
