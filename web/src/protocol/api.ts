import { Problem, unreachable, type ProblemFields } from './problem';
import type {
  Audience,
  ChatId,
  ChatSummary,
  Device,
  Member,
  Message,
  Page,
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
  createGroup(title: string, members: UserId[], clientId: string): Promise<ChatSummary> {
    const body = { type: 'group', title, members, client_id: clientId };
    return this.call('POST', '/chats', body);
  }
  rename(chat: ChatId, title: string): Promise<ChatSummary> {
    return this.call('PATCH', `/chats/${chat}`, { title });
  }
  async members(chat: ChatId): Promise<Member[]> {
    const all: Member[] = [];
    for (let after: string | null = ''; after !== null;) {
      const more: string = after ? `&after=${encodeURIComponent(after)}` : '';
      const page: Page<Member> = await this.call('GET', `/chats/${chat}/members?limit=200${more}`);
      all.push(...page.items);
      after = page.next;
    }
    return all;
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

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init: RequestInit = { method, credentials: 'same-origin', cache: 'no-store' };
    if (body !== undefined) {
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
