import { describe, expect, it } from 'vitest';
import type { ChatFrame, ChatSummary, KeptState } from '../../src/protocol/types';
import {
  isMuted,
  mayEdit,
  maySend,
  unknownChat,
  withChange,
  withSummary,
  type ChatState,
} from '../../src/state/chat-state';
import { Chats } from '../../src/state/chats';
import { me } from '../fakes';

const row: ChatSummary = {
  chat: 'g',
  type: 'group',
  title: 'Choir',
  head: 3,
  first_seq: 1,
  read: 3,
  unread: 0,
  role: 'member',
};
const now = Date.parse('2026-05-04T10:00:00.000Z');

function group(more: Partial<ChatSummary> = {}): ChatState {
  return withSummary(unknownChat('g'), { ...row, ...more }, me, 0);
}

function kept(more: Partial<KeptState>): Partial<ChatSummary> {
  return { state: more };
}

describe('a group', () => {
  it('has what its row says, and keeps it when a later one says nothing', () => {
    const details = {
      description: 'We sing.',
      picture: '/v1/chats/g/picture?v=1',
      permissions: { send: 'admins', edit: 'members' },
      join_approval: true,
      history: 'shared',
    } as const;
    const state = withSummary(group(details), row, me, 0);
    expect(state).toMatchObject({
      description: 'We sing.',
      picture: '/v1/chats/g/picture?v=1',
      permissions: { send: 'admins', edit: 'members' },
      joinApproval: true,
      sharesHistory: true,
    });
    expect(withSummary(state, { ...row, picture: null }, me, 0).picture).toBeUndefined();
  });

  it('follows the changes that events tell', () => {
    const changes: Partial<ChatFrame>[] = [
      { change: 'description', description: 'We hum.' },
      { change: 'picture', picture: '/v1/chats/g/picture?v=2' },
      { change: 'permissions', permissions: { send: 'admins' }, join_approval: true },
    ];
    const state = changes.reduce(
      (before, change) =>
        withChange(before, { type: 'chat', chat: 'g', seq: 4, change: '', ...change }, me),
      group(),
    );
    expect(state).toMatchObject({
      description: 'We hum.',
      picture: '/v1/chats/g/picture?v=2',
      permissions: { send: 'admins', edit: 'members' },
      joinApproval: true,
    });
  });

  it('lets members do what its permissions say, and admins everything', () => {
    const strict = { permissions: { send: 'admins', edit: 'admins' } } as const;
    const able = (state: ChatState): boolean[] => [maySend(state), mayEdit(state)];
    expect(able(group())).toEqual([true, true]);
    expect(able(group(strict))).toEqual([false, false]);
    expect(able(group({ ...strict, role: 'admin' }))).toEqual([true, true]);
    expect(able({ ...group(), left: true })).toEqual([false, false]);
  });
});

describe('a muted chat', () => {
  it('is muted until its time', () => {
    const until = (at: string | null): boolean => isMuted(group(kept({ muted_until: at })), now);
    expect(until(null)).toBe(false);
    expect(until('2026-05-04T10:00:00.001Z')).toBe(true);
    expect(until('2026-05-04T10:00:00.000Z')).toBe(false);
    expect(until('9999-12-31T23:59:59.999Z')).toBe(true);
  });
});

describe('Chats', () => {
  const chats = (...rows: Partial<ChatSummary>[]): Chats => {
    const all = new Chats();
    all.now.value = now;
    rows.forEach((one, index) => {
      const at = new Date(now - index * 1000).toISOString();
      const whole = { ...row, chat: `chat${index}`, unread: 1, read: 2, at, ...one };
      all.update(whole.chat, (state) => withSummary(state, whole, me, index));
    });
    return all;
  };

  it('lists pinned ones first, each part by activity', () => {
    const pinned = kept({ pinned: true });
    const list = chats({}, pinned, {}, pinned).list.value.map(({ chat }) => chat);
    expect(list).toEqual(['chat1', 'chat3', 'chat0', 'chat2']);
  });

  it('counts as unread only what asks for attention', () => {
    const later = '2026-05-04T10:00:30.000Z';
    const all = chats({}, kept({ archived: true }), kept({ muted_until: later }));
    expect(all.unread.value).toBe(1);
    all.now.value = Date.parse(later);
    expect(all.unread.value).toBe(2);
  });
});
