-- Items, who may open them, who did, and what is still to be done. No content, and nothing that names a patient.

CREATE TABLE cases (
  org text NOT NULL,
  id text NOT NULL,
  closed_at timestamptz,
  closed_by text,
  PRIMARY KEY (org, id)
);

-- What was uploaded, by whom: an item takes it when it is sent.
CREATE TABLE payloads (
  org text NOT NULL,
  item text NOT NULL,
  author text NOT NULL,
  digest text NOT NULL,
  bytes integer NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (org, item)
);

-- A state only ever restricts: each moment is set once.
CREATE TABLE items (
  org text NOT NULL,
  id text NOT NULL,
  case_id text NOT NULL,
  author text NOT NULL,
  labels jsonb NOT NULL,
  about text,
  -- Digest of the header that counts; the header store may hold others for a moment.
  header_digest text NOT NULL,
  -- Digest of the header as it was sent: the same sent again is recognised by it.
  sent_digest text NOT NULL,
  -- Changes of recipients the header went through.
  epoch integer NOT NULL DEFAULT 0,
  payload_digest text NOT NULL,
  bytes integer NOT NULL,
  sent_at timestamptz NOT NULL,
  not_after timestamptz NOT NULL,
  -- When the custodian had opened and checked it; its opaque handle of the patient, where the patient has a number.
  arrived_at timestamptz,
  handle text,
  held text,
  filed_at timestamptz,
  reference text,
  -- When the custodian took its own stanza out of the header.
  let_go_at timestamptz,
  recalled_at timestamptz,
  expired_at timestamptz,
  PRIMARY KEY (org, id),
  FOREIGN KEY (org, case_id) REFERENCES cases (org, id)
);
CREATE INDEX items_case ON items (org, case_id);
CREATE INDEX items_sent ON items (org, sent_at DESC);
CREATE INDEX items_about ON items (org, about) WHERE about IS NOT NULL;
CREATE INDEX items_unfiled ON items (not_after) WHERE filed_at IS NULL AND recalled_at IS NULL;

-- Whose key the header has a stanza for. Only who was sent it is named in it; a release is for a key.
CREATE TABLE item_recipients (
  org text NOT NULL,
  item text NOT NULL,
  person text NOT NULL,
  recipient text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('sent', 'released')),
  PRIMARY KEY (org, item, person, recipient),
  FOREIGN KEY (org, item) REFERENCES items (org, id)
);
CREATE INDEX item_recipients_person ON item_recipients (org, person);

-- One row a viewing; its id is that of its entry in the log.
CREATE TABLE openings (
  org text NOT NULL,
  id uuid NOT NULL,
  item text NOT NULL,
  person text NOT NULL,
  state text NOT NULL CHECK (state IN ('opening', 'opened', 'refused')),
  at timestamptz NOT NULL,
  settled_at timestamptz,
  break_glass boolean NOT NULL,
  emergency boolean NOT NULL DEFAULT false,
  -- The entry as it was, or is to be, appended: the sweeper needs its very bytes.
  event jsonb NOT NULL,
  nonce text NOT NULL,
  until timestamptz,
  PRIMARY KEY (org, id),
  FOREIGN KEY (org, item) REFERENCES items (org, id)
);
CREATE INDEX openings_item ON openings (org, item);
CREATE INDEX openings_left ON openings (at) WHERE state = 'opening';

-- A release that was asked for and logged; done when the header has the stanza.
CREATE TABLE releases (
  org text NOT NULL,
  log_entry text NOT NULL,
  item text NOT NULL,
  person text NOT NULL,
  purpose text NOT NULL,
  reason text,
  break_glass boolean NOT NULL,
  emergency boolean NOT NULL,
  -- The entry as it was appended, and where it stands, for its outcome to name; null in the emergency journal.
  event jsonb,
  parent_origin text,
  parent_index integer,
  asked_at timestamptz NOT NULL,
  settled_at timestamptz,
  -- The header that counts since: null when nothing came of the request.
  header_digest text,
  PRIMARY KEY (org, log_entry),
  FOREIGN KEY (org, item) REFERENCES items (org, id)
);

CREATE TABLE audit_outbox (
  org text NOT NULL,
  id uuid NOT NULL,
  event jsonb NOT NULL,
  -- The log in which the entry stands that the event names as its parent.
  parent text,
  position bigint GENERATED ALWAYS AS IDENTITY,
  refused text,
  PRIMARY KEY (org, id)
);
CREATE INDEX audit_outbox_position ON audit_outbox (org, position);

CREATE TABLE jobs (
  org text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('arrive', 'file', 'let-go', 'erase', 'merge')),
  -- The item's id; of `merge` empty.
  item text NOT NULL,
  due timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  PRIMARY KEY (org, kind, item)
);
CREATE INDEX jobs_due ON jobs (due);

-- What somebody must be told. Never about a patient: an item's id and the kind say it all.
CREATE TABLE alarms (
  org text NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  item text NOT NULL,
  -- Roles, or `person:ID`.
  whom text[] NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  person text,
  due timestamptz,
  settled_at timestamptz,
  PRIMARY KEY (org, id)
);
-- A state is told once; each viewing or release is told for itself.
CREATE UNIQUE INDEX alarms_once ON alarms (org, kind, item) WHERE kind IN ('not-filed', 'held', 'filing-fails', 'event-refused');
