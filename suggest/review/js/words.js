// Words for rules.

import { many } from './dom.js';

export const arrow = r => r.direction === 'egress' ? 'out' : 'in';
export const groupOf = r => r.group_name || r.group_id;

// becomes says what stands for a rule, in short.
export function becomes(r, most = 12) {
  if (!r.suggests && r.state !== 'changed') return 'nothing is suggested';
  if (!r.becomes.length) return 'removed';
  const more = r.becomes.length - most;
  return r.becomes.slice(0, most).join(' · ') + (more > 0 ? ` and ${many(more, 'more', 'more')}` : '');
}

// service says a use that would be refused.
export const service = r => `${arrow(r)} ${r.protocol}${r.port ? ' ' + r.port : ''}${r.noise ? ' (noise)' : ''}`;

export const counted = list => list.length === 1 ? `${list[0].direction} ${list[0].words}` : many(list.length, 'rule');
