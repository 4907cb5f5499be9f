// What the page knows at the moment.

export const page = {
  rows: [], total: 0, offset: 0, // the part of the list that is shown
  here: 0,                       // place in rows of the rule at hand
  detail: null,                  // of the rule at hand
  last: 0,                       // number of the last decision that was heard of
};

export const selected = new Map(); // rule -> {rule, version, suggests, needs_reason}
export const mine = [];            // batches that were decided here, for undo

export const who = () => document.getElementById('who').value.trim();
export const atHand = () => page.rows[page.here];
