import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../src/protocol/problem';
import type { User } from '../../src/protocol/types';
import { Contacts } from '../../src/state/contacts';
import { Limiter } from '../../src/state/limiter';
import { Notices } from '../../src/state/notices';
import { People } from '../../src/state/people';

const bob: User = { user: '2', username: 'bob', display_name: 'Bob' };
const cleo: User = { user: '3', username: 'Cleo', display_name: 'Cleo' };

describe('Contacts', () => {
  const nothing = (): Promise<void> => Promise.resolve();
  const api = {
    contacts: () => Promise.resolve([cleo]),
    blocks: () => Promise.resolve([bob]),
    addContact: vi.fn(nothing),
    removeContact: vi.fn(nothing),
    block: vi.fn(nothing),
    unblock: vi.fn(nothing),
  };
  let notices: Notices;
  let people: People;
  let contacts: Contacts;

  beforeEach(async () => {
    vi.clearAllMocks();
    notices = new Notices();
    people = new People({ user: () => Promise.reject(new Error('not asked')) }, new Limiter(6));
    contacts = new Contacts(api, people, notices);
    await contacts.load();
  });

  it('knows both lists and the names in them', () => {
    expect([contacts.has('3'), contacts.has('2')]).toEqual([true, false]);
    expect([contacts.hasBlocked('2'), contacts.hasBlocked('3')]).toEqual([true, false]);
    expect(people.name('2')).toBe('Bob');
  });

  it('adds in order, and removes', async () => {
    await contacts.add(bob);
    await contacts.add(bob);
    expect(contacts.list.value).toEqual([bob, cleo]);
    await contacts.remove(cleo);
    expect(contacts.list.value).toEqual([bob]);
    await contacts.unblock(bob);
    expect(contacts.hasBlocked('2')).toBe(false);
    await contacts.block(cleo);
    expect(api.block).toHaveBeenCalledWith('3');
    expect(contacts.hasBlocked('3')).toBe(true);
  });

  it('changes nothing that the server has refused', async () => {
    const problem = new Problem({ code: 'overloaded', title: 'Too much to do', status: 503 });
    api.addContact.mockRejectedValueOnce(problem);
    await contacts.add(bob);
    expect(contacts.has('2')).toBe(false);
    expect(notices.list.value.map(({ text }) => text)).toEqual(['Too much to do.']);
  });
});
