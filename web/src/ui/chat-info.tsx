import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ChatState } from '../state/chat-state';
import { Avatar } from './avatar';
import { useMessenger } from './context';
import { Dialog } from './dialog';
import { lastSeen } from './format';
import { GroupInfo } from './group-info';
import { chatTitle } from './wording';

interface ChatInfoProps {
  state: ChatState;
  onClose: () => void;
}

export function ChatInfo({ state, onClose }: ChatInfoProps): JSX.Element {
  const { history } = useMessenger();
  useEffect(() => history.ensureMembers(state.chat), [state.chat, state.membersStale]);
  const group = state.type === 'group';
  return (
    <Dialog title={group ? 'Group' : 'Contact'} onClose={onClose}>
      {group ? <GroupInfo state={state} onClose={onClose} /> : <PersonInfo state={state} />}
    </Dialog>
  );
}

function PersonInfo({ state }: { state: ChatState }): JSX.Element {
  const messenger = useMessenger();
  const peer = state.peer ?? '';
  const user = messenger.people.user(peer);
  const presence = messenger.people.presence(peer);
  const seen = presence?.status === 'offline' && presence.last_seen;
  const block = async (on: boolean): Promise<void> => {
    try {
      await (on ? messenger.api.block(peer) : messenger.api.unblock(peer));
      messenger.notices.say(on ? 'Blocked: neither of you can write here.' : 'No longer blocked.');
    } catch (failure) {
      messenger.notices.report(failure);
    }
  };
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
      <div class="button-row">
        <button type="button" class="quiet-button danger" onClick={() => void block(true)}>
          Block
        </button>
        <button type="button" class="quiet-button" onClick={() => void block(false)}>
          Unblock
        </button>
      </div>
    </>
  );
}
