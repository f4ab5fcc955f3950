import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { manages, type ChatState } from '../state/chat-state';
import type { Messenger } from '../state/messenger';
import { Avatar } from './avatar';
import { chatActions } from './chat-actions';
import { useMessenger } from './context';
import { lastSeen, plural } from './format';
import { Icon } from './icons';
import { Menu } from './menu';
import { chatTitle, nameOf, typistLine } from './wording';

const mostNamed = 8;

interface HeaderProps {
  state: ChatState;
  onInfo: () => void;
}

export function ConversationHeader({ state, onInfo }: HeaderProps): JSX.Element {
  const messenger = useMessenger();
  const title = chatTitle(state, messenger);
  useEffect(() => {
    if (state.membersStale) messenger.history.ensureMembers(state.chat);
  }, [state.membersStale]);
  const asking = manages(state) ? messenger.requests.in(state.chat).length : 0;
  const { text, lively } = subtitle(state, messenger);
  return (
    <header class="conversation-header">
      <a class="icon-button back-button" href="#/" aria-label="Back to the chats">
        <Icon name="back" />
      </a>
      <button type="button" class="header-button" onClick={onInfo} title="Show details">
        <Avatar
          id={state.peer ?? state.chat}
          name={title}
          picture={state.picture}
          group={state.type === 'group'}
          size="small"
        />
        <span class="header-names">
          <strong dir="auto">{title}</strong>
          <span class={lively ? 'subtitle lively' : 'subtitle'} aria-live="polite">
            {text}
          </span>
        </span>
      </button>
      {asking > 0 && (
        <button type="button" class="asking-button" onClick={onInfo}>
          {plural(asking, 'request', 'requests')}
        </button>
      )}
      <button
        type="button"
        class="icon-button info-button"
        aria-label="Chat details"
        onClick={onInfo}
      >
        <Icon name="info" />
      </button>
      <Menu label="What to do with this chat" items={chatActions(state, messenger)} />
    </header>
  );
}

// Who is typing; else whether the other one is there; else who is in the group.
function subtitle(state: ChatState, messenger: Messenger): { text: string; lively: boolean } {
  const typing = messenger.typingBoard.in(state.chat);
  if (typing.length > 0) return { text: typistLine(state, typing, messenger), lively: true };
  if (state.type === 'group') return { text: memberNames(state, messenger), lively: false };
  const presence = state.peer && messenger.people.presence(state.peer);
  if (!presence) return { text: '', lively: false };
  if (presence.status === 'online') return { text: 'online', lively: true };
  const seen = presence.status === 'offline' && presence.last_seen;
  return { text: seen ? lastSeen(seen) : '', lively: false };
}

function memberNames(state: ChatState, messenger: Messenger): string {
  if (!state.members) return plural(state.memberCount, 'member', 'members');
  const others = [...state.members.keys()].filter((user) => user !== messenger.myId);
  const names = others.slice(0, mostNamed).map((user) => nameOf(user, messenger));
  const rest = others.length - names.length;
  const everybody = state.left ? names : [...names, 'You'];
  return everybody.join(', ') + (rest > 0 ? ` and ${plural(rest, 'other', 'others')}` : '');
}
