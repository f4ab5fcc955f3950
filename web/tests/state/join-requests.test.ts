import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../src/protocol/problem';
import type { JoinRequest } from '../../src/protocol/types';
import { JoinRequests } from '../../src/state/join-requests';
import { Limiter } from '../../src/state/limiter';
import { Notices } from '../../src/state/notices';
import { me } from '../fakes';

const at = '2026-05-04T10:00:00.000Z';

function request(user: string): JoinRequest {
  return { user, username: `user${user}`, display_name: '', at };
}

describe('JoinRequests', () => {
  let waiting: JoinRequest[];
  let notices: Notices;
  let requests: JoinRequests;
  const api = {
    requests: vi.fn(() => Promise.resolve([...waiting])),
    accept: vi.fn(() => Promise.resolve()),
    refuse: vi.fn(() => Promise.resolve()),
  };

  beforeEach(() => {
    vi.clearAllMocks();
    waiting = [request('2'), request('3')];
    notices = new Notices();
    requests = new JoinRequests(api, me, new Limiter(6), notices);
  });

  const users = (): string[] => requests.in('g').map(({ user }) => user);
  const said = (): string[] => notices.list.value.map(({ text }) => text);

  it('asks once for the requests of a group', async () => {
    requests.loadNew(['g']);
    await vi.waitFor(() => expect(users()).toEqual(['2', '3']));
    requests.loadNew(['g']);
    expect(api.requests).toHaveBeenCalledTimes(1);
  });

  it('learns of a new one, and of one that another admin has decided', async () => {
    requests.arrived({ chat: 'g', user: '2', status: 'open', at });
    await vi.waitFor(() => expect(users()).toEqual(['2', '3']));
    requests.forget('g', ['3']);
    expect(users()).toEqual(['2']);
    requests.arrived({ chat: 'g', user: '2', status: 'refused', at });
    expect(users()).toEqual([]);
    expect(said()).toEqual([]);
  });

  it('accepts and refuses', async () => {
    requests.load('g');
    await vi.waitFor(() => expect(users()).toEqual(['2', '3']));
    await requests.accept('g', '2');
    await requests.refuse('g', '3');
    expect(api.accept).toHaveBeenCalledWith('g', '2');
    expect(api.refuse).toHaveBeenCalledWith('g', '3');
    expect(users()).toEqual([]);
  });

  it('looks again when another admin was quicker', async () => {
    requests.load('g');
    await vi.waitFor(() => expect(users()).toEqual(['2', '3']));
    waiting = [request('3')];
    const gone = new Problem({ code: 'not_found', title: 'No such request', status: 404 });
    api.accept.mockRejectedValueOnce(gone);
    await requests.accept('g', '2');
    await vi.waitFor(() => expect(users()).toEqual(['3']));
    expect(said()).toEqual(['No such request.']);
  });

  it('tells the user what became of his own', () => {
    requests.remember('g', 'Choir');
    requests.arrived({ chat: 'g', user: me, status: 'refused', at });
    requests.arrived({ chat: 'h', user: me, status: 'accepted', at });
    expect(said()).toEqual([
      'Your request to join “Choir” was refused.',
      'You are in the group now.',
    ]);
  });
});
