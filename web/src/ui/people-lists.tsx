import type { JSX } from 'preact';
import type { User } from '../protocol/types';
import { Avatar } from './avatar';
import { useMessenger } from './context';

// The user's contacts, and whom he has blocked.
export function PeopleLists(): JSX.Element {
  const { contacts } = useMessenger();
  return (
    <>
      <PeopleList
        title="Contacts"
        users={contacts.list.value}
        empty="Add people from their chat’s details or from a group."
        undo="Remove"
        onUndo={(user) => void contacts.remove(user)}
      />
      {contacts.blocked.value.length > 0 && (
        <PeopleList
          title="Blocked"
          users={contacts.blocked.value}
          empty=""
          undo="Unblock"
          onUndo={(user) => void contacts.unblock(user)}
        />
      )}
    </>
  );
}

interface PeopleListProps {
  title: string;
  users: readonly User[];
  empty: string; // said when there is nobody
  undo: string;
  onUndo: (user: User) => void;
}

function PeopleList({ title, users, empty, undo, onUndo }: PeopleListProps): JSX.Element {
  return (
    <section class="settings-group" aria-label={title}>
      <h3>{title}</h3>
      {users.length === 0 && <p class="field-hint">{empty}</p>}
      <ul class="people">
        {users.map((user) => {
          const name = user.display_name || user.username;
          return (
            <li key={user.user} class="member-row">
              <Avatar id={user.user} name={name} size="small" />
              <span class="person-names">
                <strong dir="auto">{name}</strong>
                <small>@{user.username}</small>
              </span>
              <button
                type="button"
                class="quiet-button"
                aria-label={`${undo} ${name}`}
                onClick={() => onUndo(user)}
              >
                {undo}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
