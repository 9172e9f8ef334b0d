/** Compares each row of the published report about Apache httpd with the measurement. Pure. */
import { compareRow, NOT_PUBLISHED, type ComparedRow } from '../balancer/rows.js';
import type { Objective } from '../record/result.js';
import { countAsExpected, listElected, showElected } from './elections.js';
import { failoverRows, midSessionRows } from './failure-rows.js';
import type { ApacheFigures, TwoStepFigures } from './figures.js';
import { iterationRows } from './iteration-rows.js';

function consoleRows({ instances, workers, oneUp, records }: ApacheFigures): ComparedRow[] {
  const isOk = workers.filter(({ status }) => status === 'Init Ok').length;
  const grown = listElected({ instances }, oneUp);
  return [
    compareRow({
      id: '1.1',
      what: 'workers that are Init Ok',
      published: '3',
      measured: `${isOk} of ${workers.length}`,
      target: 3,
      actual: isOk,
      failed: 0,
    }),
    compareRow({
      id: '2.1',
      what: 'one up: Elected grows',
      published: 'only its own',
      measured: showElected(grown),
      target: oneUp.sent,
      actual: countAsExpected(grown, [oneUp.sent, 0, 0]),
      failed: oneUp.failed,
    }),
    compareRow({
      id: '3.1',
      what: 'records name their instance',
      published: '3 of 3',
      measured: `${records.namedRight} of ${records.instances}`,
      target: 3,
      actual: records.namedRight,
      failed: 0,
    }),
    compareRow({
      id: '3.2',
      what: 'instances list all three',
      published: '3 of 3',
      measured: `${records.listAll} of ${records.instances}`,
      target: 3,
      actual: records.listAll,
      failed: 0,
    }),
  ];
}

const flowsRow = (
  id: string,
  what: string,
  published: string,
  { flows, paid }: TwoStepFigures,
): ComparedRow =>
  compareRow({
    id,
    what,
    published,
    measured: `${paid} of ${flows} succeed`,
    target: flows,
    actual: paid,
    failed: 0,
  });

function sessionRows({ withoutCookie, withCookie }: ApacheFigures): ComparedRow[] {
  const { flows, lostAtSecondStep } = withoutCookie.memory;
  return [
    compareRow({
      id: '4.1',
      what: 'no stickiness: second step',
      published: 'fails',
      measured: `${lostAtSecondStep} of ${flows} fail`,
      target: flows,
      actual: lostAtSecondStep,
      failed: 0,
    }),
    flowsRow('4.2', 'ROUTEID: second step', 'succeeds', withCookie.memory),
    flowsRow('4.3', 'no stickiness, Redis', NOT_PUBLISHED, withoutCookie.redis),
    flowsRow('4.4', 'ROUTEID, Redis', NOT_PUBLISHED, withCookie.redis),
  ];
}

/** Every row of the eight published exercises. */
export const compareWithApacheReport = (figures: ApacheFigures): ComparedRow[] => [
  ...consoleRows(figures),
  ...sessionRows(figures),
  ...failoverRows(figures),
  ...midSessionRows(figures),
  ...iterationRows(figures),
];

/** One objective per row that must agree. */
export const apacheObjectives = (figures: ApacheFigures): Objective[] =>
  compareWithApacheReport(figures).flatMap(({ objective }) => objective ?? []);
