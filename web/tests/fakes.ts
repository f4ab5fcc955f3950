import type { Clock, TimerId } from '../src/protocol/clock';
import type { Phase, ConnectionListener } from '../src/protocol/connection';
import { Connection } from '../src/protocol/connection';
import type { Problem } from '../src/protocol/problem';
import type { OpenSocket, Socket, SocketHandlers } from '../src/protocol/socket';
import type { ChatId, Message, PendingSend, SentFrame, Seq } from '../src/protocol/types';

// Time that moves only when told to.
export class FakeClock implements Clock {
  private time = Date.parse('2026-05-04T10:00:00.000Z');
  private last = 0;
  private readonly timers = new Map<TimerId, { at: number; run: () => void }>();

  now(): number {
    return this.time;
  }

  setTimeout(run: () => void, ms: number): TimerId {
    this.last += 1;
    this.timers.set(this.last, { at: this.time + ms, run });
    return this.last;
  }

  clearTimeout(id: TimerId): void {
    this.timers.delete(id);
  }

  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.at <= end);
      const next = due.sort(([, one], [, other]) => one.at - other.at)[0];
      if (!next) break;
      this.timers.delete(next[0]);
      this.time = Math.max(this.time, next[1].at);
      next[1].run();
    }
    this.time = end;
  }
}

export type Frame = Record<string, unknown> & { type: string };

// The server's end of one socket.
export class FakeSocket implements Socket {
  readonly sent: Frame[] = [];
  closed = false;

  constructor(private readonly handlers: SocketHandlers) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Frame);
  }
  close(): void {
    this.closed = true;
  }

  open(): void {
    this.handlers.opened();
  }
  say(frame: Frame): void {
    this.handlers.text(JSON.stringify(frame));
  }
  garble(text: string): void {
    this.handlers.text(text);
  }
  drop(code = 1006): void {
    this.handlers.closed(code);
  }

  ofType(type: string): Frame[] {
    return this.sent.filter((frame) => frame.type === type);
  }
}

export class FakeNetwork {
  readonly sockets: FakeSocket[] = [];

  readonly open: OpenSocket = (handlers) => {
    const socket = new FakeSocket(handlers);
    this.sockets.push(socket);
    return socket;
  };

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  }
}

export class FakeStorage {
  private readonly items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

// Writes down what the connection tells.
export class Recorder implements ConnectionListener {
  readonly phases: Phase[] = [];
  readonly messages: Message[] = [];
  readonly acknowledged: string[] = [];
  readonly refusals: { send: PendingSend; problem: Problem }[] = [];
  readonly problems: Problem[] = [];
  readonly others: string[] = [];
  endedWith: number | undefined;

  phase(phase: Phase): void {
    this.phases.push(phase);
  }
  message(message: Message, own: PendingSend | undefined): void {
    this.messages.push(message);
    if (own) this.acknowledged.push(own.client_id);
  }
  sent(_: SentFrame, own: PendingSend | undefined): void {
    if (own) this.acknowledged.push(own.client_id);
  }
  refused(send: PendingSend, problem: Problem): void {
    this.refusals.push({ send, problem });
  }
  problem(problem: Problem): void {
    this.problems.push(problem);
  }
  ended(code: number): void {
    this.endedWith = code;
  }
  welcome(): void {
    this.others.push('welcome');
  }
  synced(): void {
    this.others.push('synced');
  }
  receipt(): void {
    this.others.push('receipt');
  }
  presence(): void {
    this.others.push('presence');
  }
  typing(): void {
    this.others.push('typing');
  }
  chat(): void {
    this.others.push('chat');
  }
  state(): void {
    this.others.push('state');
  }
  stateRefused(ref: string): void {
    this.others.push(ref);
  }
  request(): void {
    this.others.push('request');
  }
  failedToOpen(): void {
    this.others.push('failedToOpen');
  }
}

export const me = '1';

export function welcomeFrame(window = 64): Frame {
  const limits = { window, text_bytes: 65536, frame_bytes: 262144 };
  return {
    type: 'welcome',
    user: me,
    device: '10',
    session: 's',
    server_time: '2026-05-04T10:00:00.000Z',
    heartbeat_ms: 30000,
    limits,
  };
}

export function messageFrame(chat: ChatId, seq: Seq, more: Partial<Message> = {}): Frame {
  return { type: 'message', ...message(chat, seq, more) };
}

export function message(chat: ChatId, seq: Seq, more: Partial<Message> = {}): Message {
  const at = new Date(Date.parse('2026-05-04T09:00:00.000Z') + seq * 1000).toISOString();
  const base = { chat, seq, message_id: `m${seq}`, sender: '2', kind: 'text', at };
  return { ...base, text: `text ${seq}`, ...more };
}

export function sentFrame(clientId: string, chat: ChatId, seq: Seq): Frame {
  const at = '2026-05-04T10:00:01.000Z';
  return { type: 'sent', client_id: clientId, chat, seq, message_id: `m${seq}`, at };
}

export function pending(clientId: string, chat: ChatId, text = clientId): PendingSend {
  const at = '2026-05-04T10:00:00.000Z';
  return { client_id: clientId, chat, kind: 'text', text, at, user: me, device: '10' };
}

export interface Line {
  clock: FakeClock;
  network: FakeNetwork;
  recorder: Recorder;
  connection: Connection;
}

export function line(random: () => number = () => 0.5): Line {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const recorder = new Recorder();
  const connection = new Connection({
    open: network.open,
    clock,
    random,
    platform: 'test',
    listener: recorder,
  });
  return { clock, network, recorder, connection };
}

// Through the greeting, up to `synced`.
export function greet(network: FakeNetwork, backlog: Frame[] = [], window = 64): FakeSocket {
  const { socket } = network;
  socket.open();
  socket.say(welcomeFrame(window));
  for (const frame of backlog) socket.say(frame);
  socket.say({ type: 'synced', chats: 0, messages: backlog.length });
  return socket;
}
