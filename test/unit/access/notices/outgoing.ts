/** Messages to try senders with. */
import type { Outgoing } from '../../../../src/access/notices/sender.js';
import { gathered, type Message } from '../../../../src/assess/notices/message.js';
import { alarmNotice, type Notice } from '../../../../src/assess/notices/notice.js';
import type { Alarm } from '../../../../src/model/alarm.js';
import { alarm, T0 } from '../../assess/notices/samples.js';

export const sendable = (content: Message['content'], id = 'a1.1'): Outgoing => ({
  message: { id, content },
  telling: {
    manager: 'EM1',
    destination: 'noc',
    nowMs: T0 + 250_000,
    pageOf: (element) => `https://em1.example/ptpmgr/em/${element ?? 'events'}`,
  },
  host: 'em1.example',
});

export const one = (more: Partial<Alarm> = {}, id?: string): Outgoing => {
  const notice: Notice = alarmNotice(alarm('a1', more));
  return sendable({ is: 'one', notice }, id ?? notice.id);
};

export const many = (count: number): Outgoing =>
  sendable(
    {
      is: 'gathered',
      all: gathered(
        Array.from({ length: count }, (_, at) => alarmNotice(alarm(`a${at}`, { element: `device/d${at}` }))),
        () => undefined,
      ),
    },
    'EM1-noc-77',
  );

/** What somebody might try to get more into a message than belongs there. */
export const NASTY = 'no\r\nBcc: all@example\r\n\r\nanswer "\\] \u202Eübel\u0000';

export const NEVER: AbortSignal = new AbortController().signal;
