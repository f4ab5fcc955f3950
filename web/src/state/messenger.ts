import { batch, computed, effect, signal } from '@preact/signals';
import type { Api, NewGroup } from '../protocol/api';
import { Timer, type Clock } from '../protocol/clock';
import { Connection, type ConnectionListener, type Phase } from '../protocol/connection';
import type { Problem } from '../protocol/problem';
import type { OpenSocket } from '../protocol/socket';
import type {
  ChatFrame,
  ChatId,
  KeptState,
  Message,
  PendingSend,
  PresenceFrame,
  ReceiptFrame,
  RequestFrame,
  SentFrame,
  Seq,
  StateFrame,
  TypingFrame,
  User,
  UserId,
  WelcomeFrame,
} from '../protocol/types';
import {
  manages,
  withChange,
  withKept,
  withMessage,
  withPending,
  withRead,
  withReceipt,
  withRefusal,
  withSent,
  withoutPending,
  type ChatState,
} from './chat-state';
import { Chats } from './chats';
import { Contacts } from './contacts';
import { Drafts } from './drafts';
import { History } from './history';
import { JoinRequests } from './join-requests';
import type { KnownDevices } from './known-devices';
import { Limiter } from './limiter';
import type { Notices } from './notices';
import type { Outbox } from './outbox';
import { People } from './people';
import { holeAfter, trim } from './timeline';
import { TypingBoard, TypingReporter } from './typing';

export interface MessengerOptions {
  me: User;
  api: Api;
  openSocket: OpenSocket;
  clock: Clock;
  random: () => number;
  platform: string;
  outbox: Outbox;
  devices: KnownDevices;
  notices: Notices;
  // The server will not have this sign-in any more, and closed with this code.
  expired: (code: number) => void;
  // The cookie now stands for somebody else, who signed in on another page of this browser.
  replaced: () => void;
}

const requestsAtOnce = 6;
const minuteMs = 60_000;
const keptWhenClosed = 200; // messages of a chat that is not open

// Everything of one signed-in user: applies what the connection brings to the chats, and what
// the user does to the connection.
export class Messenger implements ConnectionListener {
  readonly me = signal<User>({ user: '', username: '', display_name: '' });
  readonly phaseNow = signal<Phase>('stopped');
  readonly textBytes = signal(65_536);
  readonly openChat = signal<ChatId | undefined>(undefined);
  readonly chats = new Chats();
  readonly people: People;
  readonly typingBoard: TypingBoard;
  readonly typingReporter: TypingReporter;
  readonly history: History;
  readonly drafts: Drafts;
  readonly requests: JoinRequests;
  readonly contacts: Contacts;
  readonly api: Api;
  readonly notices: Notices;
  readonly unsent = computed(() =>
    this.chats.list.value.reduce((sum, state) => sum + state.pending.length, 0),
  );
  private readonly connection: Connection;
  private readonly endings: (() => void)[] = [];
  private readonly minute: Timer;
  private device: string;

  constructor(private readonly options: MessengerOptions) {
    const { api, clock, me, notices, openSocket, platform, random } = options;
    const limiter = new Limiter(requestsAtOnce);
    this.api = api;
    this.notices = notices;
    this.me.value = me;
    this.device = options.devices.ofUser(me.user) ?? '';
    this.people = new People(api, limiter);
    this.people.meet(me);
    this.typingBoard = new TypingBoard(clock);
    this.contacts = new Contacts(api, this.people, notices);
    this.requests = new JoinRequests(api, me.user, limiter, notices);
    this.minute = new Timer(clock);
    this.drafts = new Drafts(clock, (chat, draft, ref) =>
      this.connection.keep(chat, { draft }, ref),
    );
    this.history = new History(api, this.chats, this.drafts, me.user, limiter, notices);
    const listener = this;
    this.connection = new Connection({ open: openSocket, clock, random, platform, listener });
    this.typingReporter = new TypingReporter(clock, (chat, on) =>
      this.connection.typing(chat, on),
    );
  }

  get myId(): string {
    return this.me.peek().user;
  }

  async start(): Promise<void> {
    for (const send of await this.options.outbox.of(this.myId)) this.resume(send);
    const peers = computed(() =>
      this.chats.list.value.flatMap((state) => (state.peer ? [state.peer] : [])),
    );
    this.endings.push(effect(() => this.connection.watch(peers.value)));
    const asked = computed(() =>
      this.chats.list.value.filter((state) => state.joinApproval && manages(state)),
    );
    this.endings.push(effect(() => this.requests.loadNew(asked.value.map((state) => state.chat))));
    this.tellTime();
    this.connection.start();
  }

  stop(): void {
    this.drafts.flushAll();
    this.minute.cancel();
    this.typingReporter.stop();
    this.typingBoard.clear();
    for (const end of this.endings) end();
    this.connection.stop();
  }

