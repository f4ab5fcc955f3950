import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { ChatId } from '../protocol/types';
import { unknownChat, type ChatState } from './chat-state';

// All chats of the signed-in user, each in a signal of its own.
export class Chats {
  private readonly states = new Map<ChatId, Signal<ChatState>>();
  private readonly ids = signal<readonly ChatId[]>([]);

  // By activity, the latest first. Chats of which only messages are known are not shown yet.
  readonly list: ReadonlySignal<ChatState[]> = computed(() =>
    this.ids.value
      .map((id) => this.states.get(id)!.value)
      .filter((state) => state.known)
      .sort((one, other) => other.activity - one.activity),
  );

  readonly unread: ReadonlySignal<number> = computed(() =>
    this.list.value.reduce((sum, state) => sum + (state.left ? 0 : state.unread), 0),
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
