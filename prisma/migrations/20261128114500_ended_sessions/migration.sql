-- Console sessions that were ended by a sign-out. The cookie of a session holds at every monitor; a cookie whose session has a row here
-- does not. A row is kept for longer than any cookie lives, then a later sign-out deletes it.
CREATE TABLE ended_session (
  -- SHA-256 of the session's id.
  digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
  kept_until timestamptz(3) NOT NULL
);
CREATE INDEX ended_session_kept_until ON ended_session (kept_until);
