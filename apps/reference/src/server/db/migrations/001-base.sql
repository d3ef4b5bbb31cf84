-- Who is signed in, who is suspended, and the keys that people keep here wrapped. What opens nothing by itself.

CREATE TABLE people (
  org text NOT NULL,
  person text NOT NULL,
  acknowledged_version integer,
  acknowledged_at timestamptz,
  suspended_at timestamptz,
  suspended_by text,
  -- The first of the two people who take a suspension back.
  restore_agreed_by text,
  restore_agreed_at timestamptz,
  PRIMARY KEY (org, person)
);

CREATE TABLE wraps (
  org text NOT NULL,
  person text NOT NULL,
  credential text NOT NULL,
  method text NOT NULL CHECK (method IN ('passkey', 'recovery-code')),
  wrapped text NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (org, person, credential)
);

CREATE TABLE sessions (
  org text NOT NULL,
  -- SHA-256 of the cookie, so that a copy of this table signs nobody in.
  id text NOT NULL,
  person text NOT NULL,
  credential text NOT NULL,
  created_at timestamptz NOT NULL,
  authenticated_at timestamptz NOT NULL,
  unlocked_at timestamptz,
  -- The last thing that the person did; what a page asks by itself does not count.
  active_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  PRIMARY KEY (org, id)
);
CREATE INDEX sessions_of_person ON sessions (org, person);
CREATE INDEX sessions_end ON sessions (ends_at);

-- Asked before anybody is known, so without an organisation.
CREATE TABLE challenges (
  id uuid PRIMARY KEY,
  challenge text NOT NULL,
  -- Of a step-up: the session that it was made for.
  session text,
  ends_at timestamptz NOT NULL
);
CREATE INDEX challenges_end ON challenges (ends_at);

-- Counters of the last minute: not worth a flush to disk.
CREATE UNLOGGED TABLE rates (
  key text PRIMARY KEY,
  began timestamptz NOT NULL,
  uses integer NOT NULL
);

-- The newest policy that was in force here: an older one is not taken back from a file.
CREATE TABLE policies (
  org text PRIMARY KEY,
  version integer NOT NULL,
  digest text NOT NULL
);
