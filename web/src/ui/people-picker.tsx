import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { User } from '../protocol/types';
import { explain } from '../state/notices';
import { Avatar } from './avatar';
import { useMessenger } from './context';
import { Icon } from './icons';

const pauseMs = 250; // after the last key, before asking the server

interface PeoplePickerProps {
  // Not offered: who is in already.
  except: ReadonlySet<string>;
  chosen?: readonly User[];
  onPick: (user: User) => void;
  children?: ComponentChildren; // shown while nothing is searched for
}

// Finds people by name. With `chosen` it picks several, else the first pick is the answer.
export function PeoplePicker(props: PeoplePickerProps): JSX.Element {
  const query = useSignal('');
  const search = useSearch(query.value.trim());
  const found = search.found.filter((user) => !props.except.has(user.user));
  return (
    <div class="people-picker">
      {props.chosen && props.chosen.length > 0 && (
        <Chosen users={props.chosen} onRemove={props.onPick} />
      )}
      <div class="search-box">
        <Icon name="search" />
        <input
          type="text"
          inputMode="search"
          placeholder="Name or username"
          aria-label="Search people"
          autoFocus
          value={query.value}
          onInput={(event) => {
            query.value = event.currentTarget.value;
          }}
        />
      </div>
      {query.value.trim() === '' && props.children}
      <ul class="people" aria-live="polite">
        {found.map((user) => (
          <Person
            key={user.user}
            user={user}
            chosen={props.chosen && isIn(props.chosen, user)}
            onPick={() => props.onPick(user)}
          />
        ))}
      </ul>
      {search.note && <p class="list-hint">{search.note}</p>}
      {!search.note && search.done && found.length === 0 && (
        <p class="list-hint">Nobody by that name.</p>
      )}
    </div>
  );
}

function isIn(list: readonly User[], user: User): boolean {
  return list.some((other) => other.user === user.user);
}

interface Search {
  found: readonly User[];
  note: string;
  done: boolean;
}

const nothing: Search = { found: [], note: '', done: false };

function useSearch(query: string): Search {
  const messenger = useMessenger();
  const search = useSignal<Search>(nothing);
  useEffect(() => {
    if (query === '') {
      search.value = nothing;
      return undefined;
    }
    let current = true;
    const show = (value: Search): void => {
      if (current) search.value = value;
    };
    const timer = setTimeout(() => {
      messenger.api.searchUsers(query).then(
        ({ items }) => {
          for (const user of items) messenger.people.meet(user);
          const found = items.filter((user) => user.user !== messenger.myId);
          show({ found, note: '', done: true });
        },
        (failure: unknown) => show({ found: [], note: explain(failure), done: true }),
      );
    }, pauseMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query]);
  return search.value;
}

export interface PersonProps {
  user: User;
  chosen?: boolean | undefined;
  onPick: () => void;
}

export function Person({ user, chosen, onPick }: PersonProps): JSX.Element {
  return (
    <li>
      <button type="button" class="person" aria-pressed={chosen} onClick={onPick}>
        <Avatar id={user.user} name={user.display_name || user.username} size="small" />
        <span class="person-names">
          <strong dir="auto">{user.display_name || user.username}</strong>
          <small>@{user.username}</small>
        </span>
        {chosen && <Icon name="check" />}
      </button>
    </li>
  );
}

interface ChosenProps {
  users: readonly User[];
  onRemove: (user: User) => void;
}

function Chosen({ users, onRemove }: ChosenProps): JSX.Element {
  return (
    <ul class="chips" aria-label="Chosen people">
      {users.map((user) => (
        <li key={user.user}>
          <button
            type="button"
            class="chip"
            aria-label={`Do not add ${user.display_name}`}
            onClick={() => onRemove(user)}
          >
            {user.display_name || user.username}
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
