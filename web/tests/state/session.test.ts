import { describe, expect, it } from 'vitest';
import { Api } from '../../src/protocol/api';
import { KnownDevices } from '../../src/state/known-devices';
import { Notices } from '../../src/state/notices';
import { Outbox } from '../../src/state/outbox';
import { Session } from '../../src/state/session';
import { FakeClock, FakeNetwork, FakeStorage, greet, me } from '../fakes';

interface Request {
  method: string;
  path: string;
  body: Record<string, unknown>;
}

type Answer = (request: Request) => [status: number, body: unknown];

async function site(answer: Answer) {
  const requests: Request[] = [];
  const api = new Api((path, init) => {
    const body = JSON.parse((init.body as string | undefined) ?? '{}') as Request['body'];
    const request = { method: init.method!, path, body };
    requests.push(request);
    const [status, value] = answer(request);
    const text = value === undefined ? null : JSON.stringify(value);
    return Promise.resolve(new Response(text, { status }));
  });
  const network = new FakeNetwork();
  const devices = new KnownDevices(new FakeStorage());
  const session = new Session({
    api,
    outbox: await Outbox.open(),
    devices,
    notices: new Notices(),
    deviceName: 'Test',
    line: { openSocket: network.open, clock: new FakeClock(), random: () => 0, platform: 'test' },
  });
  return { session, requests, network, devices };
}

const user = { user: me, username: 'ann', display_name: 'Ann' };
const problem = (status: number, code: string) => ({ status, code, title: 'No', detail: 'so' });

// A server that knows the cookie as long as `signedIn`.
function server(state: { signedIn: boolean }): Answer {
  return ({ method, path, body }) => {
    if (method === 'POST' && path === '/v1/sessions') {
      if (body['device'] === 'revoked') return [404, problem(404, 'not_found')];
      if (body['password'] !== 'right') return [401, problem(401, 'unauthorized')];
      state.signedIn = true;
      return [201, { user: me, device: body['device'] ?? '10' }];
    }
    if (!state.signedIn) return [401, problem(401, 'unauthorized')];
    if (method === 'DELETE') return [204, undefined];
    return path === '/v1/me' ? [200, user] : [200, { items: [], next: null, previous: null }];
  };
}

const right = { username: 'Ann', password: 'right' };

describe('Session', () => {
  it('goes on where the cookie still holds', async () => {
    const { session } = await site(server({ signedIn: true }));
    await session.start();
    expect(session.stage.value).toBe('signed-in');
    session.messenger.value?.stop();
  });

  it('shows the sign-in, without a reproach, where there is none', async () => {
    const { session } = await site(server({ signedIn: false }));
    await session.start();
    expect([session.stage.value, session.reason.value]).toEqual(['signed-out', '']);
  });

  it('says so when the server does not answer', async () => {
    const { session } = await site(() => [503, problem(503, 'overloaded')]);
    await session.start();
    expect([session.stage.value, session.reason.value]).toEqual(['unreachable', 'No: so.']);
  });

  it('signs in as the device that this browser was before', async () => {
    const { session, requests, devices } = await site(server({ signedIn: false }));
    devices.remember('ann', me, '77');
    await session.signIn(right);
    const body = { ...right, device_name: 'Test', device: '77' };
    expect(requests[0]).toEqual({ method: 'POST', path: '/v1/sessions', body });
    session.messenger.value?.stop();
  });

  it('signs in as a new device when that one was revoked', async () => {
    const { session, devices } = await site(server({ signedIn: false }));
    devices.remember('ann', me, 'revoked');
    await session.signIn(right);
    expect(session.stage.value).toBe('signed-in');
    expect(devices.ofUser(me)).toBe('10');
    session.messenger.value?.stop();
  });

  it('refuses a wrong password without leaving the sign-in', async () => {
    const { session } = await site(server({ signedIn: false }));
    await session.start();
    await expect(session.signIn({ ...right, password: 'wrong' })).rejects.toThrow('No: so.');
    expect(session.stage.value).toBe('signed-out');
  });

  it('ends, with a reason, when any answer says that the cookie has run out', async () => {
    const state = { signedIn: true };
    const { session, network } = await site(server(state));
    await session.start();
    state.signedIn = false;
    greet(network);
    await expect.poll(() => session.stage.value).toBe('signed-out');
    expect(session.reason.value).toContain('signed out');
  });

  it('signs out, and the line is closed', async () => {
    const { session, network, requests } = await site(server({ signedIn: true }));
    await session.start();
    const socket = greet(network);
    await session.signOut();
    expect(requests.some(({ method }) => method === 'DELETE')).toBe(true);
    expect(socket.closed).toBe(true);
    expect(session.stage.value).toBe('signed-out');
  });
});
