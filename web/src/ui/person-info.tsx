import type { JSX } from 'preact';
import type { User } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import { Avatar } from './avatar';
import { useMessenger } from './context';
import { lastSeen } from './format';
import { Icon } from './icons';
import { KeepButtons } from './keep-buttons';
import { ask } from './overlays';
import { chatTitle } from './wording';

// The other person of a direct chat.
export function PersonInfo({ state }: { state: ChatState }): JSX.Element {
  const messenger = useMessenger();
  const peer = state.peer ?? '';
  const user = messenger.people.user(peer);
  const presence = messenger.people.presence(peer);
  const seen = presence?.status === 'offline' && presence.last_seen;
  return (
    <>
      <div class="info-head">
        <Avatar id={peer} name={chatTitle(state, messenger)} size="large" />
        <h3 dir="auto">{chatTitle(state, messenger)}</h3>
        <p>{user ? `@${user.username}` : ''}</p>
        <p class="subtitle">
          {presence?.status === 'online' ? 'online' : seen ? lastSeen(seen) : ''}
        </p>
      </div>
      <KeepButtons state={state} />
      {user && <Relation user={user} chat={state.chat} />}
    </>
  );
}

function Relation({ user, chat }: { user: User; chat: string }): JSX.Element {
  const { contacts } = useMessenger();
  const known = contacts.has(user.user);
  const blocked = contacts.hasBlocked(user.user);
  return (
    <section class="settings-group stack" aria-label="Contact">
      {blocked && (
        <p class="dialog-lead" role="status">
          Blocked: neither of you can write here or see the other one’s presence.
        </p>
      )}
      <div class="button-row">
        <button
          type="button"
          class="quiet-button"
          onClick={() => void (known ? contacts.remove(user) : contacts.add(user))}
        >
          <Icon name="person" />
          {known ? 'Remove from contacts' : 'Add to contacts'}
        </button>
        <button
          type="button"
          class={blocked ? 'quiet-button' : 'quiet-button danger'}
          onClick={() => void (blocked ? contacts.unblock(user) : contacts.block(user))}
        >
          <Icon name="block" />
          {blocked ? 'Unblock' : 'Block'}
        </button>
        <button
          type="button"
          class="quiet-button danger"
          onClick={() => ask({ kind: 'report', chat, user: user.user })}
        >
          <Icon name="flag" />
          Report
        </button>
      </div>
    </section>
  );
}
