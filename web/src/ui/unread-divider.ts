import { useEffect, useRef, useState } from 'preact/hooks';
import type { Seq } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import { attention } from './attention';

// After which seq the line "New messages" stands: where the user had read to when he opened the
// chat, or when something arrived while he looked elsewhere. It goes when he answers.
export function useUnreadDivider(state: ChatState): Seq | undefined {
  const [divider, setDivider] = useState(state.unread > 0 ? state.read : undefined);
  const looking = attention.value;
  const pending = useRef(state.pending.length);
  useEffect(() => {
    if (!looking && state.unread > 0) setDivider((known) => known ?? state.read);
  }, [looking, state.unread]);
  useEffect(() => {
    if (state.pending.length > pending.current) setDivider(undefined);
    pending.current = state.pending.length;
  }, [state.pending.length]);
  return divider;
}
