import { parseMemberState } from '../../../shared/zookeeper/member-state.js';

const answer = (mode: string): string =>
  `Zookeeper version: 3.8.0-\${mvngit.commit.id}, built on 2022\nLatency min/avg/max: 0/0.0/0\nReceived: 1\nSent: 0\nConnections: 4\nOutstanding: 0\nZxid: 0x100000000\nMode: ${mode}\nNode count: 5\n`;

test.each([
  ['a leader', answer('leader'), { role: 'leader', connections: 4 }],
  ['a follower', answer('follower'), { role: 'follower', connections: 4 }],
  [
    'a member without a majority',
    'This ZooKeeper instance is not currently serving requests\n',
    { role: 'waiting', connections: null },
  ],
  ['a mode that no ensemble has', answer('standalone'), { role: 'silent', connections: null }],
  ['another program', 'HTTP/1.1 400 Bad Request\r\n', { role: 'silent', connections: null }],
  ['an empty answer', '', { role: 'silent', connections: null }],
])('the state of %s', (_title, text, expected) => {
  expect(parseMemberState(text)).toEqual(expected);
});
