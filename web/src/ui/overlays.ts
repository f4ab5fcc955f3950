import { signal } from '@preact/signals';
import type { ChatId, Seq, UserId } from '../protocol/types';

// A dialog that any part of the page may ask for.
export type Overlay =
  | { kind: 'mute'; chat: ChatId }
  | { kind: 'message-info'; chat: ChatId; seq: Seq }
  // One message, one person, or the chat as a whole.
  | { kind: 'report'; chat: ChatId; user?: UserId; seq?: Seq };

export const overlay = signal<Overlay | undefined>(undefined);

export function ask(wanted: Overlay): void {
  overlay.value = wanted;
}

export function closeOverlay(): void {
  overlay.value = undefined;
}