  // The network or the page came back, or may be gone.
  nudge(): void {
    this.connection.nudge();
  }
  probe(): void {
    this.connection.probe();
  }

  // Nobody looks any more: what is half written is kept.
  left(): void {
    this.drafts.flushAll();
  }

  // --- what the user does

  open(chat: ChatId | undefined): void {
    const before = this.openChat.peek();
    if (before === chat) return;
    this.typingReporter.stop();
    this.openChat.value = chat;
    if (before) this.drafts.flush(before);
    const closed = before && this.chats.peek(before);
    if (closed) this.shorten(closed);
    if (chat) this.history.open(chat);
  }

  send(chat: ChatId, text: string, replyTo?: Seq): void {
    const base: PendingSend = {
      client_id: crypto.randomUUID(),
      chat,
      kind: 'text',
      text,
      at: new Date(this.options.clock.now()).toISOString(),
      user: this.myId,
      device: this.device,
    };
    this.typingReporter.stop();
    void this.dispatch(replyTo === undefined ? base : { ...base, reply_to: replyTo });
  }

  // A send that was refused goes out as a new one.
  retry(send: PendingSend): void {
    this.discard(send);
    this.send(send.chat, send.text, send.reply_to);
  }

  discard(send: PendingSend): void {
    this.connection.withdraw(send.client_id);
    void this.options.outbox.remove(send.client_id);
    this.chats.update(send.chat, (state) => withoutPending(state, send.client_id));
  }

  markRead(chat: ChatId, seq: Seq): void {
    const state = this.chats.peek(chat);
    if (!state || seq <= state.read || state.left) return;
    this.chats.update(chat, (now) => withRead(now, seq, this.myId));
    this.connection.read(chat, seq);
  }

  // Answers the chat's id; throws a Problem.
  async openDirect(user: UserId): Promise<ChatId> {
    const summary = await this.api.openDirect(user);
    this.history.takeSummary({ ...summary, user });
    return summary.chat;
  }

  async createGroup(group: NewGroup): Promise<ChatId> {
    const summary = await this.api.createGroup(group);
    this.history.takeSummary(summary);
    return summary.chat;
  }

  // The chat's id, or undefined while the user waits to be let in; throws a Problem.
  async followLink(token: string, chat: ChatId, title: string): Promise<ChatId | undefined> {
    const answer = await this.api.follow(token);
    if ('chat' in answer) {
      this.history.takeSummary(answer);
      return answer.chat;
    }
    this.requests.remember(chat, title);
    return undefined;
  }

  // Mutes, pins, puts away: shown at once, and taken back when the server refuses.
  async keep(chat: ChatId, change: Partial<KeptState>): Promise<void> {
    const before = this.chats.peek(chat)!.kept;
    this.chats.update(chat, (state) => withKept(state, change));
    try {
      await this.api.keep(chat, change);
    } catch (failure) {
      this.chats.update(chat, (state) => withKept(state, before));
      this.notices.report(failure);
    }
  }

  async changeMe(change: Parameters<Api['changeMe']>[0]): Promise<void> {
    this.me.value = await this.api.changeMe(change);
    this.people.meet(this.me.value);
  }

  // False, and a notice, when the server refuses.
  async changeGroup(chat: ChatId, change: (api: Api) => Promise<unknown>): Promise<boolean> {
    try {
      await change(this.api);
      return true;
    } catch (failure) {
      this.notices.report(failure);
      return false;
    } finally {
      this.history.refreshMembers(chat);
    }
  }

  // On disk first: what the user sees as queued survives a reload.
  private async dispatch(send: PendingSend): Promise<void> {
    this.chats.update(send.chat, (state) => withPending(state, send));
    await this.options.outbox.put(send).catch(() => undefined);
    this.connection.send(send);
  }

  private resume(send: PendingSend): void {
    const foreign = send.device !== '' && send.device !== this.device;
    const reason = 'This browser was signed in anew before the message was sent.';
    const shown = foreign && !send.failed ? { ...send, failed: reason } : send;
    this.chats.update(send.chat, (state) => withPending(state, shown));
    if (!shown.failed) this.connection.send(send);
  }

  // --- ConnectionListener

  phase(phase: Phase): void {
    this.phaseNow.value = phase;
    if (phase !== 'waiting') return;
    this.typingBoard.clear();
    this.people.forgetPresence();
  }

  welcome(frame: WelcomeFrame): void {
    if (frame.user !== this.myId) return this.options.replaced();
    this.textBytes.value = frame.limits.text_bytes;
    this.device = frame.device;
    this.options.devices.remember(this.me.peek().username, frame.user, frame.device);
  }

