import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Api } from '../../src/protocol/api';
import { KnownDevices } from '../../src/state/known-devices';
import { Messenger } from '../../src/state/messenger';
import { Notices } from '../../src/state/notices';
import { Outbox } from '../../src/state/outbox';
import {
  FakeClock,
  FakeNetwork,
  FakeStorage,
  greet,
  me,
  message,
  messageFrame,
  sentFrame,
  welcomeFrame,
} from '../fakes';

const storage = new FakeStorage();

const at = '2026-05-04T09:00:00.000Z';
const row = {
  chat: 'a',
  type: 'direct',
  title: 'Bob',
  user: '2',
  head: 3,
  first_seq: 1,
  read: 3,
  unread: 0,
  preview: 'text 3',
  at,
  members: 2,
};

interface Site {
  messenger: Messenger;
  network: FakeNetwork;
  clock: FakeClock;
  outbox: Outbox;
  asked: string[];
  expired: number[];
}

async function site(answers: Record<string, unknown> = {}): Promise<Site> {
  const asked: string[] = [];
  const expired: number[] = [];
  const all: Record<string, unknown> = {
    '/v1/chats?limit=100': { items: [row], next: null, previous: null },
    '/v1/chats/a/messages?limit=50': page(3, 2, 1),
    '/v1/chats/a/members?limit=200': { items: [], next: null, previous: null },
    ...answers,
  };
  const api = new Api((path) => {
    asked.push(path);
    const answer = all[path];
    return Promise.resolve(Response.json(answer ?? {}, { status: answer ? 200 : 404 }));
  });
  const network = new FakeNetwork();
  const clock = new FakeClock();
  const outbox = await Outbox.open();
  const messenger = new Messenger({
    me: { user: me, username: 'ann', display_name: 'Ann' },
    api,
    openSocket: network.open,
    clock,
    random: () => 0.5,
    platform: 'test',
    outbox,
    devices: new KnownDevices(storage),
    notices: new Notices(),
    expired: (code) => expired.push(code),
    replaced: () => expired.push(0),
  });
  return { messenger, network, clock, outbox, asked, expired };
}

function page(...seqs: number[]): unknown {
  return { items: seqs.map((seq) => message('a', seq)), next: null, previous: null };
}

const seqsOf = (messenger: Messenger): number[] =>
  messenger.chats.peek('a')?.timeline.messages.map((one) => one.seq) ?? [];

