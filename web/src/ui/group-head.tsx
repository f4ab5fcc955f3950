import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { mayEdit, type ChatState } from '../state/chat-state';
import { Avatar } from './avatar';
import { useMessenger } from './context';
import { plural } from './format';
import { Icon } from './icons';
import { MessageText } from './message-text';
import { squarePicture } from './picture-file';

// What a group is: picture, title, description; a form for those who may edit it.
export function GroupHead({ state }: { state: ChatState }): JSX.Element {
  const editing = useSignal(false);
  const editable = mayEdit(state);
  return (
    <div class="info-head">
      <GroupPicture state={state} editable={editable} />
      {editing.value && editable ? (
        <DetailsForm
          state={state}
          onDone={() => {
            editing.value = false;
          }}
        />
      ) : (
        <>
          <h3 dir="auto">{state.title}</h3>
          <p class="subtitle">{membersLine(state)}</p>
          {state.description && (
            <p class="description">
              <MessageText text={state.description} />
            </p>
          )}
          {editable && (
            <button
              type="button"
              class="link-button"
              onClick={() => {
                editing.value = true;
              }}
            >
              {state.description ? 'Edit title and description' : 'Edit title, add a description'}
            </button>
          )}
        </>
      )}
    </div>
  );
}

function membersLine(state: ChatState): string {
  const count = plural(state.memberCount, 'member', 'members');
  return state.sharesHistory ? `${count}, newcomers see earlier messages` : count;
}

function GroupPicture({ state, editable }: { state: ChatState; editable: boolean }): JSX.Element {
  const messenger = useMessenger();
  const input = useRef<HTMLInputElement>(null);
  const { chat, title, picture } = state;
  const upload = async (file: File): Promise<void> => {
    try {
      const blob = await squarePicture(file);
      await messenger.changeGroup(chat, (api) => api.setPicture(chat, blob));
    } catch (failure) {
      messenger.notices.say(failure instanceof Error ? failure.message : 'That did not work.');
    }
  };
  return (
    <>
      <Avatar id={chat} name={title} picture={picture} group size="large" />
      {editable && (
        <div class="button-row">
          <button type="button" class="quiet-button" onClick={() => input.current?.click()}>
            <Icon name="camera" />
            {picture ? 'Change picture' : 'Add a picture'}
          </button>
          {picture && (
            <button
              type="button"
              class="quiet-button"
              onClick={() => void messenger.changeGroup(chat, (api) => api.removePicture(chat))}
            >
              Remove picture
            </button>
          )}
          <input
            ref={input}
            type="file"
            hidden
            accept="image/png,image/jpeg,image/webp"
            aria-label="Group picture"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file) void upload(file);
              event.currentTarget.value = '';
            }}
          />
        </div>
      )}
    </>
  );
}

function DetailsForm({ state, onDone }: { state: ChatState; onDone: () => void }): JSX.Element {
  const messenger = useMessenger();
  const title = useSignal(state.title);
  const description = useSignal(state.description);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const wanted = { title: title.value.trim(), description: description.value.trim() };
    const change = {
      ...(wanted.title !== state.title && { title: wanted.title }),
      ...(wanted.description !== state.description && { description: wanted.description }),
    };
    if (Object.keys(change).length === 0) return onDone();
    const { chat } = state;
    if (await messenger.changeGroup(chat, (api) => api.changeChat(chat, change))) onDone();
  };
  return (
    <form class="stack details-form" onSubmit={(event) => void save(event)}>
      <label class="field">
        Title
        <input
          type="text"
          required
          maxLength={100}
          value={title.value}
          onInput={(event) => {
            title.value = event.currentTarget.value;
          }}
        />
      </label>
      <label class="field">
        Description
        <textarea
          rows={4}
          maxLength={1024}
          value={description.value}
          onInput={(event) => {
            description.value = event.currentTarget.value;
          }}
        />
      </label>
      <div class="button-row">
        <button type="submit" class="primary-button" disabled={!title.value.trim()}>
          Save
        </button>
        <button type="button" class="quiet-button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
