import { signal, type Signal } from '@preact/signals';
import type { Api } from '../protocol/api';
import type { User, UserId } from '../protocol/types';
import type { Notices } from './notices';
import type { People } from './people';

type Calls = Pick<
  Api,
  'contacts' | 'addContact' | 'removeContact' | 'blocks' | 'block' | 'unblock'
>;

// Whom the user knows, and whom he has blocked; each list by username.
export class Contacts {
  readonly list = signal<readonly User[]>([]);
  readonly blocked = signal<readonly User[]>([]);

  constructor(
    private readonly api: Calls,
    private readonly people: People,
    private readonly notices: Notices,
  ) {}

  async load(): Promise<void> {
    const [contacts, blocked] = await Promise.all([this.api.contacts(), this.api.blocks()]);
    for (const user of [...contacts, ...blocked]) this.people.meet(user);
    this.list.value = contacts;
    this.blocked.value = blocked;
  }

  // Subscribes the caller, as the next one does.
  has(user: UserId): boolean {
    return this.list.value.some((other) => other.user === user);
  }
  hasBlocked(user: UserId): boolean {
    return this.blocked.value.some((other) => other.user === user);
  }

  add(user: User): Promise<void> {
    return this.change(() => this.api.addContact(user.user), this.list, user, true);
  }
  remove(user: User): Promise<void> {
    return this.change(() => this.api.removeContact(user.user), this.list, user, false);
  }
  block(user: User): Promise<void> {
    return this.change(() => this.api.block(user.user), this.blocked, user, true);
  }
  unblock(user: User): Promise<void> {
    return this.change(() => this.api.unblock(user.user), this.blocked, user, false);
  }

  private async change(
    call: () => Promise<void>,
    list: Signal<readonly User[]>,
    user: User,
    on: boolean,
  ): Promise<void> {
    try {
      await call();
    } catch (failure) {
      return this.notices.report(failure);
    }
    const others = list.peek().filter((other) => other.user !== user.user);
    list.value = on ? [...others, user].sort(byUsername) : others;
  }
}

function byUsername(one: User, other: User): number {
  return one.username.toLowerCase() < other.username.toLowerCase() ? -1 : 1;
}