describe('Messenger', () => {
  beforeEach(async () => {
    storage.setItem('banter.devices', JSON.stringify({ [me]: '10' }));
    await (await Outbox.open()).clear(me);
  });

  it('shows the chat list and opens a chat at its newest page', async () => {
    const { messenger, network } = await site();
    await messenger.start();
    greet(network);
    await vi.waitFor(() => expect(messenger.chats.list.value.length).toBe(1));
    messenger.open('a');
    await vi.waitFor(() => expect(seqsOf(messenger)).toEqual([1, 2, 3]));
  });

  it('keeps a send on disk until the server acknowledges it', async () => {
    const { messenger, network, outbox } = await site();
    await messenger.start();
    const socket = greet(network);
    await vi.waitFor(() => expect(messenger.chats.list.value.length).toBe(1));
    messenger.open('a');
    messenger.send('a', 'hello');
    await vi.waitFor(() => expect(socket.ofType('send').length).toBe(1));
    const [stored] = await outbox.of(me);
    expect(stored).toMatchObject({ chat: 'a', text: 'hello', device: '10' });
    const id = stored!.client_id;
    socket.say(sentFrame(id, 'a', 4));
    await vi.waitFor(async () => expect(await outbox.of(me)).toEqual([]));
    await vi.waitFor(() => expect(seqsOf(messenger)).toEqual([1, 2, 3, 4]));
  });

  it('resends after a reload what was not acknowledged, with the same id', async () => {
    const first = await site();
    await first.messenger.start();
    first.messenger.send('a', 'hello');
    await vi.waitFor(async () => expect((await first.outbox.of(me)).length).toBe(1));
    first.messenger.stop();
    const second = await site();
    await second.messenger.start();
    const sends = greet(second.network).ofType('send');
    const [stored] = await second.outbox.of(me);
    expect(sends.map((frame) => frame['client_id'])).toEqual([stored!.client_id]);
    expect(second.messenger.chats.peek('a')?.pending.length).toBe(1);
  });

  it('does not resend as another device, which could make a second message', async () => {
    const first = await site();
    await first.messenger.start();
    first.messenger.send('a', 'hello');
    await vi.waitFor(async () => expect((await first.outbox.of(me)).length).toBe(1));
    storage.setItem('banter.devices', JSON.stringify({ [me]: '11' }));
    const second = await site();
    await second.messenger.start();
    expect(greet(second.network).ofType('send')).toEqual([]);
    expect(second.messenger.chats.peek('a')?.pending[0]?.failed).toBeTruthy();
  });

  it('fills a hole in the open chat from history', async () => {
    const { messenger, network } = await site({
      '/v1/chats/a/messages?limit=200&after=3': page(4, 5, 6),
    });
    await messenger.start();
    const socket = greet(network);
    await vi.waitFor(() => expect(messenger.chats.list.value.length).toBe(1));
    messenger.open('a');
    await vi.waitFor(() => expect(seqsOf(messenger)).toEqual([1, 2, 3]));
    socket.say(messageFrame('a', 6));
    await vi.waitFor(() => expect(seqsOf(messenger)).toEqual([1, 2, 3, 4, 5, 6]));
  });

  it('loads older messages once at a time', async () => {
    const { messenger, network, asked } = await site({
      '/v1/chats/a/messages?limit=50': page(3),
      '/v1/chats/a/messages?limit=50&before=3': page(2, 1),
    });
    await messenger.start();
    greet(network);
    await vi.waitFor(() => expect(messenger.chats.list.value.length).toBe(1));
    messenger.open('a');
    await vi.waitFor(() => expect(seqsOf(messenger)).toEqual([3]));
    await Promise.all([messenger.history.older('a'), messenger.history.older('a')]);
    expect(seqsOf(messenger)).toEqual([1, 2, 3]);
    expect(asked.filter((path) => path.includes('before=3')).length).toBe(1);
    expect(messenger.chats.peek('a')?.timeline.complete).toBe(true);
  });

  it('asks for a chat of which it only saw a message', async () => {
    const { messenger, network } = await site({
      '/v1/chats/b': { ...row, chat: 'b', title: 'Cleo', user: '3', head: 1, read: 0, unread: 1 },
    });
    await messenger.start();
    const socket = greet(network);
    socket.say(messageFrame('b', 1, { sender: '3' }));
    await vi.waitFor(() =>
      expect(messenger.chats.list.value.map((one) => one.chat)).toContain('b'),
    );
    expect(messenger.chats.unread.value).toBe(1);
  });

  it('pins at once, and takes it back when the server refuses', async () => {
    const { messenger, network } = await site();
    await messenger.start();
    greet(network);
    await vi.waitFor(() => expect(messenger.chats.list.value.length).toBe(1));
    const pinned = (): boolean | undefined => messenger.chats.peek('a')?.kept.pinned;
    const kept = messenger.keep('a', { pinned: true });
    expect(pinned()).toBe(true);
    await kept;
    expect(pinned()).toBe(false);
    expect(messenger.notices.list.value.length).toBeGreaterThan(0);
  });

  it('follows how another device keeps a chat, and tells it the draft', async () => {
    const { messenger, network, clock } = await site();
    await messenger.start();
    const socket = greet(network);
    await vi.waitFor(() => expect(messenger.chats.list.value.length).toBe(1));
    const state = { type: 'state', chat: 'a', muted_until: null, archived: false, at };
    socket.say({ ...state, pinned: true, draft: 'from the phone' });
    expect(messenger.chats.peek('a')?.kept.pinned).toBe(true);
    expect(messenger.drafts.text('a')).toBe('from the phone');
    messenger.drafts.write('a', 'from here');
    clock.advance(1000);
    const [told] = socket.ofType('state');
    expect(told).toMatchObject({ chat: 'a', draft: 'from here' });
    socket.say({ ...state, pinned: false, draft: 'from here', ref: told!['ref'] });
    expect(messenger.drafts.text('a')).toBe('from here');
    socket.say({ ...state, pinned: false, draft: '' });
    expect(messenger.drafts.text('a')).toBe('');
  });

  it('tells at once what was being written in the chat that is left', async () => {
    const { messenger, network } = await site();
    await messenger.start();
    const socket = greet(network);
    await vi.waitFor(() => expect(messenger.chats.list.value.length).toBe(1));
    messenger.open('a');
    messenger.drafts.write('a', 'half');
    messenger.open(undefined);
    expect(socket.ofType('state')).toMatchObject([{ chat: 'a', draft: 'half' }]);
  });

  it('ends when the server signs this device out', async () => {
    const { messenger, network, expired } = await site();
    await messenger.start();
    greet(network).drop(4501);
    expect(expired).toEqual([4501]);
  });

  it('stops when the cookie has come to stand for somebody else', async () => {
    const { messenger, network, expired } = await site();
    await messenger.start();
    messenger.send('a', 'not for the other one');
    network.socket.open();
    network.socket.say({ ...welcomeFrame(), user: '99' });
    expect(expired).toEqual([0]);
  });

  it('finds out by HTTP that the sign-in has run out when the socket does not open', async () => {
    const { messenger, network, expired, asked } = await site();
    await messenger.start();
    network.socket.drop();
    await vi.waitFor(() => expect(asked).toContain('/v1/me'));
    expect(expired).toEqual([]);
  });
});
