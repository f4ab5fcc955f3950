import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Api } from '../protocol/api';
import type { Member, Role } from '../protocol/types';
import type { ChatState } from '../state/chat-state';
import { Avatar } from './avatar';
import { useMessenger } from './context';
import { Icon } from './icons';
import { ask } from './overlays';
import { chatAddress, goTo } from './routes';

interface MemberRowProps {
  state: ChatState;
  member: Member;
  name: string;
}

interface Action {
  label: string;
  confirm?: string;
  run: (api: Api) => Promise<unknown>;
}

export function MemberRow({ state, member, name }: MemberRowProps): JSX.Element {
  const messenger = useMessenger();
  const open = useSignal(false);
  const mine = member.user === messenger.myId;
  const user = messenger.people.user(member.user);
  const { contacts } = messenger;
  const known = contacts.has(member.user);
  const actions = mine || state.left ? [] : actionsFor(state, member, name);
  const run = (action: Action): void => {
    if (action.confirm && !confirm(action.confirm)) return;
    open.value = false;
    void messenger.changeGroup(state.chat, action.run);
  };
  const talk = async (): Promise<void> => {
    try {
      goTo(chatAddress(await messenger.openDirect(member.user)));
    } catch (failure) {
      messenger.notices.report(failure);
    }
  };
  return (
    <li class="member-row">
      <Avatar
        id={member.user}
        name={name === 'You' ? messenger.people.name(member.user) : name}
        size="small"
      />
      <span class="person-names">
        <strong dir="auto">{name}</strong>
        <small>{user ? `@${user.username}` : ''}</small>
      </span>
      {member.role !== 'member' && <span class="role-tag">{member.role}</span>}
      {!mine && (
        <button
          type="button"
          class="icon-button"
          aria-label={`What to do with ${name}`}
          aria-expanded={open.value}
          onClick={() => {
            open.value = !open.value;
          }}
        >
          <Icon name="more" />
        </button>
      )}
      {open.value && (
        <div class="member-actions">
          <button type="button" class="quiet-button" onClick={() => void talk()}>
            Message
          </button>
          {user && (
            <button
              type="button"
              class="quiet-button"
              onClick={() => void (known ? contacts.remove(user) : contacts.add(user))}
            >
              {known ? 'Remove from contacts' : 'Add to contacts'}
            </button>
          )}
          {actions.map((action) => (
            <button
              key={action.label}
              type="button"
              class="quiet-button"
              onClick={() => run(action)}
            >
              {action.label}
            </button>
          ))}
          <button
            type="button"
            class="quiet-button danger"
            onClick={() => ask({ kind: 'report', chat: state.chat, user: member.user })}
          >
            Report
          </button>
        </div>
      )}
    </li>
  );
}

// An admin removes no admin or owner; only the owner sets roles.
function actionsFor(state: ChatState, { user, role }: Member, name: string): Action[] {
  const { chat } = state;
  const setRole = (label: string, wanted: Role, confirm?: string): Action => ({
    label,
    ...(confirm ? { confirm } : {}),
    run: (api) => api.setRole(chat, user, wanted),
  });
  const actions: Action[] = [];
  if (state.role === 'owner') {
    if (role === 'member') actions.push(setRole('Make admin', 'admin'));
    else actions.push(setRole('Make member', 'member'));
    actions.push(
      setRole('Hand over', 'owner', `Hand the group over to ${name}? You stay in it as an admin.`),
    );
  }
  if (state.role === 'owner' || (state.role === 'admin' && role === 'member')) {
    actions.push({ label: 'Remove', run: (api) => api.removeMember(chat, user) });
  }
  return actions;
}
