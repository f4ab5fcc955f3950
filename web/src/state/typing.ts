import { signal, type Signal } from '@preact/signals';
import { Timer, type Clock } from '../protocol/clock';
import type { ChatId, TypingKind, UserId } from '../protocol/types';

const renewMs = 3_000; // the server forgets after 6 s without renewal
const forgetMs = 7_000;

export interface Typist {
  readonly user: UserId;
  readonly kind: TypingKind;
}

// Who is typing or recording where, as the server relays it.
export class TypingBoard {
  private readonly chats = new Map<ChatId, Signal<readonly Typist[]>>();
  private readonly timers = new Map<string, Timer>();

  constructor(private readonly clock: Clock) {}

  in(chat: ChatId): readonly Typist[] {
    return this.at(chat).value;
  }

  set(chat: ChatId, user: UserId, on: boolean, kind: TypingKind = 'text'): void {
    const timer = this.timer(`${chat} ${user}`);
    timer.cancel();
    const others = this.at(chat)
      .peek()
      .filter((other) => other.user !== user);
    if (on) timer.set(forgetMs, () => this.set(chat, user, false));
    const before = this.at(chat).peek();
    if (on || others.length !== before.length)
      this.at(chat).value = on ? [...others, { user, kind }] : others;
  }

  clear(): void {
    for (const timer of this.timers.values()) timer.cancel();
    for (const chat of this.chats.values()) chat.value = [];
  }

  private at(chat: ChatId): Signal<readonly Typist[]> {
    let board = this.chats.get(chat);
    if (!board) {
      board = signal<readonly Typist[]>([]);
      this.chats.set(chat, board);
    }
    return board;
  }

  private timer(key: string): Timer {
    let timer = this.timers.get(key);
    if (!timer) {
      timer = new Timer(this.clock);
      this.timers.set(key, timer);
    }
    return timer;
  }
}

// Tells the others that this user is typing: at once, renewed while he goes on, off when he
// stops, sends or leaves.
export class TypingReporter {
  private chat: ChatId | undefined;
  private toldAt = 0;
  private readonly idle: Timer;

  constructor(
    private readonly clock: Clock,
    private readonly tell: (chat: ChatId, on: boolean) => void,
  ) {
    this.idle = new Timer(clock);
  }

  typed(chat: ChatId): void {
    if (this.chat !== chat) this.stop();
    if (this.chat !== chat || this.clock.now() - this.toldAt >= renewMs) {
      this.chat = chat;
      this.toldAt = this.clock.now();
      this.tell(chat, true);
    }
    this.idle.set(renewMs, () => this.stop());
  }

  stop(): void {
    this.idle.cancel();
    if (this.chat !== undefined) this.tell(this.chat, false);
    this.chat = undefined;
  }
}