  synced(): void {
    this.drafts.synced();
    this.requests.reload();
    this.contacts.load().catch((failure: unknown) => this.notices.report(failure));
    this.history.refreshList().catch((failure: unknown) => this.notices.report(failure));
    const open = this.openChat.peek();
    if (open) this.history.open(open);
  }

  message(message: Message, own: PendingSend | undefined): void {
    batch(() => {
      if (own) this.settle(own);
      this.typingBoard.set(message.chat, message.sender, false);
      this.applied(message.chat, message);
    });
  }

  sent(frame: SentFrame, own: PendingSend | undefined): void {
    if (own) {
      batch(() => {
        this.settle(own);
        this.chats.update(frame.chat, (state) => withSent(state, frame, own, this.myId));
      });
      this.tidy(frame.chat);
      return;
    }
    // Another page of this device sent it: this one has not got the text.
    this.chats.update(frame.chat, (state) => ({
      ...state,
      head: Math.max(state.head, frame.seq),
    }));
    if (this.chats.peek(frame.chat)?.loaded) this.history.fillHole(frame.chat);
    this.history.refreshChat(frame.chat);
  }

  refused(send: PendingSend, problem: Problem): void {
    const failed = { ...send, failed: problem.message };
    void this.options.outbox.put(failed).catch(() => undefined);
    this.chats.update(send.chat, (state) => withRefusal(state, send.client_id, problem.message));
  }

  receipt(frame: ReceiptFrame): void {
    this.chats.update(frame.chat, (state) => withReceipt(state, frame, this.myId));
  }

  presence({ user, status, last_seen }: PresenceFrame): void {
    this.people.setPresence(user, last_seen === undefined ? { status } : { status, last_seen });
  }

  typing(frame: TypingFrame): void {
    this.typingBoard.set(frame.chat, frame.user, frame.on, frame.kind);
  }

  state({ chat, muted_until, pinned, archived, draft, ref }: StateFrame): void {
    this.drafts.arrived(chat, draft, ref);
    this.chats.update(chat, (now) => withKept(now, { muted_until, pinned, archived, draft }));
  }

  stateRefused(ref: string, problem: Problem): void {
    this.drafts.refused(ref, problem);
  }

  request(frame: RequestFrame): void {
    this.requests.arrived(frame);
    if (frame.user === this.myId && frame.status === 'accepted')
      this.history.refreshChat(frame.chat);
  }

  chat(frame: ChatFrame): void {
    const rejoined = frame.change === 'member_added' && frame.users?.includes(this.myId);
    this.chats.update(frame.chat, (state) => withChange(state, frame, this.myId));
    if (frame.change === 'member_added') this.requests.forget(frame.chat, frame.users ?? []);
    if (rejoined) this.history.refreshChat(frame.chat);
    this.tidy(frame.chat);
  }

  problem(problem: Problem): void {
    this.notices.report(problem);
  }

  failedToOpen(): void {
    this.api.me().catch(() => undefined); // whether the sign-in still holds is told by `api`
  }

  ended(code: number): void {
    this.options.expired(code);
  }

  private tellTime(): void {
    this.chats.now.value = this.options.clock.now();
    this.minute.set(minuteMs, () => this.tellTime());
  }

  private settle(own: PendingSend): void {
    void this.options.outbox.remove(own.client_id);
    this.chats.update(own.chat, (state) => withoutPending(state, own.client_id));
  }

  private applied(chat: ChatId, message: Message): void {
    const { event } = message;
    this.chats.update(chat, (state) => {
      // The event says it again, for those who missed the frame before it.
      const changed =
        event && message.seq > state.head
          ? withChange(state, changeOf(message), this.myId)
          : state;
      return withMessage(changed, message, this.myId);
    });
    this.tidy(chat);
  }

  // Of a chat that is not open the newest part is enough; it is cut in large pieces.
  private shorten({ chat, timeline }: ChatState): void {
    if (timeline.messages.length < 2 * keptWhenClosed) return;
    const shorter = trim(timeline, keptWhenClosed);
    this.chats.update(chat, (state) => ({ ...state, timeline: shorter }));
  }

  // After a change: whatever it showed to be missing is fetched.
  private tidy(chat: ChatId): void {
    const state = this.chats.peek(chat)!;
    if (!state.known) this.history.refreshChat(chat);
    if (state.loaded && holeAfter(state.timeline) !== undefined) this.history.fillHole(chat);
    if (this.openChat.peek() !== chat) return this.shorten(state);
    if (state.membersStale) this.history.ensureMembers(chat);
    if (!state.loaded && !state.left) this.history.open(chat);
  }
}

function changeOf({ chat, seq, sender, event }: Message): ChatFrame {
  return { type: 'chat', chat, seq, sender, change: '', ...event };
}
