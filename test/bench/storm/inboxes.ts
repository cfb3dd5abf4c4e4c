/** Who is told: a chat service and a mail server, as whoever is on call has them. */
import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';
import { freeTcpPort } from '../../support/ports.js';
import { Receiver } from '../../support/receiver.js';

/** What has come since the last look. */
export interface Told {
  /** Messages of the chat service, and of these those that gather many notices. */
  readonly chats: number;
  readonly gathered: number;
  /** Notices in all of them. */
  readonly notices: number;
  /** What each said in one line. */
  readonly lines: readonly string[];
  /** Subjects. */
  readonly mails: readonly string[];
}

export class Inboxes {
  readonly chatPort: number;
  readonly mailPort: number;
  readonly #chat: Receiver;
  readonly #mail: SMTPServer;
  #mails: string[] = [];
  #chatsSeen = 0;

  private constructor(chatPort: number, mailPort: number) {
    this.chatPort = chatPort;
    this.mailPort = mailPort;
    this.#chat = new Receiver(chatPort);
    this.#mail = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          this.#mails.push(subjectOf(Buffer.concat(chunks).toString('utf8')));
          callback();
        });
      },
    });
    this.#mail.on('error', () => {});
  }

  static async open(): Promise<Inboxes> {
    const inboxes = new Inboxes(await freeTcpPort(), await freeTcpPort());
    await inboxes.#chat.open();
    const server = inboxes.#mail.listen(inboxes.mailPort, '127.0.0.1');
    if (!server.listening) await once(server, 'listening');
    return inboxes;
  }

  look(): Told {
    const bodies = this.#chat.bodies.slice(this.#chatsSeen);
    const mails = this.#mails;
    this.#chatsSeen = this.#chat.bodies.length;
    this.#mails = [];
    return {
      chats: bodies.length,
      gathered: bodies.filter(({ gathered }) => gathered).length,
      notices: bodies.reduce((sum, { gathered }) => sum + (gathered?.count ?? 1), 0),
      lines: bodies.map(({ text }) => text),
      mails,
    };
  }

  async close(): Promise<void> {
    await this.#chat.close();
    await new Promise<void>((resolve) => this.#mail.close(() => resolve()));
  }
}

/** RFC 5322, 2.2.3: it may go on in the next lines. */
const subjectOf = (mail: string): string =>
  (/^Subject: (.*(?:\r?\n[ \t].*)*)/im.exec(mail)?.[1] ?? '').replaceAll(/\r?\n[ \t]+/g, ' ');
