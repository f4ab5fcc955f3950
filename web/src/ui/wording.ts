import type { Message, UserId } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import type { Messenger } from '../state/messenger';
import { listNames } from './format';

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
      return `${actor} changed the picture`;
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
