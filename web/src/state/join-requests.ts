import { signal, type Signal } from '@preact/signals';
import type { Api } from '../protocol/api';
import type { ChatId, JoinRequest, RequestFrame, UserId } from '../protocol/types';
import type { Limiter } from './limiter';
import type { Notices } from './notices';

type Calls = Pick<Api, 'requests' | 'accept' | 'refuse'>;

// Who asks to be let into the groups that this user manages, and what became of his own asking.
export class JoinRequests {
  private readonly chats = new Map<ChatId, Signal<readonly JoinRequest[]>>();
  private readonly asked = new Map<ChatId, string>(); // his own: the group's title

  constructor(
    private readonly api: Calls,
    private readonly me: UserId,
    private readonly limiter: Limiter,
    private readonly notices: Notices,
  ) {}

  // Subscribes the caller.
  in(chat: ChatId): readonly JoinRequest[] {
    return this.at(chat).value;
  }

  load(chat: ChatId): void {
    this.limiter.run(`requests ${chat}`, async () => {
      this.at(chat).value = await this.api.requests(chat);
    });
  }

  // Groups whose requests nobody has asked for yet.
  loadNew(chats: readonly ChatId[]): void {
    for (const chat of chats) if (!this.chats.has(chat)) this.load(chat);
  }

  // A new connection: requests may have come and gone meanwhile.
  reload(): void {
    for (const chat of this.chats.keys()) this.load(chat);
  }

  async accept(chat: ChatId, user: UserId): Promise<void> {
    await this.settle(chat, user, () => this.api.accept(chat, user));
  }

  async refuse(chat: ChatId, user: UserId): Promise<void> {
    await this.settle(chat, user, () => this.api.refuse(chat, user));
  }

  // Somebody is in, or was refused by another admin.
  forget(chat: ChatId, users: readonly UserId[]): void {
    const known = this.chats.get(chat);
    if (!known) return;
    known.value = known.peek().filter((request) => !users.includes(request.user));
  }

  // The user himself asked to be let in.
  remember(chat: ChatId, title: string): void {
    this.asked.set(chat, title);
  }

  arrived({ chat, user, status }: Omit<RequestFrame, 'type'>): void {
    if (user !== this.me) {
      if (status === 'open') this.load(chat);
      else this.forget(chat, [user]);
      return;
    }
    if (status === 'open') return;
    const title = this.asked.get(chat);
    this.asked.delete(chat);
    const group = title ? `“${title}”` : 'the group';
    this.notices.say(
      status === 'accepted'
        ? `You are in ${group} now.`
        : `Your request to join ${group} was refused.`,
    );
  }

  private async settle(chat: ChatId, user: UserId, call: () => Promise<void>): Promise<void> {
    try {
      await call();
      this.forget(chat, [user]);
    } catch (failure) {
      this.notices.report(failure);
      this.load(chat); // another admin may have been quicker
    }
  }

  private at(chat: ChatId): Signal<readonly JoinRequest[]> {
    let known = this.chats.get(chat);
    if (!known) {
      known = signal<readonly JoinRequest[]>([]);
      this.chats.set(chat, known);
    }
    return known;
  }
}
