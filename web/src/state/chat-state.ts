import type {
  ChatFrame,
  ChatId,
  ChatSummary,
  KeptState,
  Member,
  Message,
  PendingSend,
  Permissions,
  Preview,
  ReceiptFrame,
  Role,
  SentFrame,
  Seq,
  UserId,
} from '../protocol/types';
import { accept, emptyTimeline, highest, type Timeline } from './timeline';

export interface Marks {
  readonly delivered: Seq;
  readonly read: Seq;
}

// The newest line of a chat, as far as it is known.
export interface LastLine {
  readonly text: string;
  readonly seq?: Seq | undefined;
  readonly sender?: UserId | undefined;
  readonly kind?: string | undefined;
  readonly at?: string | undefined;
  readonly message?: Message | undefined;
}

export interface ChatState {
  readonly chat: ChatId;
  readonly type: 'direct' | 'group';
  readonly known: boolean; // false: only messages have been seen, not the chat itself
  readonly title: string; // direct chats: the other person's name, when the server says it
  readonly description: string;
  readonly picture: string | undefined; // its address
  readonly permissions: Permissions;
  readonly joinApproval: boolean;
  readonly sharesHistory: boolean; // newcomers see what was said before them
  readonly kept: KeptState;
  readonly peer: UserId | undefined; // direct chats: the other person
  readonly head: Seq;
  readonly firstSeq: Seq;
  readonly read: Seq;
  readonly unread: number;
  readonly role: Role;
  readonly memberCount: number;
  readonly activity: number; // milliseconds; negative: a place in the server's order
  readonly last: LastLine | undefined;
  readonly timeline: Timeline;
  readonly loaded: boolean; // the newest page of history is in the timeline
  readonly members: ReadonlyMap<UserId, Member> | undefined;
  readonly membersStale: boolean; // a change was told that the list does not show yet
  readonly marks: ReadonlyMap<UserId, Marks>;
  readonly pending: readonly PendingSend[];
  readonly left: boolean; // the user is not a member any more
}

export function unknownChat(chat: ChatId): ChatState {
  return {
    chat,
    type: 'group',
    known: false,
    title: '',
    description: '',
    picture: undefined,
    permissions: { send: 'members', edit: 'members' },
    joinApproval: false,
    sharesHistory: false,
    kept: { muted_until: null, pinned: false, archived: false, draft: '' },
    peer: undefined,
    head: 0,
    firstSeq: 1,
    read: 0,
    unread: 0,
    role: 'member',
    memberCount: 0,
    activity: 0,
    last: undefined,
    timeline: emptyTimeline,
    loaded: false,
    members: undefined,
    membersStale: false,
    marks: new Map(),
    pending: [],
    left: false,
  };
}

// A row of the chat list. What the stream has brought beyond it stays; `place` is its position
// in the server's order of activity, in case the row itself carries no time.
export function withSummary(
  state: ChatState,
  summary: ChatSummary,
  me: UserId,
  place: number,
): ChatState {
  const head = Math.max(state.head, summary.head);
  const newer = state.timeline.messages.filter((message) => message.seq > summary.head);
  const fresh = state.known ? newer : [...newer, ...state.timeline.ahead];
  const read = Math.max(state.read, summary.read);
  const counted = summary.unread + fresh.filter((message) => counts(message, me)).length;
  const last = lastOf(state, summary);
  const at = last?.at ?? summary.at;
  return {
    ...state,
    known: true,
    type: summary.type,
    title: summary.title ?? state.title,
    description: summary.description ?? state.description,
    picture: summary.picture === undefined ? state.picture : (summary.picture ?? undefined),
    permissions: { ...state.permissions, ...summary.permissions },
    joinApproval: summary.join_approval ?? state.joinApproval,
    sharesHistory: summary.history === undefined ? state.sharesHistory : isShared(summary),
    kept: { ...state.kept, ...summary.state },
    peer: peerOf(summary, me) ?? state.peer,
    head,
    firstSeq: summary.first_seq,
    read,
    unread: read >= head || read > summary.read ? Math.min(state.unread, counted) : counted,
    role: summary.role ?? state.role,
    memberCount: memberCountOf(summary) ?? state.memberCount,
    activity: at ? Date.parse(at) : state.activity > 0 ? state.activity : -1 - place,
    last,
    left: false,
  };
}

