// @vitest-environment jsdom
import { signal } from '@preact/signals';
import { cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Seq } from '../../src/protocol/types';
import { Problem } from '../../src/protocol/problem';
import { unknownChat } from '../../src/state/chat-state';
import { Drafts } from '../../src/state/drafts';
import type { Messenger } from '../../src/state/messenger';
import type { Session } from '../../src/state/session';
import { Composer } from '../../src/ui/composer';
import { MessengerContext, SessionContext } from '../../src/ui/context';
import { isBig, linked } from '../../src/ui/message-text';
import { parseRoute, route } from '../../src/ui/routes';
import { SignInScreen } from '../../src/ui/sign-in';
import { Ticks } from '../../src/ui/ticks';
import { eventLine, typistLine } from '../../src/ui/wording';
import { FakeClock, message } from '../fakes';

afterEach(() => {
  cleanup();
  route.value = { name: 'home' };
});

describe('Ticks', () => {
  it.each([
    ['queued', 'Waiting to be sent'],
    ['sent', 'Sent'],
    ['delivered', 'Delivered'],
    ['read', 'Read'],
  ] as const)('says %s to those who cannot see it', (tick, label) => {
    render(<Ticks tick={tick} />);
    expect(screen.getByRole('img', { name: label })).toBeTruthy();
  });
});

describe('Composer', () => {
  const setUp = (textBytes = 65536) => {
    const send = vi.fn();
    const messenger = {
      send,
      drafts: new Drafts(new FakeClock(), () => true),
      textBytes: signal(textBytes),
      typingReporter: { typed: vi.fn(), stop: vi.fn() },
    } as unknown as Messenger;
    const state = { ...unknownChat(`chat ${Math.random()}`), known: true };
    render(
      <MessengerContext.Provider value={messenger}>
        <Composer state={state} replyTo={signal<Seq | undefined>(undefined)} />
      </MessengerContext.Provider>,
    );
    const area = screen.getByLabelText('Message') as HTMLTextAreaElement;
    return { send, area, chat: state.chat };
  };

  it('sends on Enter and is empty again', () => {
    const { send, area, chat } = setUp();
    fireEvent.input(area, { target: { value: ' hello ' } });
    fireEvent.keyDown(area, { key: 'Enter' });
    expect(send).toHaveBeenCalledWith(chat, 'hello', undefined);
    expect(area.value).toBe('');
  });

  it('sends what was typed since the page was last drawn', async () => {
    const { send, area, chat } = setUp();
    area.value = 'quick';
    area.dispatchEvent(new Event('input', { bubbles: true }));
    area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    expect(send).toHaveBeenCalledWith(chat, 'quick', undefined);
    await vi.waitFor(() => expect(area.value).toBe(''));
  });

  it('leaves Shift+Enter, and the Enter that ends a composition, to the text', () => {
    const { send, area } = setUp();
    fireEvent.input(area, { target: { value: 'hello' } });
    fireEvent.keyDown(area, { key: 'Enter', shiftKey: true });
    fireEvent.keyDown(area, { key: 'Enter', isComposing: true });
    expect(send).not.toHaveBeenCalled();
  });

  it('sends no blanks and nothing too long', () => {
    const { send, area } = setUp(4);
    fireEvent.input(area, { target: { value: '  \n ' } });
    fireEvent.keyDown(area, { key: 'Enter' });
    fireEvent.input(area, { target: { value: 'äää' } });
    fireEvent.keyDown(area, { key: 'Enter' });
    expect(send).not.toHaveBeenCalled();
    expect(screen.getByRole('alert').textContent).toContain('2 bytes');
  });
});

