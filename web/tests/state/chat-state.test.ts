import { describe, expect, it } from 'vitest';
import type { ChatFrame, ChatSummary, Member } from '../../src/protocol/types';
import {
  unknownChat,
  withChange,
  withMembers,
  withMessage,
  withPending,
  withRead,
  withReceipt,
  withRefusal,
  withSent,
  withSummary,
  type ChatState,
} from '../../src/state/chat-state';
import { newest } from '../../src/state/timeline';
import { me, message, pending, sentFrame } from '../fakes';

const at = '2026-05-04T09:00:00.000Z';

function summary(more: Partial<ChatSummary> = {}): ChatSummary {
  const base = { chat: 'a', type: 'direct' as const, head: 10, first_seq: 1, read: 7, unread: 3 };
  return { ...base, title: 'Bob', user: '2', preview: 'hi', at, role: 'member', ...more };
}

function known(more: Partial<ChatSummary> = {}): ChatState {
  return withSummary(unknownChat('a'), summary(more), me, 0);
}

function withPage(state: ChatState, from: number, to: number): ChatState {
  const page = Array.from({ length: to - from + 1 }, (_, index) => message('a', from + index));
  return { ...state, loaded: true, timeline: newest(state.timeline, page, false) };
}

describe('unread', () => {
  it('counts messages of others past the head that the list told', () => {
    const state = withMessage(known(), message('a', 11), me);
    expect(state.unread).toBe(4);
    expect(state.head).toBe(11);
  });

  it('counts no repeats, no events and nothing of one’s own', () => {
    let state = known();
    state = withMessage(state, message('a', 10), me);
    state = withMessage(state, message('a', 11, { sender: me }), me);
    state = withMessage(
      state,
      message('a', 12, { kind: 'event', event: { change: 'title' } }),
      me,
    );
    expect(state.unread).toBe(3);
    expect(state.head).toBe(12);
  });

  it('counts kinds that it cannot show', () => {
    expect(withMessage(known(), message('a', 11, { kind: 'poll' }), me).unread).toBe(4);
  });

  it('adds what came by the stream before the list answered', () => {
    const early = withMessage(unknownChat('a'), message('a', 11), me);
    expect(withSummary(early, summary(), me, 0).unread).toBe(4);
  });

  it('is what lies past the read mark, as far as the messages are there', () => {
    const state = withPage(known(), 5, 10);
    expect(withRead(state, 9, me).unread).toBe(1);
    expect(withRead(state, 10, me).unread).toBe(0);
  });

  it('follows a read on another device, never back', () => {
    const state = withReceipt(known(), { type: 'receipt', chat: 'a', user: me, read: 10, at }, me);
    expect(state.unread).toBe(0);
    expect(withReceipt(state, { type: 'receipt', chat: 'a', user: me, read: 8, at }, me)).toBe(
      state,
    );
  });

  it('is not brought back by a list that is older than the own read mark', () => {
    const state = withRead(withPage(known(), 5, 10), 10, me);
    expect(withSummary(state, summary(), me, 0).unread).toBe(0);
  });
});

describe('sends', () => {
  it('move from the queue into the timeline at their seq', () => {
    const send = pending('x', 'a', 'hello');
    const queued = withPending(withPage(known(), 5, 10), send);
    expect(queued.pending).toEqual([send]);
    const state = withSent(queued, sentFrame('x', 'a', 11) as never, send, me);
    expect(state.pending).toEqual([]);
    expect(state.timeline.messages.at(-1)).toMatchObject({ seq: 11, text: 'hello', sender: me });
    expect(state.unread).toBe(3);
  });

  it('are not shown twice when their acknowledgement was learned before', () => {
    const send = pending('x', 'a', 'hello');
    const own = message('a', 11, { sender: me, client_id: 'x' });
    const state = withMessage(withPending(withPage(known(), 5, 10), send), own, me);
    const after = withSent(state, sentFrame('x', 'a', 11) as never, send, me);
    expect(after.timeline.messages.filter((one) => one.seq === 11).length).toBe(1);
  });

  it('stay, with the reason, when refused', () => {
    const state = withRefusal(withPending(known(), pending('x', 'a')), 'x', 'No.');
    expect(state.pending[0]?.failed).toBe('No.');
  });
});

describe('the chat list', () => {
  it('shows the newest message, not an older row of the list', () => {
    const state = withMessage(known(), message('a', 11, { text: 'newer' }), me);
    expect(withSummary(state, summary(), me, 0).last?.text).toBe('newer');
  });

  it('understands members as a number or a list, previews as a text or an object', () => {
    const listed = known({ user: '', members: [{ user: me }, { user: '9' }] });
    expect(listed.peer).toBe('9');
    expect(listed.memberCount).toBe(2);
    const preview = { seq: 10, sender: '2', kind: 'text', text: 'yo', at };
    expect(known({ preview }).last).toMatchObject({ sender: '2', text: 'yo' });
    expect(known({ preview: null, head: 0 }).last).toBeUndefined();
  });
});

describe('membership', () => {
  const members: Member[] = ['1', '2', '3'].map((user) => ({
    user,
    role: 'member',
    joined_at: at,
    delivered: 0,
    read: null,
  }));
  const change = (more: Partial<ChatFrame>): ChatFrame => ({
    type: 'chat',
    chat: 'a',
    seq: 11,
    change: '',
    ...more,
  });
  const group = (): ChatState => withMembers(known({ type: 'group' }), members, me);

  it('loses who is removed, however often it is told', () => {
    const frame = change({ change: 'member_removed', users: ['3'] });
    const once = withChange(group(), frame, me);
    const twice = withChange(once, frame, me);
    expect([...twice.members!.keys()]).toEqual(['1', '2']);
    expect(twice.memberCount).toBe(2);
    expect(twice.left).toBe(false);
  });

  it('ends when the user himself is removed', () => {
    expect(withChange(group(), change({ change: 'member_removed', users: [me] }), me).left).toBe(
      true,
    );
  });

  it('starts afresh when he is added again: what lies between is not his', () => {
    const left = { ...withPage(group(), 5, 10), left: true };
    const state = withChange(left, change({ change: 'member_added', users: [me] }), me);
    expect(state.left).toBe(false);
    expect(state.timeline.messages).toEqual([]);
    expect(state.loaded).toBe(false);
  });

  it('knows new roles and titles', () => {
    let state = withChange(group(), change({ change: 'role', users: [me], role: 'admin' }), me);
    state = withChange(state, change({ change: 'title', title: 'New' }), me);
    expect(state.role).toBe('admin');
    expect(state.members?.get(me)?.role).toBe('admin');
    expect(state.title).toBe('New');
  });

  it('notes that its list is out of date when somebody joins', () => {
    const state = withChange(group(), change({ change: 'member_added', users: ['4'] }), me);
    expect(state.membersStale).toBe(true);
    expect(state.members?.size).toBe(3);
  });
});
