import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ChatState } from '../state/chat-state';
import { useMessenger } from './context';
import { Dialog } from './dialog';
import { GroupInfo } from './group-info';
import { PersonInfo } from './person-info';

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
