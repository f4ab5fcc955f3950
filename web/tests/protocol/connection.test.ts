import { describe, expect, it } from 'vitest';
import { greet, line, messageFrame, welcomeFrame } from '../fakes';

describe('Connection: greeting', () => {
  it('says hello first and is online after synced', () => {
    const { connection, network, recorder } = line();
    connection.start();
    const { socket } = network;
    expect(socket.sent).toEqual([]);
    socket.open();
    expect(socket.sent).toEqual([
      { type: 'hello', client: 'banter-web', platform: 'test', since: 'undelivered' },
    ]);
    socket.say(welcomeFrame());
    expect(connection.phase).toBe('syncing');
    socket.say({ type: 'synced', chats: 0, messages: 0 });
    expect(recorder.phases).toEqual(['connecting', 'syncing', 'online']);
  });

  it('gives up on a server that does not greet within ten seconds', () => {
    const { clock, connection, network, recorder } = line();
    connection.start();
    network.socket.open();
    clock.advance(10_000);
    expect(network.socket.closed).toBe(true);
    expect(connection.phase).toBe('waiting');
    expect(recorder.others).toContain('failedToOpen');
  });

  it('ignores frame types it does not know', () => {
    const { connection, network } = line();
    connection.start();
    const socket = greet(network);
    socket.say({ type: 'horoscope', text: 'lucky' });
    expect(connection.phase).toBe('online');
  });

  it('drops a socket that speaks no JSON', () => {
    const { connection, network } = line();
    connection.start();
    greet(network).garble('no json');
    expect(connection.phase).toBe('waiting');
  });
});

describe('Connection: reconnecting', () => {
  it('waits with full jitter, doubling, and starts over once synced', () => {
    const { clock, connection, network } = line(() => 0.5);
    connection.start();
    for (const delay of [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
      const before = network.sockets.length;
      network.socket.drop();
      clock.advance(delay - 1);
      expect(network.sockets.length).toBe(before);
      clock.advance(1);
      expect(network.sockets.length).toBe(before + 1);
    }
    greet(network).drop();
    const before = network.sockets.length;
    clock.advance(250);
    expect(network.sockets.length).toBe(before + 1);
  });

  it('waits as long as a goodbye asked', () => {
    const { clock, connection, network } = line();
    connection.start();
    const socket = greet(network);
    socket.say({ type: 'goodbye', reason: 'draining', reconnect_after_ms: 7000 });
    socket.drop(4013);
    clock.advance(6999);
    expect(network.sockets.length).toBe(1);
    clock.advance(1);
    expect(network.sockets.length).toBe(2);
  });

  it.each([4500, 4501, 4502])('does not come back after %i', (code) => {
    const { clock, connection, network, recorder } = line();
    connection.start();
    greet(network).drop(code);
    clock.advance(120_000);
    expect(network.sockets.length).toBe(1);
    expect(recorder.endedWith).toBe(code);
    expect(connection.phase).toBe('ended');
  });

  it.each([1001, 4001, 4002, 4008, 4012, 4013])('comes back after %i', (code) => {
    const { clock, connection, network } = line();
    connection.start();
    greet(network).drop(code);
    clock.advance(500);
    expect(network.sockets.length).toBe(2);
  });

  it('tries at once when nudged', () => {
    const { connection, network } = line();
    connection.start();
    greet(network).drop();
    connection.nudge();
    expect(network.sockets.length).toBe(2);
  });

  it('hears nothing of a socket that it gave up', () => {
    const { connection, network, recorder } = line();
    connection.start();
    const old = greet(network);
    connection.stop();
    old.say(messageFrame('a', 1));
    old.drop();
    expect(recorder.messages).toEqual([]);
    expect(connection.phase).toBe('stopped');
  });
});

describe('Connection: heartbeat', () => {
  it('pings every thirty seconds', () => {
    const { clock, connection, network } = line();
    connection.start();
    const socket = greet(network);
    clock.advance(30_000);
    socket.say({ type: 'pong', n: 1 });
    clock.advance(30_000);
    expect(socket.ofType('ping')).toEqual([
      { type: 'ping', n: 1 },
      { type: 'ping', n: 2 },
    ]);
  });

  it('takes ten seconds without any answer for a dead line', () => {
    const { clock, connection, network } = line();
    connection.start();
    const socket = greet(network);
    clock.advance(39_999);
    expect(connection.phase).toBe('online');
    clock.advance(1);
    expect(connection.phase).toBe('waiting');
    expect(socket.closed).toBe(true);
  });

  it('takes any frame for an answer', () => {
    const { clock, connection, network } = line();
    connection.start();
    const socket = greet(network);
    clock.advance(30_000);
    socket.say(messageFrame('a', 1));
    clock.advance(15_000);
    expect(connection.phase).toBe('online');
  });

  it('notices within three seconds when it has reason to doubt', () => {
    const { clock, connection, network } = line();
    connection.start();
    greet(network);
    connection.probe();
    clock.advance(3000);
    expect(connection.phase).toBe('waiting');
  });
});

describe('Connection: presence and errors', () => {
  it('watches exactly the people it is told to, again after a reconnect', () => {
    const { clock, connection, network } = line();
    connection.start();
    connection.watch(['2', '3']);
    const first = greet(network);
    expect(first.ofType('watch')).toEqual([{ type: 'watch', users: ['2', '3'], ref: 'watch' }]);
    connection.watch(['3', '4']);
    expect(first.ofType('unwatch')).toEqual([{ type: 'unwatch', users: ['2'], ref: 'watch' }]);
    expect(first.ofType('watch').at(-1)).toEqual({ type: 'watch', users: ['4'], ref: 'watch' });
    first.drop();
    clock.advance(500);
    const second = greet(network);
    expect(second.ofType('watch')).toEqual([{ type: 'watch', users: ['3', '4'], ref: 'watch' }]);
  });

  it('reports errors that no frame of its own caused, and only those', () => {
    const { connection, network, recorder } = line();
    connection.start();
    const socket = greet(network);
    const error = { type: 'error', code: 'invalid', title: 'Bad', status: 400, detail: 'so' };
    socket.say({ ...error, ref: 'typing' });
    expect(recorder.problems).toEqual([]);
    socket.say(error);
    expect(recorder.problems.map((problem) => problem.message)).toEqual(['Bad: so.']);
  });
});
