import { Acknowledgements } from './acknowledgements';
import { Backoff } from './backoff';
import { Timer, type Clock } from './clock';
import { Problem, isTemporary } from './problem';
import { SendQueue } from './send-queue';
import type { OpenSocket, Socket } from './socket';
import { StreamOrder } from './stream-order';
import type {
  ChatFrame,
  ChatId,
  ClientFrame,
  ClientId,
  ErrorFrame,
  KeptState,
  Message,
  PendingSend,
  PresenceFrame,
  ReceiptFrame,
  RequestFrame,
  SentFrame,
  Seq,
  ServerFrame,
  StateFrame,
  TypingFrame,
  UserId,
  WelcomeFrame,
} from './types';

// stopped: not asked to run; ended: the server will not have this sign-in again (45xx).
export type Phase = 'stopped' | 'connecting' | 'syncing' | 'online' | 'waiting' | 'ended';

export interface ConnectionListener {
  phase(phase: Phase): void;
  welcome(frame: WelcomeFrame): void;
  synced(): void;
  // Each (chat, seq) once a session, in order. `own`: the queued send that it acknowledges.
  message(message: Message, own: PendingSend | undefined): void;
  sent(frame: SentFrame, own: PendingSend | undefined): void;
  refused(send: PendingSend, problem: Problem): void;
  receipt(frame: ReceiptFrame): void;
  presence(frame: PresenceFrame): void;
  typing(frame: TypingFrame): void;
  chat(frame: ChatFrame): void;
  // `ref`: of the change that asked for it, when this page did.
  state(frame: StateFrame): void;
  stateRefused(ref: string, problem: Problem): void;
  request(frame: RequestFrame): void;
  problem(problem: Problem): void;
  // An attempt failed before the server greeted: the sign-in may have run out.
  failedToOpen(): void;
  ended(code: number): void;
}

export interface ConnectionOptions {
  open: OpenSocket;
  clock: Clock;
  random: () => number; // [0, 1)
  platform: string;
  listener: ConnectionListener;
}

const greetingMs = 10_000; // from opening the socket to `welcome`
const answerMs = 10_000; // a heartbeat's answer
const probeMs = 3_000; // the same, when there is reason for doubt
const sentMs = 30_000; // a send's answer
const acknowledgePauseMs = 150;
const mostWatched = 500;

// How the `ref` of every change of a chat's state begins.
export const stateRef = 'state:';

// Keeps one session with the server alive, whatever happens to the sockets under it, and tells
// the listener what arrives. Knows nothing of the DOM; single-threaded like its caller.
export class Connection {
  private current: Phase = 'stopped';
  private socket: Socket | undefined;
  private generation = 0; // events of older sockets are ignored
  private me: UserId = '';
  private reconnectAfterMs: number | undefined;
  private pings = 0;
  private readonly backoff: Backoff;
  private readonly order = new StreamOrder();
  private readonly queue = new SendQueue();
  private readonly acknowledgements: Acknowledgements;
  private readonly reads = new Map<ChatId, Seq>();
  private readonly watched = new Set<UserId>();
  private readonly retryTimer: Timer;
  private readonly greetingTimer: Timer;
  private readonly heartbeatTimer: Timer;
  private readonly answerTimer: Timer;
  private readonly sentTimer: Timer;
  private readonly patienceTimer: Timer;
  private readonly readTimer: Timer;
  private readonly receivedTimer: Timer;
  private readonly listener: ConnectionListener;

  constructor(private readonly options: ConnectionOptions) {
    const { clock } = options;
    this.listener = options.listener;
    this.backoff = new Backoff(options.random);
    this.acknowledgements = new Acknowledgements(clock, acknowledgePauseMs, (chat, seq) =>
      this.transmit({ type: 'received', chat, seq }, 'received'),
    );
    this.retryTimer = new Timer(clock);
    this.greetingTimer = new Timer(clock);
    this.heartbeatTimer = new Timer(clock);
    this.answerTimer = new Timer(clock);
    this.sentTimer = new Timer(clock);
    this.patienceTimer = new Timer(clock);
    this.readTimer = new Timer(clock);
    this.receivedTimer = new Timer(clock);
  }

  get phase(): Phase {
    return this.current;
  }

  start(): void {
    if (this.current === 'stopped' || this.current === 'ended') this.connect();
  }

  stop(): void {
    this.letGo();
    this.retryTimer.cancel();
    this.enter('stopped');
  }

  // Something changed for the better (the network is back, the page is looked at): try now.
  nudge(): void {
    if (this.current === 'waiting') this.connect();
    else if (this.connected()) this.probe();
  }

  // Something changed for the worse: does the server still answer?
  probe(): void {
    if (this.connected()) this.ping(probeMs);
  }

