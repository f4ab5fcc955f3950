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

// Who may do a thing in a group.
export type Scope = 'members' | 'admins';

export interface Permissions {
  send: Scope;
  edit: Scope; // the title, the description and the picture
}

// How one user keeps a chat, the same on all of his devices.
export interface KeptState {
  muted_until: Timestamp | null;
  pinned: boolean;
  archived: boolean;
  draft: string;
}

export interface ChatSummary {
  chat: ChatId;
  type: 'direct' | 'group';
  title?: string | null;
  description?: string;
  picture?: string | null; // a path of this server
  permissions?: Partial<Permissions>;
  join_approval?: boolean;
  history?: 'from_join' | 'shared';
  state?: Partial<KeptState>;
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
  description?: string;
  picture?: string | null;
  permissions?: Partial<Permissions>;
  join_approval?: boolean;
}

// An invite link as its list shows it; its address is told only when it is made.
export interface InviteLink {
  link: string;
  expires_at: Timestamp;
  max_uses: number | null;
  uses: number;
  created_by: UserId;
  created_at: Timestamp;
}
export interface NewInviteLink extends InviteLink {
  url: string;
  token: string;
}

// What an invite link leads to.
export interface LinkPreview {
  chat: ChatId;
  title: string;
  description: string;
  members: number;
  join_approval: boolean;
}

export interface JoinRequest {
  user: UserId;
  username: string;
  display_name: string;
  at: Timestamp;
}

export interface MessageReceipt {
  user: UserId;
  delivered_at: Timestamp | null;
  read_at: Timestamp | null; // null also where the reader's privacy withholds it
}

export type ReportReason = 'spam' | 'abuse' | 'other';

export interface NewReport {
  chat: ChatId;
  seqs?: Seq[];
  user?: UserId;
  reason: ReportReason;
  text?: string;
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
export type TypingKind = 'text' | 'recording';
export interface TypingFrame {
  type: 'typing';
  chat: ChatId;
  user: UserId;
  on: boolean;
  kind?: TypingKind;
}
export interface StateFrame extends KeptState {
  type: 'state';
  chat: ChatId;
  at: Timestamp;
  ref?: string;
}
export interface RequestFrame {
  type: 'request';
  chat: ChatId;
  user: UserId;
  status: 'open' | 'accepted' | 'refused';
  at: Timestamp;
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
  | StateFrame
  | RequestFrame
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
  | ({ type: 'state'; chat: ChatId } & Partial<KeptState>)
  | { type: 'watch' | 'unwatch'; users: UserId[] }
  | { type: 'ping'; n: number };
