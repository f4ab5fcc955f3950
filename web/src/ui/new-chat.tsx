import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { User } from '../protocol/types';
import { explain } from '../state/notices';
import { useMessenger } from './context';
import { Dialog } from './dialog';
import { Icon } from './icons';
import { PeoplePicker } from './people-picker';
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
      </PeoplePicker>
    </Dialog>
  );
}

function NewGroup({ onClose }: { onClose: () => void }): JSX.Element {
  const messenger = useMessenger();
  const title = useSignal('');
  const chosen = useSignal<readonly User[]>([]);
  const failure = useSignal('');
  const busy = useSignal(false);
  // One id for every try of this dialog, so that a repeat makes no second group.
  const clientId = useRef(crypto.randomUUID());
  const toggle = (user: User): void => {
    const others = chosen.value.filter((other) => other.user !== user.user);
    chosen.value = others.length < chosen.value.length ? others : [...others, user];
  };
  const create = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    failure.value = '';
    try {
      const users = chosen.value.map((user) => user.user);
      const chat = await messenger.createGroup(title.value.trim(), users, clientId.current);
      onClose();
      goTo(chatAddress(chat));
    } catch (problem) {
      failure.value = explain(problem);
    } finally {
      busy.value = false;
    }
  };
  return (
    <Dialog title="New group" onClose={onClose}>
      <form class="stack" onSubmit={(event) => void create(event)}>
        <label class="field">
          Title
          <input
            type="text"
            required
            maxLength={128}
            placeholder="What is it about?"
            value={title.value}
            onInput={(event) => {
              title.value = event.currentTarget.value;
            }}
          />
        </label>
        {failure.value && (
          <p class="form-error" role="alert">
            {failure.value}
          </p>
        )}
        <button type="submit" class="primary-button" disabled={!title.value.trim() || busy.value}>
          Create group
        </button>
      </form>
      <PeoplePicker except={new Set()} chosen={chosen.value} onPick={toggle} />
    </Dialog>
  );
}
