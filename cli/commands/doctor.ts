/** `relevo doctor`: what is in the way, and the command that mends it. Changes nothing. Exit codes: 0 no problem, 1 a problem. */
import { readRunning } from '../../local/installation.js';
import { answer, command } from '../command.js';
import { doctorText, isHealthy } from '../doctor/doctor-text.js';
import { EXIT } from '../exit-codes.js';

export const doctor = command({
  command: 'doctor',
  describe: 'Look for what is in the way, and say how to mend it',
  group: 'The system',
  details: 'Versions, packages, engines, ports, data folder, disk, memory, clock; of a running system also its services, leader, tokens and backlog. It changes nothing.',
  options: {},
  examples: [['relevo doctor --json | jq \'.findings[] | select(.level == "problem")\'', 'problems alone']],
  async run(args, context) {
    const { env, config, terminal } = context;
    const { examine } = await import('../doctor/checks.js');
    const running = readRunning(config.dataDir);
    const findings = await examine({ env, config, running });
    const healthy = isHealthy(findings);
    const document = { healthy, running: running !== null, findings };
    answer(context, args.json, document, () => doctorText(findings, running !== null, terminal.paint));
    return healthy ? EXIT.done : EXIT.no;
  },
});
