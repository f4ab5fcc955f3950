import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { User } from '../protocol/types';
import { useAttempt } from './attempt';
import { useMessenger } from './context';
import { Dialog } from './dialog';
import { FormError } from './form-error';
import { Icon } from './icons';
import { PeoplePicker, Person } from './people-picker';
import { chatAddress, goTo } from './routes';

export function NewChat({ onClose }: { onClose: () => void }): JSX.Element {
  const group = useSignal(false);
  return group.value ? (
    <NewGroup onClose={onClose} />
  ) : (
    <NewDirect group={group} onClose={onClose} />
  );
}

interface NewDirectProps {
  group: Signal<boolean>;
  onClose: () => void;
}

function NewDirect({ group, onClose }: NewDirectProps): JSX.Element {
  const messenger = useMessenger();
  const open = async (user: User): Promise<void> => {
    try {
      const chat = await messenger.openDirect(user.user);
      onClose();
      goTo(chatAddress(chat));
    } catch (failure) {
      messenger.notices.report(failure);
    }
  };
  return (
    <Dialog title="New chat" onClose={onClose}>
      <PeoplePicker except={new Set()} onPick={(user) => void open(user)}>
        <button
          type="button"
          class="person"
          onClick={() => {
            group.value = true;
          }}
        >
          <span class="avatar small tone-accent">
            <Icon name="group" />
          </span>
          <span class="person-names">
            <strong>New group</strong>
            <small>Talk to several people at once</small>
          </span>
        </button>
        <ContactList onPick={(user) => void open(user)} />
      </PeoplePicker>
    </Dialog>
  );
}

function ContactList({ onPick }: { onPick: (user: User) => void }): JSX.Element | null {
  const contacts = useMessenger().contacts.list.value;
  if (contacts.length === 0) return null;
  return (
    <section class="stack" aria-label="Contacts">
      <h3 class="list-heading">Contacts</h3>
      <ul class="people">
        {contacts.map((user) => (
          <Person key={user.user} user={user} onPick={() => onPick(user)} />
        ))}
      </ul>
    </section>
  );
}

function NewGroup({ onClose }: { onClose: () => void }): JSX.Element {
  const messenger = useMessenger();
  const title = useSignal('');
  const chosen = useSignal<readonly User[]>([]);
  const shared = useSignal(false);
  const { busy, failure, run } = useAttempt();
  // One id for every try of this dialog, so that a repeat makes no second group.
  const clientId = useRef(crypto.randomUUID());
  const toggle = (user: User): void => {
    const others = chosen.value.filter((other) => other.user !== user.user);
    chosen.value = others.length < chosen.value.length ? others : [...others, user];
  };
  const create = async (): Promise<void> => {
    const chat = await messenger.createGroup({
      title: title.value.trim(),
      members: chosen.value.map((user) => user.user),
      history: shared.value ? 'shared' : 'from_join',
      client_id: clientId.current,
    });
    onClose();
    goTo(chatAddress(chat));
  };
  return (
    <Dialog title="New group" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void run(create);
        }}
      >
        <label class="field">
          Title
          <input
            type="text"
            required
            maxLength={100}
            placeholder="What is it about?"
            value={title.value}
            onInput={(event) => {
              title.value = event.currentTarget.value;
            }}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={shared.value}
            onChange={(event) => {
              shared.value = event.currentTarget.checked;
            }}
          />
          Who joins later sees the earlier messages, too
        </label>
        <FormError text={failure.value} />
        <button type="submit" class="primary-button" disabled={!title.value.trim() || busy.value}>
          Create group
        </button>
      </form>
      <PeoplePicker except={new Set()} chosen={chosen.value} onPick={toggle} />
    </Dialog>
  );
}
