import type { ChatEvent, Message, Scope, UserId } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import type { Messenger } from '../state/messenger';
import type { Typist } from '../state/typing';
import { listNames } from './format';

// "typing…", "Ann and Bob are typing…", "Ann is recording…".
export function typistLine(
  state: ChatState,
  typists: readonly Typist[],
  messenger: Messenger,
): string {
  const doing = typists.every(({ kind }) => kind === 'recording') ? 'recording…' : 'typing…';
  if (state.type === 'direct') return doing;
  const names = typists.slice(0, 3).map(({ user }) => nameOf(user, messenger));
  return `${listNames(names)} ${names.length === 1 ? 'is' : 'are'} ${doing}`;
}

const somebody = 'Somebody';

// The other person's name, or the group's title.
export function chatTitle(state: ChatState, messenger: Messenger): string {
  if (state.type === 'group') return state.title || 'Group';
  return state.title || (state.peer && messenger.people.name(state.peer)) || '…';
}

// "You" for the reader himself.
export function nameOf(user: UserId, messenger: Messenger): string {
  if (user === messenger.me.value.user) return 'You';
  return messenger.people.name(user) || somebody;
}

// "Ann added Bob", "You left", …
export function eventLine(message: Message, messenger: Messenger): string {
  const { event, sender } = message;
  const actor = nameOf(sender, messenger);
  const users = event?.users ?? [];
  const me = messenger.me.value.user;
  const whom = listNames(users.map((user) => objectName(user, me, messenger)));
  switch (event?.change) {
    case 'created':
      return event.title
        ? `${actor} created the group “${event.title}”`
        : `${actor} began the chat`;
    case 'title':
      return `${actor} changed the title to “${event.title ?? ''}”`;
    case 'description':
      return `${actor} changed the description`;
    case 'picture':
      return event.picture === null
        ? `${actor} removed the picture`
        : `${actor} changed the picture`;
    case 'permissions':
      return permissionsLine(actor, event);
    case 'member_added':
      return users.length === 1 && users[0] === sender
        ? `${actor} joined`
        : `${actor} added ${whom}`;
    case 'member_removed':
      return users.length === 1 && users[0] === sender
        ? `${actor} left`
        : `${actor} removed ${whom}`;
    case 'role':
      return roleLine(actor, whom, event.role);
    default:
      return `${actor} changed the chat`;
  }
}

function permissionsLine(actor: string, event: ChatEvent): string {
  const rules: string[] = [];
  const { permissions, join_approval: approval } = event;
  const who = (scope: Scope): string => (scope === 'admins' ? 'only admins' : 'all members');
  if (permissions?.send) rules.push(`${who(permissions.send)} may write`);
  if (permissions?.edit) rules.push(`${who(permissions.edit)} may edit the group`);
  if (approval !== undefined)
    rules.push(approval ? 'admins let people in' : 'links let people in');
  if (rules.length === 0) return `${actor} changed the permissions`;
  return `${actor} changed the permissions: ${listNames(rules)}`;
}

function roleLine(actor: string, whom: string, role: string | undefined): string {
  if (role === 'owner') return `${actor} handed the group over to ${whom}`;
  if (role === 'admin') return `${actor} made ${whom} an admin`;
  return `${actor} made ${whom} a member`;
}

function objectName(user: UserId, me: UserId, messenger: Messenger): string {
  return user === me ? 'you' : messenger.people.name(user) || somebody;
}

const kindNames: Record<string, string> = {
  image: 'Photo',
  video: 'Video',
  audio: 'Voice message',
  file: 'File',
};

export function kindName(kind: string): string {
  return kindNames[kind] ?? 'Message';
}
