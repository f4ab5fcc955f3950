import { Problem, unreachable, type ProblemFields } from './problem';
import type {
  Audience,
  ChatId,
  ChatSummary,
  Device,
  InviteLink,
  JoinRequest,
  KeptState,
  LinkPreview,
  Member,
  Message,
  MessageReceipt,
  NewInviteLink,
  NewReport,
  Page,
  Permissions,
  PresenceState,
  Role,
  Seq,
  User,
  UserId,
} from './types';

export interface NewUser {
  username: string;
  password: string;
  display_name: string;
  claim?: string;
  invite?: string;
}

export interface SignIn {
  username: string;
  password: string;
  device_name: string;
  device?: string;
}

export interface NewGroup {
  title: string;
  members: UserId[];
  history: 'from_join' | 'shared';
  client_id: string; // the same again makes no second group
}

export interface ChatChange {
  title?: string;
  description?: string;
  permissions?: Partial<Permissions>;
  join_approval?: boolean;
}

export interface LinkOptions {
  expires_in_s?: number;
  max_uses?: number;
}

export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

// The HTTP half of the protocol. Authenticates by the cookie that the server set; every call
// answers what the server answered or throws a Problem.
export class Api {
  // Called when the server does not know the cookie (any more).
  onUnauthorized: () => void = () => undefined;

  constructor(private readonly fetch: Fetch) {}

  createUser(user: NewUser): Promise<User> {
    return this.call('POST', '/users', user);
  }
  // The answer's tokens are not kept: for a browser the cookie stands for them.
  signIn(body: SignIn): Promise<{ user: UserId; device: string }> {
    return this.call('POST', '/sessions', body);
  }
  signOut(): Promise<void> {
    return this.call('DELETE', '/sessions/current');
  }
  me(): Promise<User> {
    return this.call('GET', '/me');
  }
  changeMe(change: {
    display_name?: string;
    privacy?: { last_seen?: Audience; read_receipts?: Audience };
  }): Promise<User> {
    return this.call('PATCH', '/me', change);
  }
  devices(): Promise<Page<Device>> {
    return this.call('GET', '/devices');
  }
  revokeDevice(device: string): Promise<void> {
    return this.call('DELETE', `/devices/${device}`);
  }
  invite(): Promise<{ invite: string; url: string; expires_at: string }> {
    return this.call('POST', '/invites', {});
  }
  searchUsers(query: string): Promise<Page<User>> {
    return this.call('GET', `/users?limit=20&query=${encodeURIComponent(query)}`);
  }
  user(user: UserId): Promise<User> {
    return this.call('GET', `/users/${user}`);
  }
  presence(user: UserId): Promise<PresenceState> {
    return this.call('GET', `/users/${user}/presence`);
  }
  contacts(): Promise<User[]> {
    return this.every('/contacts');
  }
  addContact(user: UserId): Promise<void> {
    return this.call('PUT', `/contacts/${user}`);
  }
  removeContact(user: UserId): Promise<void> {
    return this.call('DELETE', `/contacts/${user}`);
  }
  blocks(): Promise<User[]> {
    return this.every('/blocks');
  }
  block(user: UserId): Promise<void> {
    return this.call('PUT', `/blocks/${user}`);
  }
  unblock(user: UserId): Promise<void> {
    return this.call('DELETE', `/blocks/${user}`);
  }

  chats(after?: string): Promise<Page<ChatSummary>> {
    return this.call(
      'GET',
      `/chats?limit=100${after ? `&after=${encodeURIComponent(after)}` : ''}`,
    );
  }
  chat(chat: ChatId): Promise<ChatSummary> {
    return this.call('GET', `/chats/${chat}`);
  }
  openDirect(user: UserId): Promise<ChatSummary> {
    return this.call('POST', '/chats', { type: 'direct', user });
  }
  createGroup(group: NewGroup): Promise<ChatSummary> {
    return this.call('POST', '/chats', { type: 'group', ...group });
  }
  changeChat(chat: ChatId, change: ChatChange): Promise<ChatSummary> {
    return this.call('PATCH', `/chats/${chat}`, change);
  }
  setPicture(chat: ChatId, picture: Blob): Promise<ChatSummary> {
    return this.call('PUT', `/chats/${chat}/picture`, picture);
  }
  removePicture(chat: ChatId): Promise<void> {
    return this.call('DELETE', `/chats/${chat}/picture`);
  }
  keep(chat: ChatId, change: Partial<KeptState>): Promise<KeptState> {
    return this.call('PATCH', `/chats/${chat}/state`, change);
  }
  members(chat: ChatId): Promise<Member[]> {
    return this.every(`/chats/${chat}/members`);
  }
  addMembers(chat: ChatId, members: UserId[]): Promise<void> {
    return this.call('POST', `/chats/${chat}/members`, { members });
  }
  removeMember(chat: ChatId, user: UserId): Promise<void> {
    return this.call('DELETE', `/chats/${chat}/members/${user}`);
  }
  setRole(chat: ChatId, user: UserId, role: Role): Promise<void> {
    return this.call('PUT', `/chats/${chat}/members/${user}/role`, { role });
  }

