import type { Message, PendingSend, Seq, UserId } from '../protocol/types';
import { dayOf } from './format';

// What a conversation shows, line by line.
export type Row =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string }
  | { kind: 'event'; key: string; message: Message }
  | BubbleRow;

export interface BubbleRow {
  kind: 'bubble';
  key: string;
  sender: UserId;
  at: string;
  text: string;
  content: string; // the message's kind
  seq?: Seq; // absent while the server has not accepted it
  replyTo?: Seq | undefined;
  pending?: PendingSend;
  starts: boolean; // the first of a group of one sender's
  ends: boolean;
}

const shownKinds = new Set(['text', 'image', 'video', 'audio', 'file']);
const groupMs = 5 * 60_000;

export function rowsOf(
  messages: readonly Message[],
  pending: readonly PendingSend[],
  me: UserId,
  dividerAfter: Seq | undefined,
): Row[] {
  const rows: Row[] = [];
  let day = '';
  let divided = dividerAfter === undefined;
  const newDay = (at: string): void => {
    if (dayOf(at) !== day) rows.push({ kind: 'day', key: `day ${dayOf(at)}`, at });
    day = dayOf(at);
  };
  for (const message of messages) {
    const event = message.kind === 'event' && message.event !== undefined;
    // Kinds that later versions bring take up a seq and no line.
    if (!event && !shownKinds.has(message.kind)) continue;
    newDay(message.at);
    if (!divided && message.seq > dividerAfter! && !event && message.sender !== me) {
      rows.push({ kind: 'unread', key: 'unread' });
      divided = true;
    }
    if (event) rows.push({ kind: 'event', key: `${message.seq}`, message });
    else rows.push(bubbleOf(message));
  }
  for (const send of pending) {
    newDay(send.at);
    rows.push(bubbleOfPending(send, me));
  }
  group(rows);
  return rows;
}

function bubbleOf(message: Message): BubbleRow {
  const { client_id, seq, sender, at, text = '', kind, reply_to } = message;
  return {
    kind: 'bubble',
    key: client_id ?? `${seq}`,
    sender,
    at,
    text,
    content: kind,
    seq,
    replyTo: reply_to,
    starts: true,
    ends: true,
  };
}

function bubbleOfPending(send: PendingSend, me: UserId): BubbleRow {
  const { client_id, at, text, kind, reply_to } = send;
  return {
    kind: 'bubble',
    key: client_id,
    sender: me,
    at,
    text,
    content: kind,
    replyTo: reply_to,
    pending: send,
    starts: true,
    ends: true,
  };
}

function group(rows: Row[]): void {
  let before: BubbleRow | undefined;
  for (const row of rows) {
    if (row.kind === 'bubble' && before && belongTogether(before, row)) {
      before.ends = false;
      row.starts = false;
    }
    before = row.kind === 'bubble' ? row : undefined;
  }
}

function belongTogether(one: BubbleRow, next: BubbleRow): boolean {
  return one.sender === next.sender && Date.parse(next.at) - Date.parse(one.at) < groupMs;
}
