import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { Problem } from '../protocol/problem';
import { explain } from '../state/notices';
import type { Registration } from '../state/session';
import { useSession } from './context';
import { Icon } from './icons';
import { forgetLink, route, type Route } from './routes';

const headings = {
  claim: 'Claim this server',
  invite: 'You are invited',
  up: 'Create your account',
  in: 'Sign in',
};

const leads = {
  claim: 'Your account will be the one that runs this server.',
  invite: 'Choose a name and a password, and you are in.',
  up: 'Pick a username that others can find you by.',
  in: 'Welcome back.',
};

const joinLeads: Partial<Record<Mode, string>> = {
  up: 'An account lets you in.',
  in: 'Sign in to see it.',
};

type Mode = keyof typeof headings;

export function SignInScreen(): JSX.Element {
  const session = useSession();
  const wantsUp = useSignal(false);
  const here = route.value;
  const mode = modeOf(here, wantsUp.value);
  const joins = here.name === 'join';
  const switchMode = (): void => {
    if (here.name === 'claim' || here.name === 'invite') forgetLink();
    wantsUp.value = mode === 'in';
  };
  return (
    <main class="welcome">
      <div class="welcome-card">
        <div class="brand">
          <span class="brand-mark">
            <Icon name="logo" />
          </span>
          Banter
        </div>
        <h1>{headings[mode]}</h1>
        <p class="lead">
          {joins ? `You are invited to a group. ${joinLeads[mode]}` : leads[mode]}
        </p>
        {session.reason.value && <p class="hint">{session.reason.value}</p>}
        {!window.isSecureContext && <InsecureHint />}
        <AccountForm key={mode} mode={mode} here={here} />
        <p class="switch">
          {mode === 'in' ? 'New here?' : 'Have an account already?'}{' '}
          <button type="button" class="link-button" onClick={switchMode}>
            {mode === 'in' ? 'Create an account' : 'Sign in'}
          </button>
        </p>
      </div>
    </main>
  );
}

function modeOf(here: Route, wantsUp: boolean): Mode {
  if (here.name === 'claim' || here.name === 'invite') return here.name;
  return wantsUp ? 'up' : 'in';
}

function InsecureHint(): JSX.Element {
  return (
    <p class="hint">
      Browsers keep the sign-in only on a secure address: open this page over https, or on the
      server’s own machine as localhost.
    </p>
  );
}

function AccountForm({ mode, here }: { mode: Mode; here: Route }): JSX.Element {
  const session = useSession();
  const failure = useSignal('');
  const busy = useSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy.value) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    failure.value = '';
    try {
      if (mode === 'in') await session.signIn(credentialsOf(form));
      else await session.signUp(registrationOf(form, here));
      if (mode === 'claim' || mode === 'invite') forgetLink();
    } catch (problem) {
      failure.value = explainSignIn(problem, mode);
    } finally {
      busy.value = false;
    }
  };
  const isNew = mode !== 'in';
  return (
    <form class="account-form" onSubmit={submit}>
      {isNew && (
        <Field label="Your name" name="display_name" autoComplete="name" maxLength={128} />
      )}
      <Field
        label="Username"
        name="username"
        autoComplete="username"
        {...(isNew ? { pattern: '[A-Za-z0-9_.\\-]{3,32}' } : {})}
        hint={isNew ? '3 to 32 letters, digits, dots, dashes or underscores' : undefined}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete={isNew ? 'new-password' : 'current-password'}
        {...(isNew ? { minLength: 8 } : {})}
        hint={isNew ? 'At least 8 characters' : undefined}
      />
      {failure.value && (
        <p class="form-error" role="alert">
          {failure.value}
        </p>
      )}
      <button type="submit" class="primary-button" disabled={busy.value}>
        {buttonLabel(mode, busy.value)}
      </button>
    </form>
  );
}

interface FieldProps {
  label: string;
  name: string;
  hint?: ComponentChildren;
  type?: 'text' | 'password';
  autoComplete: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
}

function Field({ label, name, hint, type = 'text', ...rest }: FieldProps): JSX.Element {
  const id = useId();
  const common = {
    id,
    name,
    required: true,
    autoCapitalize: 'none',
    spellcheck: false,
    'aria-describedby': hint ? `${id}-hint` : undefined,
    ...rest,
  } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {type === 'password' ? (
        <input {...common} type="password" />
      ) : (
        <input {...common} type="text" />
      )}
      {hint && (
        <small id={`${id}-hint`} class="field-hint">
          {hint}
        </small>
      )}
    </div>
  );
}

function credentialsOf(form: FormData): { username: string; password: string } {
  return { username: textOf(form, 'username').trim(), password: textOf(form, 'password') };
}

function registrationOf(form: FormData, here: Route): Registration {
  const display_name = textOf(form, 'display_name').trim();
  const base: Registration = { ...credentialsOf(form), display_name };
  return here.name === 'claim' || here.name === 'invite'
    ? { ...base, [here.name]: here.token }
    : base;
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

function buttonLabel(mode: Mode, busy: boolean): string {
  if (busy) return 'One moment…';
  return mode === 'in' ? 'Sign in' : 'Create account';
}

function explainSignIn(failure: unknown, mode: Mode): string {
  if (failure instanceof Problem && failure.code === 'unauthorized' && mode === 'in') {
    return 'The username or the password is wrong.';
  }
  return explain(failure);
}
