-- The state that an operator set for a patients instance behind a load balancer. The monitors set it in the balancer and repeat that after a
-- restart of the balancer. Without a row, the monitors leave the balancer's own state of the instance alone.
CREATE TABLE instance (
  id         text PRIMARY KEY,
  admin      admin_state NOT NULL DEFAULT 'ready',
  reason     text NOT NULL DEFAULT '',
  changed_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
