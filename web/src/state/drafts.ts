import { signal, type Signal } from '@preact/signals';
import { stateRef } from '../protocol/connection';
import { Timer, type Clock } from '../protocol/clock';
import { isTemporary, type Problem } from '../protocol/problem';
import type { ChatId } from '../protocol/types';

const pauseMs = 800; // after the last key, before the other devices are told
const mostBytes = 4096; // of a draft that the server keeps; a longer one stays on this page

// What the user has begun to write in one chat.
interface Draft {
  readonly text: Signal<string>;
  readonly timer: Timer;
  edited: boolean; // the server has not been told
  awaited: string | undefined; // the ref of a change that it has not answered
  own: boolean; // written here since the connection began: the chat list may be older
}

// The unsent texts of all chats. The server keeps them, so that the user finds them on his other
// devices. What he types here wins over what arrives; else the newest wins.
export class Drafts {
  private readonly drafts = new Map<ChatId, Draft>();
  private refs = 0;

  constructor(
    private readonly clock: Clock,
    // False: there is no connection now.
    private readonly tell: (chat: ChatId, text: string, ref: string) => boolean,
  ) {}

  // Subscribes the caller.
  text(chat: ChatId): string {
    return this.of(chat).text.value;
  }

  write(chat: ChatId, text: string): void {
    const draft = this.of(chat);
    if (draft.text.peek() === text) return;
    draft.text.value = text;
    draft.edited = true;
    draft.own = true;
    draft.timer.set(pauseMs, () => this.flush(chat));
  }

  // The message is on its way: nothing is left to keep.
  sent(chat: ChatId): void {
    this.write(chat, '');
    this.flush(chat);
  }

  flush(chat: ChatId): void {
    const draft = this.of(chat);
    draft.timer.cancel();
    const text = draft.text.peek();
    if (!draft.edited || new TextEncoder().encode(text).length > mostBytes) return;
    this.refs += 1;
    const ref = `${stateRef}draft ${this.refs}`;
    if (!this.tell(chat, text, ref)) return;
    draft.edited = false;
    draft.awaited = ref;
  }

  flushAll(): void {
    for (const chat of this.drafts.keys()) this.flush(chat);
  }

  // A new connection: what the last one may have lost is told again.
  synced(): void {
    for (const draft of this.drafts.values()) {
      draft.edited ||= draft.awaited !== undefined;
      draft.awaited = undefined;
      draft.own = draft.edited;
    }
    this.flushAll();
  }

  // A `state` frame; `ref` is there when it answers a change of this page.
  arrived(chat: ChatId, text: string, ref: string | undefined): void {
    const draft = this.of(chat);
    if (ref !== undefined && ref === draft.awaited) draft.awaited = undefined;
    else if (!draft.edited && draft.awaited === undefined) draft.text.value = text;
  }

  // A row of the chat list.
  listed(chat: ChatId, text: string): void {
    const draft = this.of(chat);
    if (!draft.own) draft.text.value = text;
  }

  refused(ref: string, problem: Problem): void {
    for (const [chat, draft] of this.drafts) {
      if (draft.awaited !== ref) continue;
      draft.awaited = undefined;
      if (!isTemporary(problem.code)) continue;
      draft.edited = true;
      draft.timer.set(Math.max(problem.retryAfterMs, pauseMs), () => this.flush(chat));
    }
  }

  private of(chat: ChatId): Draft {
    let draft = this.drafts.get(chat);
    if (!draft) {
      const timer = new Timer(this.clock);
      draft = { text: signal(''), timer, edited: false, awaited: undefined, own: false };
      this.drafts.set(chat, draft);
    }
    return draft;
  }
}
