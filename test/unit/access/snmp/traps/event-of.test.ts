/** What notifications mean as events. */
import { expect } from 'chai';
import type { OutgoingBinding } from '../../../../../src/access/snmp/message/pdu.js';
import { octetsBinding, oidBinding, smallBinding } from '../../../../../src/access/snmp/traps/contents.js';
import { eventOf } from '../../../../../src/access/snmp/traps/event-of.js';
import type { Notification } from '../../../../../src/access/snmp/traps/notification.js';
import { messageBindings } from '../../../../../src/access/snmp/traps/ptpmgr-mib.js';
import { eventNotice } from '../../../../../src/assess/notices/notice.js';
import type { PtpEvent } from '../../../../../src/model/event.js';
import { communityMessage, frame, IF_DOWN, LINK_DOWN, newReader, START_MS, trap1, trap2 } from './sending.js';

const reader = newReader().reader;
function notification(message: Buffer): Notification {
  const incoming = reader.read(message, START_MS);
  if (incoming.is !== 'notification') throw new Error(incoming.is);
  return incoming.notification;
}
const v2 = (trapOid: string, ...bindings: readonly OutgoingBinding[]) =>
  eventOf(notification(communityMessage(trap2(frame(trapOid, ...bindings)))));

describe('the event of a notification', () => {
  it('has name and severity of what is known, and its variables by name', () => {
    expect(v2(LINK_DOWN, ...IF_DOWN)).to.deep.equal({
      name: 'linkDown',
      severity: 'major',
      text: 'ifIndex.3 = 3, ifDescr.3 = eth0, ifOperStatus.3 = down',
      alarm: 'link 3',
    });
  });

  const known: readonly (readonly [oid: string, name: string, severity: string])[] = [
    ['1.3.6.1.6.3.1.1.5.1', 'coldStart', 'warning'],
    ['1.3.6.1.6.3.1.1.5.4', 'linkUp', 'cleared'],
    ['1.3.6.1.6.3.1.1.5.5', 'authenticationFailure', 'minor'],
    ['1.3.6.1.2.1.33.2.1', 'upsTrapOnBattery', 'major'],
    ['1.3.6.1.2.1.15.7.2', 'bgpBackwardTransition', 'major'],
    ['1.3.6.1.4.1.2636.4.1.2', 'jnxFanFailure', 'major'],
    ['1.3.6.1.4.1.9.9.43.2.0.1', 'ciscoConfigManEvent', 'warning'],
    ['1.3.6.1.4.1.8072.4.0.2', 'nsNotifyShutdown', 'major'],
  ];
  for (const [oid, name, severity] of known) {
    it(`is ${name} for ${oid}`, () => expect(v2(oid)).to.include({ name, severity }));
  }

  it('has the same name when the trap comes by SNMPv1', () => {
    const ups = notification(trap1({ enterprise: '1.3.6.1.2.1.33.2', generic: 6, specific: 1, bindings: [] }));
    expect(eventOf(ups).name).to.equal('upsTrapOnBattery');
    const fan = notification(trap1({ enterprise: '1.3.6.1.4.1.2636.4.1', generic: 6, specific: 2, bindings: [] }));
    expect(eventOf(fan).name).to.equal('jnxFanFailure');
  });

  it('is called by its OID when that is not known', () => {
    expect(
      v2('1.3.6.1.4.1.99.7', oidBinding('1.3.6.1.4.1.99.1.0', '1.3.6.1'), smallBinding('1.3.6.1.4.1.99.2.0', 5)),
    ).to.deep.equal({
      name: '1.3.6.1.4.1.99.7',
      severity: 'indeterminate',
      text: '1.3.6.1.4.1.99.1.0 = 1.3.6.1, 1.3.6.1.4.1.99.2.0 = 5',
    });
    expect(v2('1.3.6.1.4.1.99.7').text).to.equal('notification 1.3.6.1.4.1.99.7 without variables');
  });

  it('shows bytes as hexadecimal, and long texts in part', () => {
    const text = v2(
      '1.3.6.1.4.1.99.7',
      octetsBinding('1.3.6.1.4.1.99.1', Buffer.from([0, 27, 197, 7])),
      octetsBinding('1.3.6.1.2.1.1.5.0', Buffer.from('x'.repeat(5000))),
    ).text;
    expect(text).to.equal(`1.3.6.1.4.1.99.1 = 00:1b:c5:07, sysName = ${'x'.repeat(200)}`);
  });

  it('counts the variables that it does not show', () => {
    const many = Array.from({ length: 100 }, () => octetsBinding('1.3.6.1.2.1.1.5.0', Buffer.from('y'.repeat(190))));
    expect(v2(LINK_DOWN, ...many).text).to.match(/, and 91 more$/);
  });
});

describe('the event of another manager', () => {
  const event: PtpEvent = {
    id: 2 ** 32 + 5,
    manager: 'EM2',
    time: Date.UTC(2026, 10, 21, 20, 59, 3, 250),
    severity: 'critical',
    name: 'elementDown',
    text: 'device/core1 does not answer',
    element: 'device/core1',
  };
  const relay = (one: PtpEvent) => {
    const message = { id: 'x', content: { is: 'one', notice: eventNotice(one) } } as const;
    return eventOf(notification(communityMessage(trap2([...messageBindings(message, 'EM2', 77)]))));
  };

  it('is that event', () => {
    expect(relay(event)).to.deep.equal({
      manager: 'EM2',
      severity: 'critical',
      name: 'elementDown',
      text: 'device/core1 does not answer',
      element: 'device/core1',
    });
  });

  it('may have no element, and a text that is cut between characters', () => {
    const { element: _, ...own } = event;
    const { text, element } = relay({ ...own, text: `${'a'.repeat(1023)}ü and more` });
    expect(element).to.equal(undefined);
    expect(text).to.equal('a'.repeat(1023));
  });

  it('is an ordinary notification when it lacks what an event has', () => {
    expect(v2('1.3.6.1.4.1.8072.9999.9999.8084.0.1').name).to.equal('1.3.6.1.4.1.8072.9999.9999.8084.0.1');
  });
});
