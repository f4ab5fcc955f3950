import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { ChatId } from '../protocol/types';
import { isMuted, unknownChat, type ChatState } from './chat-state';

// All chats of the signed-in user, each in a signal of its own.
export class Chats {
  private readonly states = new Map<ChatId, Signal<ChatState>>();
  private readonly ids = signal<readonly ChatId[]>([]);

  // Pinned ones first, then by activity, the latest first. Chats of which only messages are known
  // are not shown yet.
  readonly list: ReadonlySignal<ChatState[]> = computed(() =>
    this.ids.value
      .map((id) => this.states.get(id)!.value)
      .filter((state) => state.known)
      .sort(
        (one, other) =>
          Number(other.kept.pinned) - Number(one.kept.pinned) || other.activity - one.activity,
      ),
  );

  // Moves every minute: a chat is muted until a time.
  readonly now = signal(0);

  // What asks for attention: not what is muted or put away.
  readonly unread: ReadonlySignal<number> = computed(() =>
    this.list.value
      .filter((state) => !state.left && !state.kept.archived && !isMuted(state, this.now.value))
      .reduce((sum, state) => sum + state.unread, 0),
  );

  // Subscribes the caller; undefined for a chat that is not known at all.
  get(chat: ChatId): ChatState | undefined {
    if (!this.states.has(chat)) void this.ids.value;
    return this.states.get(chat)?.value;
  }

  peek(chat: ChatId): ChatState | undefined {
    return this.states.get(chat)?.peek();
  }

  update(chat: ChatId, change: (state: ChatState) => ChatState): ChatState {
    let state = this.states.get(chat);
    if (!state) {
      state = signal(unknownChat(chat));
      this.states.set(chat, state);
      this.ids.value = [...this.ids.peek(), chat];
    }
    state.value = change(state.peek());
    return state.peek();
  }

  forget(chat: ChatId): void {
    this.states.delete(chat);
    this.ids.value = this.ids.peek().filter((id) => id !== chat);
  }
}
