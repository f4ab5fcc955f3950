import { describe, expect, it } from 'vitest';
import { greet, line, messageFrame, pending, sentFrame } from '../fakes';

const refusal = { type: 'error', title: 'No', detail: 'why' };

describe('Connection: sends', () => {
  it('keeps what is sent while away and sends it once synced', () => {
    const { connection, network } = line();
    connection.send(pending('x', 'a', 'hi'));
    connection.start();
    expect(greet(network).ofType('send')).toEqual([
      { type: 'send', client_id: 'x', chat: 'a', kind: 'text', text: 'hi' },
    ]);
  });

  it('resends each unacknowledged send once, with the same id, after a reconnect', () => {
    const { clock, connection, network, recorder } = line();
    connection.start();
    const first = greet(network);
    connection.send(pending('x', 'a'));
    connection.send(pending('y', 'b'));
    first.say(sentFrame('y', 'b', 1));
    first.drop();
    clock.advance(500);
    const second = greet(network);
    expect(second.ofType('send').map((frame) => frame['client_id'])).toEqual(['x']);
    second.say(sentFrame('x', 'a', 1));
    expect(recorder.acknowledged).toEqual(['y', 'x']);
    second.drop();
    clock.advance(500);
    expect(greet(network).ofType('send')).toEqual([]);
  });

  it('learns a lost acknowledgement from the backlog and does not resend', () => {
    const { clock, connection, network, recorder } = line();
    connection.start();
    const first = greet(network);
    connection.send(pending('x', 'a'));
    first.drop();
    clock.advance(500);
    const second = greet(network, [messageFrame('a', 1, { sender: '1', client_id: 'x' })]);
    expect(second.ofType('send')).toEqual([]);
    expect(recorder.acknowledged).toEqual(['x']);
  });

  it('has one send a chat on its way, so their order survives a refusal for now', () => {
    const { clock, connection, network } = line();
    connection.start();
    const socket = greet(network);
    connection.send(pending('x', 'a'));
    connection.send(pending('y', 'a'));
    const ids = (): unknown[] => socket.ofType('send').map((frame) => frame['client_id']);
    expect(ids()).toEqual(['x']);
    const busy = { code: 'rate_limited', status: 429, client_id: 'x', retry_after_ms: 2000 };
    socket.say({ ...refusal, ...busy });
    clock.advance(1999);
    expect(ids()).toEqual(['x']);
    clock.advance(1);
    expect(ids()).toEqual(['x', 'x']);
    socket.say(sentFrame('x', 'a', 1));
    expect(ids()).toEqual(['x', 'x', 'y']);
  });

  it('does not hold up one chat for another', () => {
    const { connection, network } = line();
    connection.start();
    const socket = greet(network);
    connection.send(pending('x', 'a'));
    connection.send(pending('y', 'b'));
    expect(socket.ofType('send').length).toBe(2);
  });

  it('gives up a send that is refused for good and goes on with the next', () => {
    const { connection, network, recorder } = line();
    connection.start();
    const socket = greet(network);
    connection.send(pending('x', 'a'));
    connection.send(pending('y', 'a'));
    socket.say({ ...refusal, code: 'forbidden', status: 403, client_id: 'x' });
    expect(recorder.refusals[0]?.send.client_id).toBe('x');
    expect(recorder.refusals[0]?.problem.message).toBe('No: why.');
    expect(socket.ofType('send').at(-1)?.['client_id']).toBe('y');
  });

  it('never sends what was withdrawn', () => {
    const { connection, network } = line();
    connection.send(pending('x', 'a'));
    connection.withdraw('x');
    connection.start();
    expect(greet(network).ofType('send')).toEqual([]);
  });

  it('takes the same send twice for one', () => {
    const { connection, network } = line();
    connection.send(pending('x', 'a'));
    connection.send(pending('x', 'a'));
    connection.start();
    const socket = greet(network);
    socket.say(sentFrame('x', 'a', 1));
    expect(socket.ofType('send').length).toBe(1);
  });

  it('reconnects when a send is not answered', () => {
    const { clock, connection, network } = line();
    connection.start();
    const socket = greet(network);
    connection.send(pending('x', 'a'));
    clock.advance(29_000);
    socket.say({ type: 'pong' });
    clock.advance(1_000);
    expect(connection.phase).toBe('waiting');
  });

  it('repeats read marks after a reconnect, and never lowers one', () => {
    const { clock, connection, network } = line();
    connection.start();
    const first = greet(network);
    connection.read('a', 5);
    connection.read('a', 3);
    const read = { type: 'read', chat: 'a', seq: 5, ref: 'read' };
    expect(first.ofType('read')).toEqual([read]);
    first.drop();
    connection.read('a', 7);
    clock.advance(500);
    expect(greet(network).ofType('read')).toEqual([{ ...read, seq: 7 }]);
  });

  it('says that somebody types only while online', () => {
    const { connection, network } = line();
    connection.typing('a', true);
    connection.start();
    const socket = greet(network);
    expect(socket.ofType('typing')).toEqual([]);
    connection.typing('a', true);
    expect(socket.ofType('typing')).toEqual([
      { type: 'typing', chat: 'a', on: true, ref: 'typing' },
    ]);
  });
});
