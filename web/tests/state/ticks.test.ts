import { describe, expect, it } from 'vitest';
import type { Member } from '../../src/protocol/types';
import { unknownChat, withMembers, withReceipt, type ChatState } from '../../src/state/chat-state';
import { tickOf } from '../../src/state/ticks';
import { me } from '../fakes';

const early = '2026-05-04T09:00:00.000Z';
const at = '2026-05-04T10:00:00.000Z';
const late = '2026-05-04T11:00:00.000Z';

function member(user: string, delivered: number, read: number, joined_at = early): Member {
  return { user, role: 'member', joined_at, delivered, read };
}

function group(...members: Member[]): ChatState {
  return withMembers(unknownChat('a'), [member(me, 5, 5), ...members], me);
}

const tick = (state: ChatState) => tickOf(state, { seq: 5, at }, me);

describe('ticks', () => {
  it('wait for the last of all others', () => {
    expect(tick(group(member('2', 5, 5), member('3', 4, 4)))).toBe('sent');
    expect(tick(group(member('2', 5, 5), member('3', 5, 4)))).toBe('delivered');
    expect(tick(group(member('2', 5, 5), member('3', 5, 5)))).toBe('read');
  });

  it('take read for delivered, too', () => {
    expect(tick(group(member('2', 0, 9)))).toBe('read');
  });

  it('do not wait for who joined after the message', () => {
    expect(tick(group(member('2', 5, 5), member('3', 0, 0, late)))).toBe('read');
  });

  it('stay at one when there is nobody else', () => {
    expect(tick(group())).toBe('sent');
  });

  it('follow receipts, which never take them back', () => {
    const direct: ChatState = { ...unknownChat('a'), type: 'direct', peer: '2' };
    const receipt = { type: 'receipt', chat: 'a', user: '2', at } as const;
    const delivered = withReceipt(direct, { ...receipt, delivered: 5 }, me);
    expect([tick(direct), tick(delivered)]).toEqual(['sent', 'delivered']);
    const read = withReceipt(delivered, { ...receipt, read: 5 }, me);
    expect(tick(withReceipt(read, { ...receipt, delivered: 2, read: 2 }, me))).toBe('read');
  });
});
