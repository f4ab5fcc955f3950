import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Problem } from '../protocol/problem';
import type { LinkPreview } from '../protocol/types';
import { explain } from '../state/notices';
import { useAttempt } from './attempt';
import { Avatar } from './avatar';
import { useMessenger } from './context';
import { Dialog } from './dialog';
import { FormError } from './form-error';
import { plural } from './format';
import { chatAddress, forgetLink, goTo, route } from './routes';

// Where an invite link leads: what the group is, and the way in.
export function JoinDialog(): JSX.Element {
  const messenger = useMessenger();
  const token = route.value.name === 'join' ? route.value.token : '';
  const preview = useSignal<LinkPreview | undefined>(undefined);
  const failure = useSignal('');
  useEffect(() => {
    messenger.api.link(token).then(
      (found) => {
        preview.value = found;
      },
      (problem: unknown) => {
        failure.value = explainLink(problem);
      },
    );
  }, [token]);
  return (
    <Dialog title="Join a group" onClose={forgetLink}>
      <FormError text={failure.value} />
      {preview.value && <Preview token={token} preview={preview.value} />}
    </Dialog>
  );
}

function Preview({ token, preview }: { token: string; preview: LinkPreview }): JSX.Element {
  const messenger = useMessenger();
  const { chat, title, description, members } = preview;
  const known = messenger.chats.get(chat);
  const inside = known?.known === true && !known.left;
  return (
    <>
      <div class="info-head">
        <Avatar id={chat} name={title} group size="large" />
        <h3 dir="auto">{title}</h3>
        <p class="subtitle">{plural(members, 'member', 'members')}</p>
      </div>
      {description && (
        <p class="description" dir="auto">
          {description}
        </p>
      )}
      {inside ? <AlreadyIn chat={chat} /> : <WayIn token={token} preview={preview} />}
    </>
  );
}

function AlreadyIn({ chat }: { chat: string }): JSX.Element {
  return (
    <div class="button-row">
      <a class="primary-button" href={chatAddress(chat)}>
        Open the group
      </a>
    </div>
  );
}

function WayIn({ token, preview }: { token: string; preview: LinkPreview }): JSX.Element {
  const messenger = useMessenger();
  const asked = useSignal(false);
  const { busy, failure, run } = useAttempt(explainLink);
  const { chat, title, join_approval: approval } = preview;
  const join = async (): Promise<void> => {
    const joined = await messenger.followLink(token, chat, title);
    if (joined !== undefined) goTo(chatAddress(joined));
    else asked.value = true;
  };
  const withdraw = async (): Promise<void> => {
    await messenger.api.refuse(chat, messenger.myId);
    asked.value = false;
  };
  return (
    <>
      <p class="dialog-lead" role="status">
        {asked.value
          ? 'You have asked to join. An admin of the group decides.'
          : approval && 'An admin of the group lets people in.'}
      </p>
      <FormError text={failure.value} />
      <div class="button-row">
        {asked.value ? (
          <>
            <button type="button" class="primary-button" onClick={forgetLink}>
              Done
            </button>
            <button type="button" class="quiet-button" onClick={() => void run(withdraw)}>
              Withdraw
            </button>
          </>
        ) : (
          <button
            type="button"
            class="primary-button"
            disabled={busy.value}
            onClick={() => void run(join)}
          >
            {approval ? 'Ask to join' : 'Join group'}
          </button>
        )}
      </div>
    </>
  );
}

function explainLink(failure: unknown): string {
  if (failure instanceof Problem && failure.code === 'not_found')
    return 'This link does not lead anywhere any more. Ask for a new one.';
  return explain(failure);
}
