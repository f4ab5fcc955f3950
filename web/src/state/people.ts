import { signal, type Signal } from '@preact/signals';
import type { Api } from '../protocol/api';
import type { PresenceState, User, UserId } from '../protocol/types';
import type { Limiter } from './limiter';

// The people this page has met: their names, loaded when first asked for, and their presence.
export class People {
  private readonly users = new Map<UserId, Signal<User | undefined>>();
  private readonly presences = new Map<UserId, Signal<PresenceState | undefined>>();

  constructor(
    private readonly api: Pick<Api, 'user'>,
    private readonly limiter: Limiter,
  ) {}

  user(id: UserId): User | undefined {
    const known = this.users.get(id);
    if (known) return known.value;
    const fresh = signal<User | undefined>(undefined);
    this.users.set(id, fresh);
    this.load(id, fresh);
    return fresh.value;
  }

  // Empty while the name is not known.
  name(id: UserId): string {
    const user = this.user(id);
    return user ? user.display_name || user.username : '';
  }

  meet(user: User): void {
    const known = this.users.get(user.user);
    if (known) known.value = user;
    else this.users.set(user.user, signal<User | undefined>(user));
  }

  presence(id: UserId): PresenceState | undefined {
    return this.presenceSignal(id).value;
  }

  setPresence(id: UserId, presence: PresenceState): void {
    this.presenceSignal(id).value = presence;
  }

  // What was known is in doubt while there is no connection.
  forgetPresence(): void {
    for (const presence of this.presences.values()) presence.value = undefined;
  }

  private presenceSignal(id: UserId): Signal<PresenceState | undefined> {
    let known = this.presences.get(id);
    if (!known) {
      known = signal<PresenceState | undefined>(undefined);
      this.presences.set(id, known);
    }
    return known;
  }

  private load(id: UserId, into: Signal<User | undefined>): void {
    this.limiter.run(`user ${id}`, async () => {
      try {
        into.value = await this.api.user(id);
      } catch {
        this.users.delete(id); // asked again when next wanted
      }
    });
  }
}
