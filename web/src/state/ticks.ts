import type { Message, UserId } from '../protocol/types';
import type { ChatState } from './chat-state';

// queued: on this machine; sent: the server has it; delivered and read: by all others.
export type Tick = 'queued' | 'failed' | 'sent' | 'delivered' | 'read';

const nobody = { delivered: 0, read: 0 };

// How far one of the user's own messages has come. Who joined after it does not count.
export function tickOf(state: ChatState, message: Pick<Message, 'seq' | 'at'>, me: UserId): Tick {
  let delivered = true;
  let read = true;
  let others = 0;
  for (const user of audience(state, message.at, me)) {
    const marks = state.marks.get(user) ?? nobody;
    others += 1;
    delivered &&= Math.max(marks.delivered, marks.read) >= message.seq;
    read &&= marks.read >= message.seq;
    if (!delivered) return 'sent';
  }
  if (others === 0) return 'sent';
  return read ? 'read' : 'delivered';
}

function* audience(state: ChatState, at: string, me: UserId): Generator<UserId> {
  if (!state.members) {
    if (state.type === 'direct' && state.peer) yield state.peer;
    return;
  }
  for (const [user, member] of state.members) {
    if (user !== me && (state.type === 'direct' || member.joined_at <= at)) yield user;
  }
}
