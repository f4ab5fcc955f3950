// The objects and frames of the client protocol, as they are on the wire.
// Ids are strings and opaque; `seq` is a whole number; times are RFC 3339 UTC.

export type UserId = string;
export type ChatId = string;
export type ClientId = string;
export type Seq = number;
export type Timestamp = string;

export type Role = 'member' | 'admin' | 'owner';
export type Audience = 'everyone' | 'contacts' | 'nobody';

export interface User {
  user: UserId;
  username: string;
  display_name: string;
  role?: string;
  privacy?: { last_seen?: Audience; read_receipts?: Audience };
}

export interface Device {
  device: string;
  name: string;
  created_at: Timestamp;
  current: boolean;
}

export interface Preview {
  seq?: Seq;
  sender?: UserId;
  kind?: string;
  text?: string;
  event?: ChatEvent;
  at?: Timestamp;
}

export interface ChatSummary {
  chat: ChatId;
  type: 'direct' | 'group';
  title?: string | null;
  head: Seq;
  first_seq: Seq;
  read: Seq;
  unread: number;
  preview?: string | Preview | null;
  role?: Role;
  // How many there are; a list when the server names them.
  members?: number | (UserId | { user: UserId })[];
  // The other person of a direct chat, when the server names him.
  user?: UserId;
  at?: Timestamp;
}

export interface Member {
  user: UserId;
  role: Role;
  joined_at: Timestamp;
  delivered: Seq | null;
  read: Seq | null; // null: withheld by the member's privacy
}

export interface ChatEvent {
  change: string;
  users?: UserId[];
  title?: string;
  role?: Role;
}

export interface Message {
  chat: ChatId;
  seq: Seq;
  message_id: string;
  sender: UserId;
  kind: string;
  at: Timestamp;
  text?: string;
  media?: string;
  reply_to?: Seq;
  client_id?: ClientId;
  event?: ChatEvent;
}

export interface PresenceState {
  status: 'online' | 'offline' | 'hidden';
  last_seen?: Timestamp;
}

export interface Page<T> {
  items: T[];
  next: string | null;
  previous: string | null;
}

// What the user asked to send and the server has not acknowledged.
export interface PendingSend {
  client_id: ClientId;
  chat: ChatId;
  kind: 'text';
  text: string;
  reply_to?: Seq;
  at: Timestamp; // of this machine's clock, for display
  user: UserId;
  device: string; // empty: composed before the server named it
  failed?: string; // why the server refused it
}

export interface WelcomeFrame {
  type: 'welcome';
  user: UserId;
  device: string;
  session: string;
  server_time: Timestamp;
  heartbeat_ms: number;
  limits: { window: number; text_bytes: number; frame_bytes: number };
}
export interface SyncedFrame {
  type: 'synced';
  chats: number;
  messages: number;
}
export interface SentFrame {
  type: 'sent';
  client_id: ClientId;
  chat: ChatId;
  seq: Seq;
  message_id: string;
  at: Timestamp;
}
export interface MessageFrame extends Message {
  type: 'message';
}
export interface ReceiptFrame {
  type: 'receipt';
  chat: ChatId;
  user: UserId;
  delivered?: Seq;
  read?: Seq;
  at: Timestamp;
}
export interface PresenceFrame extends PresenceState {
  type: 'presence';
  user: UserId;
}
export interface TypingFrame {
  type: 'typing';
  chat: ChatId;
  user: UserId;
  on: boolean;
}
export interface ChatFrame extends ChatEvent {
  type: 'chat';
  chat: ChatId;
  seq: Seq;
  sender?: UserId;
}
export interface ErrorFrame {
  type: 'error';
  code: string;
  title: string;
  status: number;
  detail?: string;
  retry_after_ms?: number;
  client_id?: ClientId;
  ref?: string;
}
export interface GoodbyeFrame {
  type: 'goodbye';
  reason: string;
  reconnect_after_ms: number;
}
export interface PongFrame {
  type: 'pong';
  n?: number;
}

export type ServerFrame =
  | WelcomeFrame
  | SyncedFrame
  | SentFrame
  | MessageFrame
  | ReceiptFrame
  | PresenceFrame
  | TypingFrame
  | ChatFrame
  | ErrorFrame
  | GoodbyeFrame
  | PongFrame;

export type ClientFrame =
  | { type: 'hello'; client: string; platform: string; since: 'start' | 'undelivered' }
  | {
      type: 'send';
      client_id: ClientId;
      chat: ChatId;
      kind: 'text';
      text: string;
      reply_to?: Seq;
    }
  | { type: 'received' | 'read'; chat: ChatId; seq: Seq }
  | { type: 'typing'; chat: ChatId; on: boolean }
  | { type: 'watch' | 'unwatch'; users: UserId[] }
  | { type: 'ping'; n: number };
