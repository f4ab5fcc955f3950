import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Messenger } from '../state/messenger';
import type { Session } from '../state/session';

export const SessionContext = createContext<Session | undefined>(undefined);
export const MessengerContext = createContext<Messenger | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('no session above this component');
  return session;
}

export function useMessenger(): Messenger {
  const messenger = useContext(MessengerContext);
  if (!messenger) throw new Error('nobody is signed in above this component');
  return messenger;
}
