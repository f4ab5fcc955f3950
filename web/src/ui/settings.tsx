import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Audience, Device, User } from '../protocol/types';
import { Avatar } from './avatar';
import { useMessenger, useSession } from './context';
import { Dialog } from './dialog';
import { plural } from './format';
import { PeopleLists } from './people-lists';

export function Settings({ onClose }: { onClose: () => void }): JSX.Element {
  const messenger = useMessenger();
  const me = messenger.me.value;
  return (
    <Dialog title="Settings" onClose={onClose}>
      <div class="info-head">
        <Avatar id={me.user} name={me.display_name || me.username} size="large" />
        <p>@{me.username}</p>
      </div>
      <NameForm me={me} />
      <PrivacyForm me={me} />
      <PeopleLists />
      {me.role === 'operator' && <Invite />}
      <Devices />
      <SignOut />
    </Dialog>
  );
}

function useChange(): (
  change: Parameters<ReturnType<typeof useMessenger>['changeMe']>[0],
) => void {
  const messenger = useMessenger();
  return (change) => {
    messenger.changeMe(change).catch((failure: unknown) => messenger.notices.report(failure));
  };
}

function NameForm({ me }: { me: User }): JSX.Element {
  const change = useChange();
  const name = useSignal(me.display_name);
  const wanted = name.value.trim();
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted) change({ display_name: wanted });
      }}
    >
      <label class="field">
        Your name
        <input
          type="text"
          required
          maxLength={128}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </label>
      {wanted && wanted !== me.display_name && (
        <button type="submit" class="primary-button">
          Save
        </button>
      )}
    </form>
  );
}

const audiences: [Audience, string][] = [
  ['everyone', 'Everyone'],
  ['contacts', 'My contacts'],
  ['nobody', 'Nobody'],
];

function PrivacyForm({ me }: { me: User }): JSX.Element {
  const change = useChange();
  const row = (label: string, name: 'last_seen' | 'read_receipts'): JSX.Element => (
    <label class="setting">
      {label}
      <select
        value={me.privacy?.[name] ?? 'everyone'}
        onChange={(event) => {
          change({ privacy: { [name]: event.currentTarget.value as Audience } });
        }}
      >
        {audiences.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <fieldset class="settings-group">
      <legend>Who may see</legend>
      {row('When I was last online', 'last_seen')}
      {row('That I have read a message', 'read_receipts')}
    </fieldset>
  );
}

// The operator lets people in one by one.
function Invite(): JSX.Element {
  const messenger = useMessenger();
  const url = useSignal('');
  const invite = async (): Promise<void> => {
    try {
      url.value = (await messenger.api.invite()).url;
    } catch (failure) {
      messenger.notices.report(failure);
    }
  };
  return (
    <section class="settings-group stack" aria-label="Invitations">
      <h3>Invitations</h3>
      {url.value ? (
        <input
          type="text"
          readOnly
          aria-label="Invitation link"
          value={url.value}
          onFocus={(event) => event.currentTarget.select()}
        />
      ) : (
        <button type="button" class="quiet-button" onClick={() => void invite()}>
          Make an invitation link
        </button>
      )}
    </section>
  );
}

function Devices(): JSX.Element {
  const messenger = useMessenger();
  const devices = useSignal<readonly Device[]>([]);
  const load = async (): Promise<void> => {
    try {
      devices.value = (await messenger.api.devices()).items;
    } catch (failure) {
      messenger.notices.report(failure);
    }
  };
  const revoke = async (device: Device): Promise<void> => {
    try {
      await messenger.api.revokeDevice(device.device);
    } catch (failure) {
      messenger.notices.report(failure);
    }
    await load();
  };
  useEffect(() => void load(), []);
  return (
    <section class="settings-group" aria-label="Devices">
      <h3>Devices</h3>
      <ul class="people">
        {devices.value.map((device) => (
          <li key={device.device} class="member-row">
            <span class="person-names">
              <strong dir="auto">{device.name}</strong>
              <small>
                {device.current
                  ? 'this browser'
                  : `since ${new Date(device.created_at).toLocaleDateString()}`}
              </small>
            </span>
            {!device.current && (
              <button type="button" class="quiet-button" onClick={() => void revoke(device)}>
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function SignOut(): JSX.Element {
  const session = useSession();
  const messenger = useMessenger();
  const signOut = async (): Promise<void> => {
    const unsent = messenger.unsent.value;
    const count = plural(unsent, 'message has', 'messages have');
    const loss = `${count} not been sent and would be lost.`;
    if (unsent > 0 && !confirm(`${loss} Sign out all the same?`)) return;
    try {
      await session.signOut();
    } catch (failure) {
      messenger.notices.report(failure);
    }
  };
  return (
    <button type="button" class="quiet-button danger" onClick={() => void signOut()}>
      Sign out
    </button>
  );
}