describe('SignInScreen', () => {
  const show = (session: Partial<Session>): void => {
    const whole = { reason: signal(''), ...session } as Session;
    render(
      <SessionContext.Provider value={whole}>
        <SignInScreen />
      </SessionContext.Provider>,
    );
  };
  const type = (label: string, value: string): void => {
    fireEvent.input(screen.getByLabelText(label), { target: { value } });
  };

  it('says in one sentence why it failed', async () => {
    const problem = new Problem({ code: 'rate_limited', title: 'Too many requests', status: 429 });
    show({ signIn: vi.fn().mockRejectedValue(problem) });
    type('Username', 'ann');
    type('Password', 'secret secret');
    fireEvent.submit(screen.getByRole('button', { name: 'Sign in' }).closest('form')!);
    expect((await screen.findByRole('alert')).textContent).toBe('Too many requests.');
  });

  it('claims the server with the token of the link', () => {
    route.value = parseRoute('#claim=abc');
    const signUp = vi.fn().mockResolvedValue(undefined);
    show({ signUp });
    type('Your name', 'Ann');
    type('Username', 'ann');
    type('Password', 'secret secret');
    fireEvent.submit(screen.getByRole('button', { name: 'Create account' }).closest('form')!);
    expect(signUp).toHaveBeenCalledWith({
      username: 'ann',
      password: 'secret secret',
      display_name: 'Ann',
      claim: 'abc',
    });
  });
});

describe('message text', () => {
  it('makes links of web addresses, without the full stop after them', () => {
    const parts = linked('See https://example.org/a_(b). Or not.');
    expect(parts[0]).toBe('See ');
    expect(parts[1]).toMatchObject({ props: { href: 'https://example.org/a_(b)' } });
    expect(parts[2]).toBe('. Or not.');
  });

  it('makes no link of other schemes', () => {
    expect(linked('javascript:alert(1)')).toEqual(['javascript:alert(1)']);
  });

  it('shows a few emoji large, but no digits', () => {
    expect(isBig('👍🎉')).toBe(true);
    expect(isBig('123')).toBe(false);
    expect(isBig('ok 👍')).toBe(false);
  });
});

describe('who types', () => {
  const names: Record<string, string> = { '2': 'Bob', '3': 'Cleo' };
  const messenger = {
    me: signal({ user: '1' }),
    people: { name: (id: string) => names[id] ?? '' },
  } as unknown as Messenger;
  const group = { ...unknownChat('a'), type: 'group' as const };
  const bob = { user: '2', kind: 'recording' as const };
  const cleo = { user: '3', kind: 'text' as const };

  it('is named in a group, and what they do', () => {
    expect(typistLine(group, [bob], messenger)).toBe('Bob is recording…');
    expect(typistLine(group, [bob, cleo], messenger)).toBe('Bob and Cleo are typing…');
    expect(typistLine({ ...group, type: 'direct' }, [bob], messenger)).toBe('recording…');
  });
});

describe('event lines', () => {
  const names: Record<string, string> = { '1': 'Ann', '2': 'Bob', '3': 'Cleo' };
  const messenger = {
    me: signal({ user: '1' }),
    people: { name: (id: string) => names[id] ?? '' },
  } as unknown as Messenger;
  const line = (sender: string, event: object): string =>
    eventLine(message('a', 1, { sender, kind: 'event', event: event as never }), messenger);

  it.each([
    ['2', { change: 'member_added', users: ['3'] }, 'Bob added Cleo'],
    ['1', { change: 'member_added', users: ['2', '3'] }, 'You added Bob and Cleo'],
    ['2', { change: 'member_removed', users: ['1'] }, 'Bob removed you'],
    ['2', { change: 'member_removed', users: ['2'] }, 'Bob left'],
    ['2', { change: 'title', title: 'Trip' }, 'Bob changed the title to “Trip”'],
    ['2', { change: 'role', users: ['3'], role: 'admin' }, 'Bob made Cleo an admin'],
    ['2', { change: 'created', title: 'Trip' }, 'Bob created the group “Trip”'],
    ['2', { change: 'picture', picture: null }, 'Bob removed the picture'],
    [
      '2',
      { change: 'permissions', permissions: { send: 'admins' }, join_approval: true },
      'Bob changed the permissions: only admins may write and admins let people in',
    ],
    ['9', { change: 'moon_phase' }, 'Somebody changed the chat'],
  ])('of %s', (sender, event, expected) => {
    expect(line(sender, event)).toBe(expected);
  });
});
