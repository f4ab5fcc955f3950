import { signal } from '@preact/signals';
import type { Api } from '../protocol/api';
import { Problem } from '../protocol/problem';
import type { User } from '../protocol/types';
import type { KnownDevices } from './known-devices';
import { Messenger, type MessengerOptions } from './messenger';
import { explain, type Notices } from './notices';
import type { Outbox } from './outbox';

export type Stage = 'starting' | 'unreachable' | 'signed-out' | 'signed-in';

export interface Credentials {
  username: string;
  password: string;
}

export interface Registration extends Credentials {
  display_name: string;
  claim?: string;
  invite?: string;
}

export interface SessionOptions {
  api: Api;
  outbox: Outbox;
  devices: KnownDevices;
  notices: Notices;
  deviceName: string;
  line: Pick<MessengerOptions, 'openSocket' | 'clock' | 'random' | 'platform'>;
}

// Who is signed in. The cookie is the sign-in; this only learns from the server whom it names.
export class Session {
  readonly stage = signal<Stage>('starting');
  readonly reason = signal(''); // why the user finds himself signed out
  readonly messenger = signal<Messenger | undefined>(undefined);

  constructor(private readonly options: SessionOptions) {
    options.api.onUnauthorized = () => this.expired(4500);
  }

  async start(): Promise<void> {
    this.stage.value = 'starting';
    try {
      await this.enter(await this.options.api.me());
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      this.reason.value = failure.status === 401 ? '' : explain(failure);
      this.stage.value = failure.status === 401 ? 'signed-out' : 'unreachable';
    }
  }

  // Throws a Problem that says why not.
  async signIn({ username, password }: Credentials): Promise<void> {
    const { api, deviceName, devices } = this.options;
    const body = { username, password, device_name: deviceName };
    const device = devices.ofUsername(username);
    const answer = await api
      .signIn(device === undefined ? body : { ...body, device })
      .catch((failure: Problem) => {
        // The device may have been revoked since: then this browser is a new one.
        if (device === undefined || ![400, 403, 404, 409].includes(failure.status)) throw failure;
        return api.signIn(body);
      });
    devices.remember(username, answer.user, answer.device);
    this.reason.value = '';
    await this.enter(await api.me());
  }

  async signUp(registration: Registration): Promise<void> {
    await this.options.api.createUser(registration);
    await this.signIn(registration);
  }

  async signOut(): Promise<void> {
    const messenger = this.messenger.peek();
    if (!messenger) return;
    await this.options.api.signOut().catch((failure: Problem) => {
      if (failure.status !== 401) throw failure;
    });
    await this.options.outbox.clear(messenger.myId).catch(() => undefined);
    this.leave('');
  }

  private async enter(me: User): Promise<void> {
    const { api, devices, line, notices, outbox } = this.options;
    const expired = (code: number): void => this.expired(code);
    const replaced = (): void => void this.replaced();
    const people = { me, expired, replaced };
    const messenger = new Messenger({ ...line, ...people, api, outbox, devices, notices });
    this.messenger.value = messenger;
    this.stage.value = 'signed-in';
    await messenger.start();
  }

  private expired(code: number): void {
    if (this.messenger.peek()) this.leave(reasonOf(code));
  }

  private async replaced(): Promise<void> {
    this.leave('');
    await this.start();
  }

  private leave(reason: string): void {
    this.messenger.peek()?.stop();
    this.messenger.value = undefined;
    this.reason.value = reason;
    this.stage.value = 'signed-out';
  }
}

function reasonOf(code: number): string {
  if (code === 4501) return 'This device was signed out from another one.';
  if (code === 4502) return 'The server and this page no longer understand each other. Reload it.';
  return 'You have been signed out. Sign in again to go on.';
}