  // Accepts the send for delivery at least once, in order within its chat.
  send(send: PendingSend): void {
    if (this.queue.add(send)) this.pump(send.chat);
  }

  withdraw(clientId: ClientId): void {
    const send = this.queue.remove(clientId);
    if (send) this.pump(send.chat);
  }

  read(chat: ChatId, seq: Seq): void {
    if (seq <= (this.reads.get(chat) ?? 0)) return;
    this.reads.set(chat, seq);
    if (this.current === 'online') this.transmit({ type: 'read', chat, seq }, 'read');
  }

  typing(chat: ChatId, on: boolean): void {
    if (this.current === 'online') this.transmit({ type: 'typing', chat, on }, 'typing');
  }

  // Changes how the user keeps the chat; the answer carries `ref`. False: not connected.
  keep(chat: ChatId, change: Partial<KeptState>, ref: string): boolean {
    if (this.current !== 'online') return false;
    this.transmit({ type: 'state', chat, ...change }, ref);
    return true;
  }

  // From now on exactly these people's presence is wanted (the first 500 of them).
  watch(users: Iterable<UserId>): void {
    const wanted = new Set([...users].slice(0, mostWatched));
    const added = [...wanted].filter((user) => !this.watched.has(user));
    const dropped = [...this.watched].filter((user) => !wanted.has(user));
    for (const user of dropped) this.watched.delete(user);
    for (const user of added) this.watched.add(user);
    if (this.current !== 'online') return;
    if (dropped.length > 0) this.transmit({ type: 'unwatch', users: dropped }, 'watch');
    if (added.length > 0) this.transmit({ type: 'watch', users: added }, 'watch');
  }

  // --- the socket's life

  private connected(): boolean {
    return this.current === 'syncing' || this.current === 'online';
  }

  private connect(): void {
    this.retryTimer.cancel();
    this.letGo();
    this.enter('connecting');
    const generation = this.generation;
    const mine = (): boolean => generation === this.generation;
    this.greetingTimer.set(greetingMs, () => this.lost());
    this.socket = this.options.open({
      opened: () => mine() && this.greet(),
      text: (data) => mine() && this.take(data),
      closed: (code) => mine() && this.closed(code),
    });
  }

  private greet(): void {
    const { platform } = this.options;
    this.transmit({ type: 'hello', client: 'banter-web', platform, since: 'undelivered' });
  }

  // Forgets the socket at once: a dead network would delay its `close` event.
  private letGo(): void {
    this.generation += 1;
    const waits = [this.greetingTimer, this.heartbeatTimer, this.answerTimer];
    const repeats = [this.sentTimer, this.patienceTimer, this.readTimer, this.receivedTimer];
    for (const timer of [...waits, ...repeats]) timer.cancel();
    this.acknowledgements.forget();
    this.socket?.close();
    this.socket = undefined;
  }

  private lost(): void {
    this.closed(1006);
  }

  private closed(code: number): void {
    const greeted = this.connected();
    this.letGo();
    if (code >= 4500 && code <= 4999) {
      this.enter('ended');
      this.listener.ended(code);
      return;
    }
    const delay = this.reconnectAfterMs ?? this.backoff.next();
    this.reconnectAfterMs = undefined;
    this.retryTimer.set(delay, () => this.connect());
    this.enter('waiting');
    if (!greeted) this.listener.failedToOpen();
  }

  private enter(phase: Phase): void {
    if (this.current === phase) return;
    this.current = phase;
    this.listener.phase(phase);
  }

  private transmit(frame: ClientFrame, ref?: string): void {
    this.socket?.send(JSON.stringify(ref ? { ...frame, ref } : frame));
  }

  // --- what arrives

  private take(data: string): void {
    this.answerTimer.cancel();
    const frame = parse(data);
    if (!frame) return this.lost();
    if (this.current === 'connecting') {
      if (frame.type === 'welcome') this.welcomed(frame);
      return;
    }
    this.dispatch(frame);
  }

  private dispatch(frame: ServerFrame): void {
    switch (frame.type) {
      case 'message':
        return this.messageArrived(frame);
      case 'sent':
        return this.sentArrived(frame);
      case 'receipt':
        return this.listener.receipt(frame);
      case 'presence':
        return this.listener.presence(frame);
      case 'typing':
        return this.listener.typing(frame);
      case 'chat':
        this.restartStream(frame.chat, frame.change, frame.users);
        return this.listener.chat(frame);
      case 'state':
        return this.listener.state(frame);
      case 'request':
        return this.listener.request(frame);
      case 'synced':
        return this.syncedArrived();
      case 'error':
        return this.errorArrived(frame);
      case 'goodbye':
        this.reconnectAfterMs = frame.reconnect_after_ms;
        return;
      default:
        return; // pong, and kinds that later versions bring
    }
  }

