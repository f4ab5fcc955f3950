import { useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import type { Notices } from '../state/notices';
import type { Session } from '../state/session';
import { MessengerContext, SessionContext } from './context';
import { Icon } from './icons';
import { NoticeList } from './notices';
import { Shell } from './shell';
import { SignInScreen } from './sign-in';

export function App({ session, notices }: { session: Session; notices: Notices }): JSX.Element {
  useSignalEffect(() => {
    const unread = session.messenger.value?.chats.unread.value ?? 0;
    document.title = unread > 0 ? `(${unread}) Banter` : 'Banter';
  });
  return (
    <SessionContext.Provider value={session}>
      <Stage session={session} />
      <NoticeList notices={notices} />
    </SessionContext.Provider>
  );
}

function Stage({ session }: { session: Session }): JSX.Element {
  const messenger = session.messenger.value;
  switch (session.stage.value) {
    case 'starting':
      return <Splash text="" />;
    case 'unreachable':
      return <Unreachable session={session} />;
    case 'signed-out':
      return <SignInScreen />;
    case 'signed-in':
      return messenger ? (
        <MessengerContext.Provider key={messenger.myId} value={messenger}>
          <Shell />
        </MessengerContext.Provider>
      ) : (
        <Splash text="" />
      );
  }
}

function Splash({ text }: { text: string }): JSX.Element {
  return (
    <main class="welcome" aria-busy="true">
      <span class="brand-mark splash">
        <Icon name="logo" />
      </span>
      {text}
    </main>
  );
}

function Unreachable({ session }: { session: Session }): JSX.Element {
  return (
    <main class="welcome">
      <div class="welcome-card">
        <h1>Banter is not answering</h1>
        <p class="lead">{session.reason.value}</p>
        <button type="button" class="primary-button" onClick={() => void session.start()}>
          Try again
        </button>
      </div>
    </main>
  );
}
