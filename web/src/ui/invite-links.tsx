import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { LinkOptions } from '../protocol/api';
import type { InviteLink, NewInviteLink } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import { useAttempt } from './attempt';
import { useMessenger } from './context';
import { FormError } from './form-error';
import { plural, untilMoment } from './format';
import { Icon } from './icons';
import { nameOf } from './wording';

const hour = 3600;
const day = 24 * hour;
const spans: [number, string][] = [
  [hour, '1 hour'],
  [day, '1 day'],
  [7 * day, '7 days'],
  [30 * day, '30 days'],
];
const useCounts = [0, 1, 10, 100];

// The ways into a group: its owner and admins make them, hand them on, and take them back.
export function InviteLinks({ state }: { state: ChatState }): JSX.Element {
  const messenger = useMessenger();
  const links = useSignal<readonly InviteLink[]>([]);
  const fresh = useSignal<NewInviteLink | undefined>(undefined);
  const { busy, failure, run } = useAttempt();
  const { api } = messenger;
  const load = async (): Promise<void> => {
    links.value = await api.links(state.chat);
  };
  const make = async (options: LinkOptions): Promise<void> => {
    fresh.value = await api.makeLink(state.chat, options);
    await load();
  };
  const revoke = async (link: InviteLink): Promise<void> => {
    await api.revokeLink(state.chat, link.link);
    if (fresh.value?.link === link.link) fresh.value = undefined;
    await load();
  };
  useEffect(() => void run(load), [state.chat]);
  return (
    <section class="settings-group stack" aria-label="Invite links">
      <h3>Invite links</h3>
      {fresh.value && <FreshLink link={fresh.value} />}
      <ul class="people">
        {links.value.map((link) => (
          <LinkRow key={link.link} link={link} onRevoke={() => void run(() => revoke(link))} />
        ))}
      </ul>
      <FormError text={failure.value} />
      <MakeLink busy={busy.value} onMake={(options) => void run(() => make(options))} />
    </section>
  );
}

// Told once: the server keeps no copy of its address.
function FreshLink({ link }: { link: NewInviteLink }): JSX.Element {
  const messenger = useMessenger();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(link.url);
    messenger.notices.say('Copied.');
  };
  return (
    <div class="fresh-link">
      <input
        type="text"
        readOnly
        aria-label="New invite link"
        value={link.url}
        onFocus={(event) => event.currentTarget.select()}
      />
      {'clipboard' in navigator && (
        <button type="button" class="quiet-button" onClick={() => void copy()}>
          <Icon name="copy" />
          Copy
        </button>
      )}
      <small>Copy it now: it is not shown again.</small>
    </div>
  );
}

interface LinkRowProps {
  link: InviteLink;
  onRevoke: () => void;
}

function LinkRow({ link, onRevoke }: LinkRowProps): JSX.Element {
  const messenger = useMessenger();
  const { created_by, expires_at, max_uses, uses } = link;
  const used =
    max_uses === null ? `used by ${uses}` : `used by ${uses} of ${max_uses.toLocaleString()}`;
  const maker = nameOf(created_by, messenger);
  return (
    <li class="member-row">
      <span class="avatar small tone-accent" aria-hidden="true">
        <Icon name="link" />
      </span>
      <span class="person-names">
        <strong>{`Until ${untilMoment(expires_at)}`}</strong>
        <small dir="auto">{`by ${maker === 'You' ? 'you' : maker}, ${used}`}</small>
      </span>
      <button type="button" class="quiet-button" onClick={onRevoke}>
        Revoke
      </button>
    </li>
  );
}

interface MakeLinkProps {
  busy: boolean;
  onMake: (options: LinkOptions) => void;
}

function MakeLink({ busy, onMake }: MakeLinkProps): JSX.Element {
  const span = useSignal(7 * day);
  const uses = useSignal(0);
  return (
    <form
      class="link-form"
      onSubmit={(event) => {
        event.preventDefault();
        const base = { expires_in_s: span.value };
        onMake(uses.value > 0 ? { ...base, max_uses: uses.value } : base);
      }}
    >
      <label class="field">
        Works for
        <select
          value={span.value}
          onChange={(event) => {
            span.value = Number(event.currentTarget.value);
          }}
        >
          {spans.map(([seconds, label]) => (
            <option key={seconds} value={seconds}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Lets in
        <select
          value={uses.value}
          onChange={(event) => {
            uses.value = Number(event.currentTarget.value);
          }}
        >
          {useCounts.map((count) => (
            <option key={count} value={count}>
              {count === 0 ? 'anybody' : plural(count, 'person', 'people')}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="quiet-button" disabled={busy}>
        <Icon name="link" />
        Make a link
      </button>
    </form>
  );
}
