/**
 * `relevo doctor`: finds problems and prints the command that corrects each. Changes nothing. Exit
 * codes: 0 no problem, 1 a problem.
 */
import { readRunning } from '../../local/installation.js';
import { answer, command } from '../command.js';
import { formatFindings, isHealthy } from '../doctor/doctor-text.js';
import { EXIT } from '../exit-codes.js';

export const doctor = command({
  command: 'doctor',
  describe: 'Find problems and show how to correct them',
  group: 'The system',
  details:
    'Checks versions, packages, engines, ports, data folder, disk, memory and clock; of a running system also services, leader, tokens, backlog and load balancer. Changes nothing.',
  options: {},
  examples: [
    [
      'relevo doctor --json | jq \'.findings[] | select(.level == "problem")\'',
      'only the problems',
    ],
  ],
  async run(args, context) {
    const { env, config, terminal } = context;
    const { examine } = await import('../doctor/checks.js');
    const running = readRunning(config.dataDir);
    const findings = await examine({ env, config, running });
    const healthy = isHealthy(findings);
    const document = { healthy, running: running !== null, findings };
    answer(context, args.json, document, () =>
      formatFindings(findings, running !== null, terminal.paint),
    );
    return healthy ? EXIT.done : EXIT.no;
  },
});
