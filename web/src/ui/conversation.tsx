import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useCallback } from 'preact/hooks';
import type { Seq } from '../protocol/types';
import { maySend, type ChatState } from '../state/chat-state';
import { ChatInfo } from './chat-info';
import { Composer } from './composer';
import { useMessenger } from './context';
import { ConversationHeader } from './conversation-header';
import { MessageList } from './message-list';
import { chatTitle } from './wording';

export function Conversation({ chat }: { chat: string }): JSX.Element {
  const messenger = useMessenger();
  const state = messenger.chats.get(chat);
  if (!state?.known) return <UnknownConversation />;
  return <KnownConversation state={state} />;
}

function UnknownConversation(): JSX.Element {
  const messenger = useMessenger();
  const searched = messenger.history.listLoaded.value;
  return (
    <main class="conversation nothing-open" aria-busy={!searched}>
      {searched && <p>This chat is not here. You may have left it.</p>}
      {searched && (
        <a class="primary-button" href="#/">
          Back to your chats
        </a>
      )}
    </main>
  );
}

function KnownConversation({ state }: { state: ChatState }): JSX.Element {
  const messenger = useMessenger();
  const replyTo = useSignal<Seq | undefined>(undefined);
  const infoOpen = useSignal(false);
  const blocked = state.peer !== undefined && messenger.contacts.hasBlocked(state.peer);
  const reply = useCallback((seq: Seq) => {
    replyTo.value = seq;
  }, []);
  const setInfo = (open: boolean) => (): void => {
    infoOpen.value = open;
  };
  return (
    <main class="conversation" aria-label={`Chat with ${chatTitle(state, messenger)}`}>
      <ConversationHeader state={state} onInfo={setInfo(true)} />
      <MessageList state={state} onReply={reply} />
      {state.left ? (
        <p class="left-line">You are no longer in this group.</p>
      ) : !maySend(state) ? (
        <p class="left-line">Only admins may write in this group.</p>
      ) : blocked ? (
        <p class="left-line">You have blocked this person. Unblock them to write.</p>
      ) : (
        <Composer state={state} replyTo={replyTo} />
      )}
      {infoOpen.value && <ChatInfo state={state} onClose={setInfo(false)} />}
    </main>
  );
}
