import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { readSource } from '../../../src/access/sources/read-source.js';
import { PtpError } from '../../../src/base/errors.js';
import type { SourceSettings } from '../../../src/config/settings.js';
import { temporaryFolder } from '../../support/temporary.js';

describe('what a source says', () => {
  const signal = new AbortController().signal;
  let server: Server;
  let origin = '';
  const seen: string[] = [];
  before(async () => {
    server = createServer(({ url, headers }, response) => {
      seen.push(`${url} ${headers.authorization ?? ''}`);
      if (url === '/xml') return void response.end('<DEVICES/>');
      if (url === '/rows') return void response.end('ip\n192.0.2.1\n');
      if (url === '/moved') return void response.writeHead(302, { location: '/xml' }).end();
      if (url === '/silent') return;
      response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    origin = typeof address === 'object' ? `127.0.0.1:${address?.port}` : '';
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const read = async (source: Omit<SourceSettings, 'name'>, within = signal) => {
    try {
      return await readSource({ name: source.type, ...source }, within);
    } catch (thrown) {
      if (!(thrown instanceof PtpError)) throw thrown;
      return `${thrown.code}: ${thrown.message}`;
    }
  };

  it('is read from files', async () => {
    const dir = temporaryFolder('sources');
    const path = join(dir, 'a.csv');
    writeFileSync(path, 'ip\n');
    expect(await read({ type: 'csv', path })).to.deep.equal({ text: 'ip\n', format: 'csv', local: true, baseDir: dir });
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x41]));
    expect(await read({ type: 'csv', path })).to.equal(`Access.Content: ${path} is not UTF-8 text; save it as UTF-8`);
    expect(await read({ type: 'file', path: `${dir}/none.xml` })).to.equal(
      `Access.NotFound: ${dir}/none.xml does not exist; create it or mend its path`,
    );
    expect(await read({ type: 'file', path: dir })).to.match(
      /^Access\.(?:NotFound|Content): .* (?:is not a file|is a directory); name a file$/,
    );
  });

  it('is read from servers, XML or rows, with a password for that server only', async () => {
    const xml = await read({ type: 'http', url: `http://ops:se%20cret@${origin}/moved` });
    expect(xml).to.deep.equal({ text: '<DEVICES/>', format: 'xml', local: false, baseDir: '/' });
    expect(seen[0]).to.equal(`/moved Basic ${Buffer.from('ops:se cret').toString('base64')}`);
    expect(await read({ type: 'http', url: `http://${origin}/rows` })).to.include({ format: 'csv' });
    expect(await read({ type: 'http', url: `http://ops:secret@${origin}/none?token=x` })).to.equal(
      `Access.Content: http://${origin}/none?... answered with status 404; 200 would be right`,
    );
    const over = new AbortController();
    const silent = read({ type: 'http', url: `http://${origin}/silent` }, over.signal);
    over.abort(new PtpError('Access.Timeout', 'late'));
    expect(await silent).to.equal('Access.Timeout: late');
  });

  it('is asked of a database in SQL only', async () => {
    const url = 'postgres://reader:secret@127.0.0.1:1/inventory';
    expect(await read({ type: 'postgres', url, query: ' \\! id' })).to.match(
      /^Access.Settings: the query is a command of psql/,
    );
    const refused = await read({ type: 'postgres', url, query: 'select 1' });
    expect(refused).to.match(
      /^Access\.(?:Unreachable: postgres:\/\/reader@127.0.0.1:1\/inventory does not answer|Settings: there is no psql)/,
    );
    expect(refused).not.to.contain('secret');
    const hidden = await read({ type: 'postgres', url: `${url}?application_name=geheim`, query: 'select 1' });
    expect(hidden).not.to.contain('geheim');
    // Nothing is begun, and nobody left to be ended, once it is over.
    const over = AbortSignal.abort(new PtpError('Server.Unavailable', 'it is over'));
    expect(await read({ type: 'postgres', url, query: 'select 1' }, over)).to.equal('Server.Unavailable: it is over');
  });
});
