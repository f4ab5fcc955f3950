import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Member, User } from '../protocol/types';
import { manages, type ChatState } from '../state/chat-state';
import { useMessenger } from './context';
import { GroupHead } from './group-head';
import { GroupSettings } from './group-settings';
import { Icon } from './icons';
import { InviteLinks } from './invite-links';
import { JoinRequests } from './join-requests';
import { KeepButtons } from './keep-buttons';
import { MemberRow } from './member-row';
import { ask } from './overlays';
import { PeoplePicker } from './people-picker';
import { nameOf } from './wording';

const firstShown = 50;

interface GroupInfoProps {
  state: ChatState;
  onClose: () => void;
}

export function GroupInfo({ state, onClose }: GroupInfoProps): JSX.Element {
  const messenger = useMessenger();
  const adding = useSignal(false);
  const managing = manages(state);
  return (
    <>
      <GroupHead state={state} />
      <KeepButtons state={state} />
      {managing && <JoinRequests state={state} />}
      {adding.value && (
        <AddMembers
          state={state}
          onDone={() => {
            adding.value = false;
          }}
        />
      )}
      {!adding.value && (
        <div class="button-row">
          {managing && (
            <button
              type="button"
              class="quiet-button"
              onClick={() => {
                adding.value = true;
              }}
            >
              <Icon name="add" />
              Add people
            </button>
          )}
          {!state.left && (
            <button
              type="button"
              class="quiet-button danger"
              onClick={() => {
                if (!confirm(`Leave “${state.title}”?`)) return;
                void messenger.changeGroup(state.chat, (api) =>
                  api.removeMember(state.chat, messenger.myId),
                );
                onClose();
              }}
            >
              <Icon name="leave" />
              Leave
            </button>
          )}
        </div>
      )}
      <MemberList state={state} />
      {managing && <InviteLinks state={state} />}
      {managing && <GroupSettings state={state} />}
      {!state.left && <ReportGroup state={state} />}
    </>
  );
}

function ReportGroup({ state }: { state: ChatState }): JSX.Element {
  return (
    <div class="button-row">
      <button
        type="button"
        class="quiet-button danger"
        onClick={() => ask({ kind: 'report', chat: state.chat })}
      >
        <Icon name="flag" />
        Report group
      </button>
    </div>
  );
}

function AddMembers({ state, onDone }: { state: ChatState; onDone: () => void }): JSX.Element {
  const messenger = useMessenger();
  const chosen = useSignal<readonly User[]>([]);
  const toggle = (user: User): void => {
    const others = chosen.value.filter((other) => other.user !== user.user);
    chosen.value = others.length < chosen.value.length ? others : [...others, user];
  };
  const add = async (): Promise<void> => {
    const users = chosen.value.map((user) => user.user);
    const done = await messenger.changeGroup(state.chat, (api) =>
      api.addMembers(state.chat, users),
    );
    if (done) onDone();
  };
  return (
    <section class="stack" aria-label="Add people">
      <PeoplePicker
        except={new Set(state.members?.keys())}
        chosen={chosen.value}
        onPick={toggle}
      />
      <div class="button-row">
        <button
          type="button"
          class="primary-button"
          disabled={chosen.value.length === 0}
          onClick={() => void add()}
        >
          {chosen.value.length > 1 ? `Add ${chosen.value.length} people` : 'Add'}
        </button>
        <button type="button" class="quiet-button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </section>
  );
}

const rank = { owner: 0, admin: 1, member: 2 };

function MemberList({ state }: { state: ChatState }): JSX.Element {
  const messenger = useMessenger();
  const all = useSignal(false);
  const members = sorted([...(state.members?.values() ?? [])]);
  const visible = all.value ? members : members.slice(0, firstShown);
  return (
    <ul class="people" aria-label="Members">
      {visible.map((member) => (
        <MemberRow
          key={member.user}
          state={state}
          member={member}
          name={nameOf(member.user, messenger)}
        />
      ))}
      {visible.length < members.length && (
        <li>
          <button
            type="button"
            class="link-button"
            onClick={() => {
              all.value = true;
            }}
          >
            {`Show all ${members.length}`}
          </button>
        </li>
      )}
    </ul>
  );
}

function sorted(members: Member[]): Member[] {
  return members.sort((one, other) => rank[one.role] - rank[other.role]);
}
