import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { ClientId, PendingSend, UserId } from '../protocol/types';

interface Schema extends DBSchema {
  sends: { key: ClientId; value: PendingSend & { order: number }; indexes: { user: UserId } };
}

// The sends that the server has not acknowledged, on this machine's disk: a reload finds them.
// Where the browser keeps no database (some private windows) they live as long as the page.
export class Outbox {
  private order = 0;

  private constructor(private readonly database: IDBPDatabase<Schema> | undefined) {}

  static async open(): Promise<Outbox> {
    try {
      const database = await openDB<Schema>('banter', 1, {
        upgrade(fresh) {
          const sends = fresh.createObjectStore('sends', { keyPath: 'client_id' });
          sends.createIndex('user', 'user');
        },
      });
      return new Outbox(database);
    } catch {
      return new Outbox(undefined);
    }
  }

  // In the order composed.
  async of(user: UserId): Promise<PendingSend[]> {
    const rows = (await this.database?.getAllFromIndex('sends', 'user', user)) ?? [];
    rows.sort((one, other) => one.order - other.order);
    return rows.map(({ order: _, ...send }) => send);
  }

  async put(send: PendingSend): Promise<void> {
    this.order = Math.max(this.order + 1, Date.now() * 1000);
    const known = await this.database?.get('sends', send.client_id);
    await this.database?.put('sends', { ...send, order: known?.order ?? this.order });
  }

  async remove(clientId: ClientId): Promise<void> {
    await this.database?.delete('sends', clientId);
  }

  async clear(user: UserId): Promise<void> {
    for (const send of await this.of(user)) await this.remove(send.client_id);
  }
}