function isShared(summary: ChatSummary): boolean {
  return summary.history === 'shared';
}

function memberCountOf({ members }: ChatSummary): number | undefined {
  return Array.isArray(members) ? members.length : members;
}

function peerOf(summary: ChatSummary, me: UserId): UserId | undefined {
  if (summary.type !== 'direct') return undefined;
  if (summary.user) return summary.user;
  if (!Array.isArray(summary.members)) return undefined;
  const ids = summary.members.map((member) => (typeof member === 'string' ? member : member.user));
  return ids.find((id) => id !== me);
}

function lastOf(state: ChatState, summary: ChatSummary): LastLine | undefined {
  const top = state.timeline.ahead.at(-1) ?? state.timeline.messages.at(-1);
  if (top && top.seq >= summary.head) return lineOf(top);
  const { preview, head, at } = summary;
  if (typeof preview === 'string') return { text: preview, seq: head, at };
  if (!preview) return head > 0 ? { text: '', seq: head, at } : undefined;
  return lineOfPreview(preview, summary);
}

function lineOfPreview(preview: Preview, { chat, head, at }: ChatSummary): LastLine {
  const { seq = head, sender, kind, text = '', event } = preview;
  const time = preview.at ?? at;
  const line: LastLine = { text, seq, sender, kind, at: time };
  if (!event || !sender || !time) return line;
  const message = { chat, seq, message_id: '', sender, kind: 'event', at: time, event };
  return { ...line, message };
}

function lineOf(message: Message): LastLine {
  const { seq, sender, kind, at, text = '' } = message;
  return { text, seq, sender, kind, at, message };
}

// The chat list told less of the newest message than its history does.
export function withNewestLine(state: ChatState): ChatState {
  const top = state.timeline.messages.at(-1);
  if (!top || top.seq < (state.last?.seq ?? 0)) return state;
  return { ...state, last: lineOf(top), activity: Date.parse(top.at) };
}

// Whether a message of others counts as unread while it is past the read mark.
function counts(message: Message, me: UserId): boolean {
  return message.sender !== me && message.kind !== 'event';
}

// A message of the stream, also one that was seen before: then nothing changes.
export function withMessage(state: ChatState, message: Message, me: UserId): ChatState {
  const timeline = accept(state.timeline, message);
  if (message.seq <= state.head)
    return timeline === state.timeline ? state : { ...state, timeline };
  const unread = counts(message, me) && message.seq > state.read;
  return {
    ...state,
    timeline,
    head: message.seq,
    unread: state.unread + (unread ? 1 : 0),
    activity: Date.parse(message.at),
    last: lineOf(message),
  };
}

// The server accepted a send: it becomes a message.
export function withSent(
  state: ChatState,
  sent: SentFrame,
  own: PendingSend,
  me: UserId,
): ChatState {
  const { client_id, chat, seq, message_id, at } = sent;
  const base = {
    chat,
    seq,
    message_id,
    sender: me,
    kind: own.kind,
    text: own.text,
    at,
    client_id,
  };
  const message = own.reply_to === undefined ? base : { ...base, reply_to: own.reply_to };
  return withMessage(withoutPending(state, client_id), message, me);
}

export function withPending(state: ChatState, send: PendingSend): ChatState {
  const others = state.pending.filter((other) => other.client_id !== send.client_id);
  return { ...state, pending: [...others, send] };
}

export function withoutPending(state: ChatState, clientId: string): ChatState {
  const pending = state.pending.filter((send) => send.client_id !== clientId);
  return pending.length === state.pending.length ? state : { ...state, pending };
}

export function withRefusal(state: ChatState, clientId: string, reason: string): ChatState {
  const pending = state.pending.map((send) =>
    send.client_id === clientId ? { ...send, failed: reason } : send,
  );
  return { ...state, pending };
}

export function withReceipt(state: ChatState, receipt: ReceiptFrame, me: UserId): ChatState {
  const { user, delivered = 0, read = 0 } = receipt;
  const marks = withMark(state.marks, user, { delivered: Math.max(delivered, read), read });
  const next = marks === state.marks ? state : { ...state, marks };
  return user === me && read > 0 ? withRead(next, read, me) : next;
}

// The user's own read mark; it never goes back.
export function withRead(state: ChatState, seq: Seq, me: UserId): ChatState {
  if (seq <= state.read) return state;
  return { ...state, read: seq, unread: unreadAfter(state, seq, me) };
}

