import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ChatState } from '../state/chat-state';
import { Avatar } from './avatar';
import { useMessenger } from './context';
import { momentOf } from './format';

// Who waits to be let in.
export function JoinRequests({ state }: { state: ChatState }): JSX.Element | null {
  const { requests } = useMessenger();
  const { chat } = state;
  const list = requests.in(chat);
  useEffect(() => requests.load(chat), [chat]);
  if (list.length === 0) return null;
  return (
    <section class="settings-group stack" aria-label="Requests to join">
      <h3>Requests to join</h3>
      <ul class="people">
        {list.map(({ user, username, display_name, at }) => {
          const name = display_name || username;
          return (
            <li key={user} class="member-row">
              <Avatar id={user} name={name} size="small" />
              <span class="person-names">
                <strong dir="auto">{name}</strong>
                <small>{`@${username}, ${momentOf(at)}`}</small>
              </span>
              <button
                type="button"
                class="quiet-button accept"
                aria-label={`Accept ${name}`}
                onClick={() => void requests.accept(chat, user)}
              >
                Accept
              </button>
              <button
                type="button"
                class="quiet-button"
                aria-label={`Refuse ${name}`}
                onClick={() => void requests.refuse(chat, user)}
              >
                Refuse
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
