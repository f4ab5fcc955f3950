import type { UserId } from '../protocol/types';

const key = 'banter.devices';

// Which device this browser is to each person who has signed in here, so that signing in again
// continues it. A device id is no secret.
export class KnownDevices {
  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem'>) {}

  ofUser(user: UserId): string | undefined {
    return this.read()[user];
  }

  ofUsername(username: string): string | undefined {
    return this.read()[`@${username.toLowerCase()}`];
  }

  remember(username: string, user: UserId, device: string): void {
    const known = { ...this.read(), [`@${username.toLowerCase()}`]: device, [user]: device };
    try {
      this.storage.setItem(key, JSON.stringify(known));
    } catch {
      // Storage is full or forbidden: the next sign-in makes a new device.
    }
  }

  private read(): Record<string, string> {
    try {
      const value: unknown = JSON.parse(this.storage.getItem(key) ?? '{}');
      return typeof value === 'object' && value !== null ? (value as Record<string, string>) : {};
    } catch {
      return {};
    }
  }
}