function unreadAfter(state: ChatState, seq: Seq, me: UserId): number {
  if (seq >= state.head) return 0;
  const { messages, ahead } = state.timeline;
  const low = messages[0]?.seq ?? Infinity;
  const whole = low <= seq + 1 && ahead.length === 0 && highest(state.timeline) === state.head;
  if (!whole) return Math.min(state.unread, state.head - seq);
  return messages.filter((message) => message.seq > seq && counts(message, me)).length;
}

export function withMembers(state: ChatState, list: readonly Member[], me: UserId): ChatState {
  let marks = state.marks;
  for (const { user, delivered, read } of list) {
    marks = withMark(marks, user, { delivered: delivered ?? 0, read: read ?? 0 });
  }
  const members = new Map(list.map((member) => [member.user, member]));
  const other = list.find((member) => member.user !== me)?.user;
  return {
    ...state,
    marks,
    members,
    membersStale: false,
    memberCount: members.size,
    role: members.get(me)?.role ?? state.role,
    peer: state.type === 'direct' ? (other ?? state.peer) : undefined,
  };
}

// A change of the chat itself, told ahead of its event message.
export function withChange(state: ChatState, frame: ChatFrame, me: UserId): ChatState {
  const users = frame.users ?? [];
  switch (frame.change) {
    case 'title':
      return { ...state, title: frame.title ?? state.title };
    case 'description':
      return { ...state, description: frame.description ?? '' };
    case 'picture':
      return { ...state, picture: frame.picture ?? undefined };
    case 'permissions':
      return {
        ...state,
        permissions: { ...state.permissions, ...frame.permissions },
        joinApproval: frame.join_approval ?? state.joinApproval,
      };
    case 'member_removed':
      return withoutMembers(state, users, me);
    case 'member_added':
      return users.includes(me) ? rejoined(state) : { ...state, membersStale: true };
    case 'role':
      return withRole(state, users, frame.role, me);
    default:
      return state;
  }
}

// Said twice (by the `chat` frame and by its event message), done once.
function withoutMembers(state: ChatState, users: readonly UserId[], me: UserId): ChatState {
  const left = state.left || users.includes(me);
  if (!state.members) return { ...state, left };
  const members = new Map(state.members);
  for (const user of users) members.delete(user);
  return { ...state, left, members, memberCount: members.size };
}

function withRole(
  state: ChatState,
  users: readonly UserId[],
  role: Role | undefined,
  me: UserId,
): ChatState {
  if (!role) return state;
  const members = state.members && new Map(state.members);
  for (const user of users) {
    const member = members?.get(user);
    if (member) members?.set(user, { ...member, role });
  }
  // Handing over the ownership changes the role of the one who did it, too.
  const membersStale = state.membersStale || role === 'owner';
  return { ...state, members, membersStale, role: users.includes(me) ? role : state.role };
}

// Between the two memberships lie messages that this user may not see.
function rejoined(state: ChatState): ChatState {
  return { ...state, left: false, membersStale: true, timeline: emptyTimeline, loaded: false };
}

// How the user keeps the chat, as the server or another page of his says.
export function withKept(state: ChatState, change: Partial<KeptState>): ChatState {
  return { ...state, kept: { ...state.kept, ...change } };
}

export function manages(state: ChatState): boolean {
  return state.type === 'group' && !state.left && state.role !== 'member';
}

export function maySend(state: ChatState): boolean {
  return !state.left && (state.role !== 'member' || state.permissions.send === 'members');
}

export function mayEdit(state: ChatState): boolean {
  const group = state.type === 'group' && !state.left;
  return group && (state.role !== 'member' || state.permissions.edit === 'members');
}

export function isMuted({ kept }: ChatState, now: number): boolean {
  return kept.muted_until !== null && Date.parse(kept.muted_until) > now;
}

function withMark(
  marks: ReadonlyMap<UserId, Marks>,
  user: UserId,
  { delivered, read }: Marks,
): ReadonlyMap<UserId, Marks> {
  const before = marks.get(user) ?? { delivered: 0, read: 0 };
  if (delivered <= before.delivered && read <= before.read) return marks;
  const after = {
    delivered: Math.max(before.delivered, delivered),
    read: Math.max(before.read, read),
  };
  return new Map(marks).set(user, after);
}
