import type { JSX } from 'preact';
import type { ChatChange } from '../protocol/api';
import type { Scope } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import { useMessenger } from './context';

// What members may do; for the owner and the admins.
export function GroupSettings({ state }: { state: ChatState }): JSX.Element {
  const messenger = useMessenger();
  const change = (wanted: ChatChange): void => {
    void messenger.changeGroup(state.chat, (api) => api.changeChat(state.chat, wanted));
  };
  const row = (label: string, name: 'send' | 'edit'): JSX.Element => (
    <label class="setting">
      {label}
      <select
        value={state.permissions[name]}
        onChange={(event) => {
          change({ permissions: { [name]: event.currentTarget.value as Scope } });
        }}
      >
        <option value="members">All members</option>
        <option value="admins">Only admins</option>
      </select>
    </label>
  );
  return (
    <fieldset class="settings-group">
      <legend>Who may</legend>
      {row('Write messages', 'send')}
      {row('Edit title, description and picture', 'edit')}
      <label class="setting">
        Admins let in whoever follows a link
        <input
          type="checkbox"
          checked={state.joinApproval}
          onChange={(event) => change({ join_approval: event.currentTarget.checked })}
        />
      </label>
    </fieldset>
  );
}