  private welcomed(frame: WelcomeFrame): void {
    this.greetingTimer.cancel();
    this.me = frame.user;
    this.order.begin();
    this.acknowledgements.begin(frame.limits.window);
    this.beat(frame.heartbeat_ms);
    this.enter('syncing');
    this.listener.welcome(frame);
  }

  private syncedArrived(): void {
    this.backoff.reset();
    this.enter('online');
    if (this.watched.size > 0) this.transmit({ type: 'watch', users: [...this.watched] }, 'watch');
    this.sendReads();
    this.queue.begin();
    this.pumpAll();
    this.listener.synced();
  }

  private messageArrived({ type: _, ...message }: Message & { type: string }): void {
    const { chat, seq, event, client_id: clientId } = message;
    if (event) this.restartStream(chat, event.change, event.users);
    const arrival = this.order.arrive(chat, seq);
    if (arrival === 'gap') return this.lost();
    if (arrival === 'repeated') return;
    this.acknowledgements.note(chat, seq);
    const own = clientId ? this.queue.remove(clientId) : undefined;
    this.listener.message(message, own);
    if (own) this.settled(own);
  }

  private sentArrived(frame: SentFrame): void {
    // The answer to a repeated send names its old seq, so it never starts a stream.
    const { chat, seq } = frame;
    if (this.order.begun(chat) && this.order.arrive(chat, seq) === 'gap') return this.lost();
    this.acknowledgements.note(chat, seq);
    const own = this.queue.remove(frame.client_id);
    this.listener.sent(frame, own);
    if (own) this.settled(own);
  }

  private restartStream(chat: ChatId, change: string, users: UserId[] | undefined): void {
    if (change === 'member_added' && users?.includes(this.me)) this.order.restart(chat);
  }

  private errorArrived(frame: ErrorFrame): void {
    const problem = new Problem(frame);
    if (frame.client_id) return this.sendRefused(frame.client_id, problem);
    if (frame.ref?.startsWith(stateRef)) return this.listener.stateRefused(frame.ref, problem);
    // Of what the user did not ask for himself he need not hear, but it is worth another try. The
    // refusal does not say which chat it was: all are said again, which moves none back.
    if (frame.ref === 'read' && isTemporary(problem.code)) {
      this.readTimer.set(Math.max(problem.retryAfterMs, 100), () => this.sendReads());
    }
    if (frame.ref === 'received' && isTemporary(problem.code)) {
      this.receivedTimer.set(Math.max(problem.retryAfterMs, 100), () => this.acknowledgeAgain());
    }
    if (frame.ref || problem.code === 'unauthorized') return;
    this.listener.problem(problem);
  }

  // --- sends

  private pump(chat: ChatId): void {
    if (this.current !== 'online' || this.patienceTimer.running) return;
    const send = this.queue.take(chat);
    if (!send) return;
    const { client_id, kind, text, reply_to } = send;
    const base = { type: 'send', client_id, chat, kind, text } as const;
    this.transmit(reply_to === undefined ? base : { ...base, reply_to });
    this.sentTimer.set(sentMs, () => this.lost());
  }

  private pumpAll(): void {
    for (const chat of this.queue.chatsWaiting()) this.pump(chat);
  }

  private settled(send: PendingSend): void {
    if (this.queue.unanswered() === 0) this.sentTimer.cancel();
    this.pump(send.chat);
  }

  private sendRefused(clientId: ClientId, problem: Problem): void {
    if (!isTemporary(problem.code)) {
      const send = this.queue.remove(clientId);
      if (!send) return;
      this.listener.refused(send, problem);
      return this.settled(send);
    }
    this.queue.putBack(clientId);
    if (this.queue.unanswered() === 0) this.sentTimer.cancel();
    this.patienceTimer.set(Math.max(problem.retryAfterMs, 100), () => this.pumpAll());
  }

  private acknowledgeAgain(): void {
    for (const [chat, seq] of this.order.marks()) this.acknowledgements.note(chat, seq);
  }

  private sendReads(): void {
    for (const [chat, seq] of this.reads) this.transmit({ type: 'read', chat, seq }, 'read');
  }

  // --- heartbeat

  private beat(everyMs: number): void {
    this.heartbeatTimer.set(everyMs, () => {
      this.ping(answerMs);
      this.beat(everyMs);
    });
  }

  private ping(withinMs: number): void {
    this.pings += 1;
    this.transmit({ type: 'ping', n: this.pings });
    this.answerTimer.set(withinMs, () => this.lost());
  }
}

// Undefined: not a frame at all.
function parse(data: string): ServerFrame | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
    return value as ServerFrame;
  } catch {
    return undefined;
  }
}
