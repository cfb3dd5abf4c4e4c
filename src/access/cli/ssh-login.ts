/** How this manager proves over SSH who it is (RFC 4252, 4256): each way that the device names, once. */
import type { AnyAuthMethod, NextAuthHandler, ParsedKey } from 'ssh2';

type Way = 'publickey' | 'password' | 'keyboard-interactive';
const ORDER: readonly Way[] = ['publickey', 'password', 'keyboard-interactive'];

export interface SshLogin {
  readonly user: string;
  readonly password: string | undefined;
  readonly key: ParsedKey | undefined;
}

export class SshAuthentication {
  readonly #login: SshLogin;
  readonly #left: Way[];
  /** What the device said it takes, at last. */
  #taken: readonly string[] = [];
  #tried = false;

  constructor(login: SshLogin) {
    this.#login = login;
    const { key, password } = login;
    this.#left = ORDER.filter((way) => (way === 'publickey' ? key !== undefined : password !== undefined));
  }

  /** Whether a password or key was shown. */
  get hasTried(): boolean {
    return this.#tried;
  }

  /** Why it was in vain, as the end of a sentence. */
  get reason(): string {
    const { key, password } = this.#login;
    const shown = this.#taken.filter((one) => /^[\w@.-]{1,40}$/.test(one)).slice(0, 8);
    const taken = shown.length > 0 ? `; it takes ${shown.join(', ')}` : '';
    if (key === undefined && password === undefined)
      return `does not let anybody in without a password or key; name a credential with one${taken}`;
    const what = [key && 'privateKey', password !== undefined && 'password'].filter(Boolean).join(' and ');
    return `does not let this user in; user and ${what} have to be right${taken}`;
  }

  /**
   * The first question is which ways there are; a device that lets anybody in answers it with a yes. ssh2 passes `null`
   * for the ways then, and takes `false` for having nothing left.
   */
  readonly handler = (taken: readonly string[] | null, _partial: boolean | null, next: NextAuthHandler) => {
    if (taken === null) {
      next({ type: 'none', username: this.#login.user });
      return undefined;
    }
    this.#taken = taken;
    const way = this.#left.find((one) => taken.includes(one));
    if (way === undefined) return false;
    this.#left.splice(this.#left.indexOf(way), 1);
    this.#tried = true;
    next(this.#methodOf(way));
    return undefined;
  };

  #methodOf(way: Way): AnyAuthMethod {
    const { user, password = '', key } = this.#login;
    if (way === 'publickey' && key) return { type: 'publickey', username: user, key };
    if (way === 'password') return { type: 'password', username: user, password };
    let told = false;
    return {
      type: 'keyboard-interactive',
      username: user,
      prompt: (_name, _instructions, _language, prompts, finish) => {
        // A second hidden question is for a new password, or for something that is not known here.
        finish(
          prompts.map(({ prompt, echo }) => {
            if (echo) return /user|login|account/i.test(prompt) ? user : '';
            if (told) return '';
            told = true;
            return password;
          }),
        );
      },
    };
  }
}
