import type { ChatState } from '../state/chat-state';
import { isMuted } from '../state/chat-state';
import type { Messenger } from '../state/messenger';
import type { MenuItem } from './menu';
import { ask } from './overlays';

const hourMs = 3_600_000;

export const muteSpans = [
  { label: '8 hours', ms: 8 * hourMs },
  { label: '1 week', ms: 7 * 24 * hourMs },
  { label: 'Always', ms: Infinity },
] as const;

// The latest time that RFC 3339 can write: for good.
const forGood = '9999-12-31T23:59:59.999Z';

export function muteEnd(ms: number, now: number): string {
  return ms === Infinity ? forGood : new Date(now + ms).toISOString();
}

export function isForGood(until: string): boolean {
  return Date.parse(until) >= Date.parse('9000-01-01T00:00:00Z');
}

// How the user may keep a chat, wherever it is shown.
export function keepActions(state: ChatState, messenger: Messenger): MenuItem[] {
  const { chat, kept } = state;
  const muted = isMuted(state, messenger.chats.now.value);
  const keep = (change: Parameters<Messenger['keep']>[1]) => () =>
    void messenger.keep(chat, change);
  return [
    {
      label: kept.pinned ? 'Unpin' : 'Pin',
      icon: 'pin',
      run: keep({ pinned: !kept.pinned }),
    },
    muted
      ? { label: 'Unmute', icon: 'bell', run: keep({ muted_until: null }) }
      : { label: 'Mute…', icon: 'mute', run: () => ask({ kind: 'mute', chat }) },
    {
      label: kept.archived ? 'Unarchive' : 'Archive',
      icon: 'archive',
      run: keep({ archived: !kept.archived }),
    },
  ];
}

export function chatActions(state: ChatState, messenger: Messenger): MenuItem[] {
  const whom = state.peer === undefined ? {} : { user: state.peer };
  const report = (): void => ask({ kind: 'report', chat: state.chat, ...whom });
  return [
    ...keepActions(state, messenger),
    { label: 'Report…', icon: 'flag', danger: true, run: report },
  ];
}
