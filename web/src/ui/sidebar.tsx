import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ChatState } from '../state/chat-state';
import { Avatar } from './avatar';
import { ChatRow } from './chat-row';
import { useMessenger } from './context';
import { plural } from './format';
import { Icon } from './icons';
import { chatTitle } from './wording';

interface SidebarProps {
  onNewChat: () => void;
  onSettings: () => void;
}

export function Sidebar({ onNewChat, onSettings }: SidebarProps): JSX.Element {
  const messenger = useMessenger();
  const me = messenger.me.value;
  const query = useSignal('');
  const archive = useSignal(false);
  if (archive.value) {
    return (
      <ArchivedChats
        onBack={() => {
          archive.value = false;
        }}
      />
    );
  }
  return (
    <nav class="sidebar" aria-label="Chats">
      <header class="sidebar-header">
        <button type="button" class="me-button" aria-label="Settings" onClick={onSettings}>
          <Avatar id={me.user} name={me.display_name || me.username} size="small" />
        </button>
        <h1>Chats</h1>
        <button type="button" class="icon-button" aria-label="New chat" onClick={onNewChat}>
          <Icon name="compose" />
        </button>
      </header>
      <SearchBox query={query} />
      <ChatList
        query={query.value}
        onNewChat={onNewChat}
        onArchive={() => {
          archive.value = true;
        }}
      />
    </nav>
  );
}

function SearchBox({ query }: { query: Signal<string> }): JSX.Element {
  return (
    <div class="search-box" role="search">
      <Icon name="search" />
      <input
        type="search"
        placeholder="Search chats"
        aria-label="Search chats"
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
        }}
      />
    </div>
  );
}

interface ChatListProps {
  query: string;
  onNewChat: () => void;
  onArchive: () => void;
}

// A search finds archived chats, too.
function ChatList({ query, onNewChat, onArchive }: ChatListProps): JSX.Element {
  const messenger = useMessenger();
  const { chats, history } = messenger;
  const wanted = query.trim().toLocaleLowerCase();
  const matches = (state: ChatState): boolean =>
    chatTitle(state, messenger).toLocaleLowerCase().includes(wanted);
  const archived = chats.list.value.filter(isArchived).length;
  const list = chats.list.value.filter(wanted ? matches : (state) => !isArchived(state));
  const loadMore = (event: Event): void => {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget as HTMLElement;
    if (scrollHeight - scrollTop - clientHeight < 400) history.moreChats();
  };
  if (list.length === 0 && archived === 0 && history.listLoaded.value) {
    return wanted ? (
      <p class="list-hint">No chat is called that.</p>
    ) : (
      <EmptyList onNewChat={onNewChat} />
    );
  }
  return (
    <ul class="chat-list" onScroll={loadMore}>
      {!wanted && archived > 0 && (
        <li>
          <button type="button" class="archive-row" onClick={onArchive}>
            <Icon name="archive" />
            Archived
            <span class="archive-count" aria-label={plural(archived, 'chat', 'chats')}>
              {archived}
            </span>
          </button>
        </li>
      )}
      {list.map((state) => (
        <ChatRow key={state.chat} state={state} />
      ))}
    </ul>
  );
}

function isArchived(state: ChatState): boolean {
  return state.kept.archived;
}

function ArchivedChats({ onBack }: { onBack: () => void }): JSX.Element {
  const { chats } = useMessenger();
  const list = chats.list.value.filter(isArchived);
  return (
    <nav class="sidebar" aria-label="Archived chats">
      <header class="sidebar-header">
        <button type="button" class="icon-button" aria-label="Back to the chats" onClick={onBack}>
          <Icon name="back" />
        </button>
        <h1>Archived</h1>
      </header>
      {list.length === 0 && <p class="list-hint">Nothing is archived any more.</p>}
      <ul class="chat-list">
        {list.map((state) => (
          <ChatRow key={state.chat} state={state} />
        ))}
      </ul>
    </nav>
  );
}

function EmptyList({ onNewChat }: { onNewChat: () => void }): JSX.Element {
  return (
    <div class="list-hint">
      <p>No chats yet.</p>
      <button type="button" class="primary-button" onClick={onNewChat}>
        Find somebody to talk to
      </button>
    </div>
  );
}
