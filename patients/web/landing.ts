/** The first page, which is public and has no session. */
import type { PatientsConfig } from '../config.js';
import { landingPage } from './pages/landing.js';
import { publicAddress } from './public-address.js';
import { sendPage, type Answering } from './send-page.js';

export const showLanding =
  (config: Pick<PatientsConfig, 'monitorUrl' | 'publicUrl' | 'host' | 'port'>) =>
  (answering: Answering): void => {
    const facts = {
      monitorUrl: config.monitorUrl,
      self: publicAddress(config, answering.request),
    };
    sendPage(answering, 200, (view) => landingPage(view, facts));
  };