  makeLink(chat: ChatId, options: LinkOptions): Promise<NewInviteLink> {
    return this.call('POST', `/chats/${chat}/links`, options);
  }
  links(chat: ChatId): Promise<InviteLink[]> {
    return this.every(`/chats/${chat}/links`);
  }
  revokeLink(chat: ChatId, link: string): Promise<void> {
    return this.call('DELETE', `/chats/${chat}/links/${link}`);
  }
  link(token: string): Promise<LinkPreview> {
    return this.call('GET', `/links/${encodeURIComponent(token)}`);
  }
  // The chat when the user is in now; `requested` when its admins have to accept him first.
  follow(token: string): Promise<ChatSummary | { status: 'requested' }> {
    return this.call('POST', `/links/${encodeURIComponent(token)}`);
  }
  requests(chat: ChatId): Promise<JoinRequest[]> {
    return this.every(`/chats/${chat}/requests`);
  }
  accept(chat: ChatId, user: UserId): Promise<void> {
    return this.call('PUT', `/chats/${chat}/requests/${user}`);
  }
  // Refuses another's request, or withdraws one's own.
  refuse(chat: ChatId, user: UserId): Promise<void> {
    return this.call('DELETE', `/chats/${chat}/requests/${user}`);
  }

  receipts(chat: ChatId, seq: Seq): Promise<MessageReceipt[]> {
    return this.every(`/chats/${chat}/messages/${seq}/receipts`);
  }
  report(report: NewReport): Promise<{ report: string }> {
    return this.call('POST', '/reports', report);
  }

  // Answers oldest first, whichever way it asks.
  async messages(
    chat: ChatId,
    where: { before?: Seq; after?: Seq; limit: number },
  ): Promise<Message[]> {
    const query = new URLSearchParams({ limit: String(where.limit) });
    if (where.before !== undefined) query.set('before', String(where.before));
    if (where.after !== undefined) query.set('after', String(where.after));
    const path = `/chats/${chat}/messages?${query.toString()}`;
    const page = await this.call<Page<Message>>('GET', path);
    return page.items.sort((one, other) => one.seq - other.seq);
  }

  // All pages of a list.
  private async every<T>(path: string): Promise<T[]> {
    const all: T[] = [];
    for (let after: string | null = ''; after !== null;) {
      const more: string = after ? `&after=${encodeURIComponent(after)}` : '';
      const page: Page<T> = await this.call('GET', `${path}?limit=200${more}`);
      all.push(...page.items);
      after = page.next ?? null;
    }
    return all;
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init: RequestInit = { method, credentials: 'same-origin', cache: 'no-store' };
    if (body instanceof Blob) {
      init.body = body;
      init.headers = { 'Content-Type': body.type };
    } else if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { 'Content-Type': 'application/json' };
    }
    let response: Response;
    let text: string;
    try {
      response = await this.fetch(`/v1${path}`, init);
      text = await response.text();
    } catch {
      throw unreachable();
    }
    if (response.status === 401) this.onUnauthorized();
    if (!response.ok) throw problemOf(response.status, text);
    return (text ? parseJson(text) : undefined) as T;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function problemOf(status: number, text: string): Problem {
  const value = parseJson(text);
  if (typeof value === 'object' && value !== null && 'code' in value && 'title' in value) {
    return new Problem({ status, ...(value as Omit<ProblemFields, 'status'>) });
  }
  return new Problem({
    code: 'unknown',
    status,
    title: 'The server answered in a way this page does not understand',
    detail: `HTTP status ${status}`,
  });
}
