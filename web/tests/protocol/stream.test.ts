import { describe, expect, it } from 'vitest';
import { greet, line, me, messageFrame, pending, sentFrame, type Frame } from '../fakes';

function received(frames: Frame[]): unknown[] {
  return frames.map((frame) => [frame['chat'], frame['seq']]);
}

describe('Connection: a chat’s stream', () => {
  it('passes each seq on once, in order', () => {
    const { connection, network, recorder } = line();
    connection.start();
    const socket = greet(network);
    for (const seq of [4, 5, 5, 4, 6]) socket.say(messageFrame('a', seq));
    expect(recorder.messages.map((message) => message.seq)).toEqual([4, 5, 6]);
  });

  it('counts message and sent as one stream', () => {
    const { connection, network, recorder } = line();
    connection.start();
    const socket = greet(network, [messageFrame('a', 1)]);
    connection.send(pending('x', 'a'));
    socket.say(sentFrame('x', 'a', 2));
    socket.say(messageFrame('a', 3));
    expect(connection.phase).toBe('online');
    expect(recorder.messages.map((message) => message.seq)).toEqual([1, 3]);
  });

  it('reconnects on a gap without acknowledging what is past it', () => {
    const { clock, connection, network, recorder } = line();
    connection.start();
    const first = greet(network, [messageFrame('a', 1)]);
    first.say(messageFrame('a', 3));
    expect(connection.phase).toBe('waiting');
    expect(recorder.messages.length).toBe(1);
    clock.advance(500);
    greet(network, [messageFrame('a', 1), messageFrame('a', 2), messageFrame('a', 3)]);
    expect(recorder.messages.map((message) => message.seq)).toEqual([1, 1, 2, 3]);
    expect(received(first.ofType('received'))).toEqual([]);
  });

  it('does not reconnect for the same gap for ever', () => {
    const { clock, connection, network, recorder } = line();
    connection.start();
    greet(network, [messageFrame('a', 1)]).say(messageFrame('a', 3));
    clock.advance(500);
    greet(network, [messageFrame('a', 1), messageFrame('a', 3)]);
    expect(connection.phase).toBe('online');
    expect(recorder.messages.at(-1)?.seq).toBe(3);
  });

  it('takes an old seq in the answer to a repeated send for what it is', () => {
    const { connection, network, recorder } = line();
    connection.send(pending('x', 'a'));
    connection.start();
    const socket = greet(network);
    socket.say(sentFrame('x', 'a', 3));
    socket.say(messageFrame('a', 9));
    socket.say(messageFrame('a', 10));
    expect(connection.phase).toBe('online');
    expect(recorder.acknowledged).toEqual(['x']);
    expect(recorder.messages.map((message) => message.seq)).toEqual([9, 10]);
  });

  it('begins a new stream with a new membership', () => {
    const { connection, network, recorder } = line();
    connection.start();
    const socket = greet(network, [messageFrame('a', 4)]);
    const added = { change: 'member_added', users: [me] };
    socket.say({ type: 'chat', chat: 'a', seq: 20, ...added });
    socket.say(messageFrame('a', 20, { kind: 'event', event: added }));
    expect(connection.phase).toBe('online');
    expect(recorder.messages.at(-1)?.seq).toBe(20);
  });

  it('counts kinds it does not know', () => {
    const { connection, network } = line();
    connection.start();
    const socket = greet(network, [messageFrame('a', 1)]);
    socket.say(messageFrame('a', 2, { kind: 'reaction' }));
    socket.say(messageFrame('a', 3));
    expect(connection.phase).toBe('online');
  });
});

describe('Connection: acknowledgements', () => {
  it('come together, one for each chat, shortly after', () => {
    const { clock, connection, network } = line();
    connection.start();
    const socket = greet(network);
    for (const seq of [1, 2, 3]) socket.say(messageFrame('a', seq));
    socket.say(messageFrame('b', 7));
    expect(socket.ofType('received')).toEqual([]);
    clock.advance(150);
    expect(received(socket.ofType('received'))).toEqual([
      ['a', 3],
      ['b', 7],
    ]);
  });

  it('come at once when half of the window is unacknowledged', () => {
    const { connection, network } = line();
    connection.start();
    network.socket.open();
    const { socket } = network;
    socket.say({ ...welcome(64) });
    for (let seq = 1; seq <= 31; seq += 1) socket.say(messageFrame('a', seq));
    expect(socket.ofType('received')).toEqual([]);
    socket.say(messageFrame('a', 32));
    expect(received(socket.ofType('received'))).toEqual([['a', 32]]);
  });

  it('cover what was acknowledged to the sender, too', () => {
    const { clock, connection, network } = line();
    connection.start();
    const socket = greet(network);
    connection.send(pending('x', 'a'));
    socket.say(sentFrame('x', 'a', 5));
    clock.advance(150);
    expect(received(socket.ofType('received'))).toEqual([['a', 5]]);
  });

  it('are sent again when the server refused one for now', () => {
    const { clock, connection, network } = line();
    connection.start();
    const socket = greet(network);
    socket.say(messageFrame('a', 3));
    socket.say(messageFrame('b', 7));
    clock.advance(150);
    const refusal = { type: 'error', code: 'overloaded', detail: 'later', retry_after_ms: 1000 };
    socket.say({ ...refusal, ref: 'received' });
    clock.advance(1000);
    expect(received(socket.ofType('received'))).toHaveLength(2);
    clock.advance(150);
    expect(received(socket.ofType('received')).slice(2)).toEqual([
      ['a', 3],
      ['b', 7],
    ]);
  });

  it('are not sent for an earlier session', () => {
    const { clock, connection, network } = line();
    connection.start();
    const first = greet(network, [messageFrame('a', 1)]);
    first.drop();
    clock.advance(500);
    const second = greet(network);
    clock.advance(1000);
    expect(second.ofType('received')).toEqual([]);
  });
});

function welcome(window: number): Frame {
  return {
    type: 'welcome',
    user: me,
    device: '10',
    heartbeat_ms: 30000,
    limits: { window, text_bytes: 65536, frame_bytes: 262144 },
  };
}
