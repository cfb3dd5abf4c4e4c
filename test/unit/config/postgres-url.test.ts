import { expect } from 'chai';
import { parsePostgresUrl, postgresName } from '../../../src/config/postgres-url.js';

describe('the address of a PostgreSQL database', () => {
  const read = (url: string) => {
    const address = parsePostgresUrl(url);
    if ('fault' in address) throw new Error(address.fault);
    return address;
  };
  const fault = (url: string) => {
    const address = parsePostgresUrl(url);
    if ('fault' in address) return address.fault;
    throw new Error(`${url} is right`);
  };

  it('has its parts as they are meant', () => {
    expect(read('postgres://ptp:s%2Fe@db.example:5433/net')).to.deep.equal({
      host: 'db.example',
      port: 5433,
      user: 'ptp',
      password: 's/e',
      database: 'net',
      tls: 'verify-full',
    });
    expect(read('postgresql://b%C3%BCro@[2001:db8::1]/n%20m?sslmode=verify-ca&sslrootcert=ca.pem')).to.deep.equal({
      host: '2001:db8::1',
      port: 5432,
      user: 'büro',
      database: 'n m',
      tls: 'verify-ca',
      rootCert: 'ca.pem',
    });
    expect(read('postgres://u@h/d?sslcert=a.pem&sslkey=b.pem')).to.deep.include({ cert: 'a.pem', key: 'b.pem' });
  });

  it('is safe off this machine unless it says otherwise', () => {
    const tls = (url: string) => read(url).tls;
    for (const here of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]', '%2Frun%2Fpostgresql'])
      expect(tls(`postgres://u@${here}/d`), here).to.equal('disable');
    for (const elsewhere of ['db', '10.0.0.1', 'localhost.example', '[2001:db8::1]'])
      expect(tls(`postgres://u@${elsewhere}/d`), elsewhere).to.equal('verify-full');
    expect(tls('postgres://u@db/d?sslmode=disable')).to.equal('disable');
    expect(tls('postgres://u@localhost/d?sslmode=require')).to.equal('require');
  });

  it('may be the folder of a Unix socket', () => {
    expect(read('postgres://u@%2Frun%2Fpostgresql:5433/d')).to.deep.include({ host: '/run/postgresql', port: 5433 });
    expect(read('postgres://u@x/d?host=/run/postgresql')).to.deep.include({ host: '/run/postgresql', port: 5432 });
  });

  it('is told without its password, and read again the same', () => {
    for (const url of ['postgres://u:p@h:1234/d', 'postgres://%40u:p@[::1]/d%2B', 'postgres://u:p@%2Frun%2Fpg/d']) {
      const address = read(url);
      const name = postgresName(address);
      expect(name).to.not.include(':p@');
      const { password: _, ...others } = address;
      expect(read(name)).to.deep.equal(others);
    }
  });

  it('is refused with a word on what would be right', () => {
    const cases: [string, RegExp][] = [
      ['mysql://u@h/d', /should be like postgres/],
      ['postgres://u@h:99999/d', /is not an address/],
      ['postgres://h/d', /names no user/],
      ['postgres://u@h', /names no database/],
      ['postgres://u@h/d/e', /slash/],
      ['postgres://u@h/d#x', /%23/],
      ['postgres://u:p%zz@h/d', /%25/],
      ['postgres://u@h/d?sslmode=prefer', /sslmode.*disable, require, verify-ca, verify-full/],
      ['postgres://u@h/d?password=hush', /password after its question mark.*attribute password/],
      ['postgres://u@h/d?options=-c', /not known here.*sslmode/],
      ['postgres://u@h/d?host=a,b', /several hosts/],
      ['postgres://u@h/d?sslcert=a.pem', /sslcert and sslkey/],
    ];
    for (const [url, text] of cases) expect(fault(url), url).to.match(text).and.not.include('hush');
  });
});
