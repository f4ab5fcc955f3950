import type { ChatId, ClientId, PendingSend } from './types';

// The sends that the server has not acknowledged, in the order composed. Each chat has at most
// one on its way: so a send that is refused for a while cannot be overtaken by the next.
export class SendQueue {
  private readonly chats = new Map<ChatId, PendingSend[]>();
  private readonly onTheWay = new Map<ChatId, ClientId>();

  // False when this client_id is queued already.
  add(send: PendingSend): boolean {
    const queue = this.chats.get(send.chat) ?? [];
    if (queue.some((other) => other.client_id === send.client_id)) return false;
    queue.push(send);
    this.chats.set(send.chat, queue);
    return true;
  }

  // The send that may go out now; it counts as on its way from here on.
  take(chat: ChatId): PendingSend | undefined {
    const first = this.chats.get(chat)?.[0];
    if (!first || this.onTheWay.has(chat)) return undefined;
    this.onTheWay.set(chat, first.client_id);
    return first;
  }

  // The server refused it for now: it may be taken again.
  putBack(clientId: ClientId): PendingSend | undefined {
    const send = this.find(clientId);
    if (send) this.onTheWay.delete(send.chat);
    return send;
  }

  // Accepted, refused for good, or withdrawn.
  remove(clientId: ClientId): PendingSend | undefined {
    const send = this.find(clientId);
    if (!send) return undefined;
    const rest = (this.chats.get(send.chat) ?? []).filter((other) => other !== send);
    if (rest.length > 0) this.chats.set(send.chat, rest);
    else this.chats.delete(send.chat);
    if (this.onTheWay.get(send.chat) === clientId) this.onTheWay.delete(send.chat);
    return send;
  }

  // A new session: nothing is on its way any more.
  begin(): void {
    this.onTheWay.clear();
  }

  // How many await their answer.
  unanswered(): number {
    return this.onTheWay.size;
  }

  // Chats with something that may go out.
  chatsWaiting(): ChatId[] {
    return [...this.chats.keys()].filter((chat) => !this.onTheWay.has(chat));
  }

  private find(clientId: ClientId): PendingSend | undefined {
    for (const queue of this.chats.values()) {
      const found = queue.find((send) => send.client_id === clientId);
      if (found) return found;
    }
    return undefined;
  }
}
