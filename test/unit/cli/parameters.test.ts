import { expect } from 'chai';
import { type Content, parseParameters } from '../../../src/cli/call/parameters.js';
import { CommandFailure } from '../../../src/cli/failure.js';
import { isOperation, OPERATIONS } from '../../../src/xml/messages/operations.js';

const NOW = Date.UTC(2026, 10, 30, 22);
const FILES: Readonly<Record<string, string>> = { 'em1.xml': '<PTP_CONFIG/>\n' };

function parse(operation: string, ...words: string[]): Content {
  if (!isOperation(operation)) throw new Error(`no operation ${operation}`);
  const readFile = (path: string) => FILES[path] ?? '';
  return parseParameters(words, OPERATIONS[operation].input, operation, { readFile, nowMs: NOW });
}

function faults(operation: string, ...words: string[]): readonly string[] {
  try {
    parse(operation, ...words);
  } catch (thrown) {
    if (thrown instanceof CommandFailure) {
      expect(thrown.exitCode).to.equal(2);
      return thrown.lines;
    }
    throw thrown;
  }
  throw new Error('nothing was wrong');
}

describe('parameters of call', () => {
  it('are typed by the table of messages', () => {
    const samples = parse(
      'getSamples',
      'element=device/core1',
      'metric=load',
      'from=2026-11-30T21:00:00+01:00',
      'to=now',
      'step=300',
    );
    expect(samples).to.deep.equal({
      element: 'device/core1',
      metric: 'load',
      from: Date.UTC(2026, 10, 30, 20),
      to: NOW,
      step: 300,
    });
    expect(parse('getDevices', 'page=2', 'filter=007', 'scope=pool', 'maxAge=1.5')).to.deep.equal({
      page: 2,
      filter: '007',
      scope: 'pool',
      maxAge: 1.5,
    });
    expect(parse('getEvents', 'from=-15m')).to.deep.equal({ from: NOW - 900_000 });
    expect(parse('areYouThere')).to.deep.equal({});
  });

  it('take values with equals signs, blanks and markup as they are', () => {
    expect(parse('getDevices', 'filter=a=b <c> & d')).to.deep.equal({ filter: 'a=b <c> & d' });
    expect(parse('getDevices', 'filter=')).to.deep.equal({ filter: '' });
  });

  it('take the text of a file for @FILE and a real @ for @@', () => {
    expect(parse('checkConfig', 'config=@em1.xml')).to.deep.equal({ config: '<PTP_CONFIG/>\n' });
    expect(parse('checkConfig', 'config=@@home')).to.deep.equal({ config: '@home' });
  });

  it('nest by dots, and a repeated part begins the next record of a list', () => {
    const events = parse(
      'sendEvent',
      'events.severity=major',
      'events.name=a',
      'events.text=x',
      'events.severity=minor',
      'events.name=b',
      'events.text=y',
    );
    expect(events).to.deep.equal({
      events: [
        { severity: 'major', name: 'a', text: 'x' },
        { severity: 'minor', name: 'b', text: 'y' },
      ],
    });
    const manager = parse(
      'IAmHere',
      'manager.id=EM1',
      'manager.role=EM',
      'manager.incarnation=3',
      'manager.hostname=localhost',
      'manager.port=8080',
      'manager.context=ptpmgr/em',
      'manager.uri=http://localhost:8080',
      'manager.socket.host=localhost',
      'manager.socket.port=8899',
      'manager.methods=snmp',
      'manager.methods=http',
      'manager.capacity=500',
    );
    expect(manager).to.have.nested.property('manager.socket.port', 8899);
    expect(manager).to.have.nested.property('manager.methods').that.deep.equals(['snmp', 'http']);
  });

  it('name the request within a relay', () => {
    expect(parse('relay', 'manager=EM1', 'request=areYouThere')).to.deep.equal({
      manager: 'EM1',
      request: { operation: 'areYouThere', content: {} },
    });
    expect(parse('relay', 'manager=EM1', 'request.getDevices.filter=core', 'request.getDevices.page=1')).to.deep.equal({
      manager: 'EM1',
      request: { operation: 'getDevices', content: { filter: 'core', page: 1 } },
    });
  });

  const wrong: readonly [string, readonly string[], string][] = [
    ['getStatus', ['managr=EM1'], 'ptpmgr: managr is no parameter of getStatus; did you mean manager?'],
    ['getStatus', ['x=1'], 'ptpmgr: x is no parameter of getStatus; it has manager, scope, maxAge'],
    ['getStatus', ['__proto__=1'], 'ptpmgr: __proto__ is no parameter of getStatus; it has manager, scope, maxAge'],
    ['areYouThere', ['x=1'], 'ptpmgr: x is no parameter of areYouThere; it has none'],
    ['getStatus', ['manager'], 'ptpmgr: "manager" should be name=value'],
    ['getStatus', ['manager='], 'ptpmgr: manager should have 1 to 1024 characters'],
    ['getStatus', ['manager=a', 'manager=b'], 'ptpmgr: manager is given twice'],
    ['getStatus', ['manager.id=a'], 'ptpmgr: manager.id names a part of manager, which has none'],
    ['getStatus', ['scope=all'], 'ptpmgr: scope=all should be one of self, pool'],
    ['getDevices', ['page=1.5'], 'ptpmgr: page=1.5 should be a whole number'],
    ['getDevices', ['page=99999999999999999999'], 'ptpmgr: page=99999999999999999999 should be a whole number'],
    ['getDevices', ['maxAge=1e999'], 'ptpmgr: maxAge=1e999 should be a number'],
    [
      'getEvents',
      ['from=yesterday'],
      'ptpmgr: from=yesterday should be a time such as 2026-11-30T22:00:00Z, now, or -1h',
    ],
    [
      'getEvents',
      ['from=2026-13-30T22:00:00Z'],
      'ptpmgr: from=2026-13-30T22:00:00Z should be a time such as 2026-11-30T22:00:00Z, now, or -1h',
    ],
    ['getSamples', ['metric=load'], 'ptpmgr: getSamples needs element=... from=... to=...'],
    ['IAmHere', ['manager=EM1'], 'ptpmgr: manager has parts: manager.id, manager.name, manager.role'],
    [
      'IAmHere',
      ['manager.incarnaton=1'],
      'ptpmgr: incarnaton is no parameter of manager of IAmHere; did you mean incarnation?',
    ],
    ['sendEvent', ['events.name=a'], 'ptpmgr: sendEvent needs events.severity=... events.text=...'],
    ['relay', ['manager=EM1', 'request=getStaus'], 'ptpmgr: request should name an operation; did you mean getStatus?'],
    [
      'relay',
      ['manager=EM1', 'request.getSamples.metric=load'],
      'ptpmgr: getSamples needs request.getSamples.element=...',
    ],
  ];
  for (const [operation, words, message] of wrong) {
    it(`refuse ${operation} ${words.join(' ')}`, () => {
      const [line, ...more] = faults(operation, ...words);
      expect(line).to.match(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`));
      expect(more).to.deep.equal([]);
    });
  }

  it('name every fault, a line each', () => {
    expect(faults('getDevices', 'page=x', 'scop=pool', 'maxAge=y')).to.have.length(3);
  });
});
