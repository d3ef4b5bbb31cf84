/** Version of tables and functions together. A store of another version is refused. */
export const SCHEMA_VERSION = 1;

/**
 * The tables (docs/spec/link-store.md). What a link is never changes and lies in `links`; what an opening changes lies
 * in the narrow `counts`, whose pages keep room so that a changed row stays where it is and no index is touched.
 */
export function tables(schema: string): string {
  return `
CREATE TABLE ${schema}.meta (version int NOT NULL, alone boolean PRIMARY KEY DEFAULT true CHECK (alone));
INSERT INTO ${schema}.meta VALUES (${SCHEMA_VERSION});

CREATE TABLE ${schema}.prepared (cti bytea PRIMARY KEY, sealed_share bytea NOT NULL, expires bigint NOT NULL);

CREATE TABLE ${schema}.links (
  id bytea PRIMARY KEY,
  cti bytea NOT NULL UNIQUE,
  signed_grant bytea NOT NULL,
  object bytea NOT NULL,
  recipient bytea,
  issuer_user bytea NOT NULL,
  parent bytea,
  passcode bytea
);
CREATE INDEX ON ${schema}.links (object);
CREATE INDEX ON ${schema}.links (recipient) WHERE recipient IS NOT NULL;
CREATE INDEX ON ${schema}.links (issuer_user);
CREATE INDEX ON ${schema}.links (parent) WHERE parent IS NOT NULL;

CREATE TABLE ${schema}.counts (
  id bytea PRIMARY KEY,
  depth int NOT NULL,
  expires bigint NOT NULL,
  max_uses int NOT NULL,
  used int NOT NULL DEFAULT 0,
  failures int NOT NULL DEFAULT 0,
  reserved int NOT NULL DEFAULT 0,
  revoked_at bigint,
  swept boolean NOT NULL DEFAULT false,
  sealed_share bytea
) WITH (fillfactor = 50);
CREATE INDEX ON ${schema}.counts (expires) WHERE NOT swept;

CREATE TABLE ${schema}.openings (
  link bytea NOT NULL,
  key bytea NOT NULL,
  use int NOT NULL,
  taken_at bigint NOT NULL,
  released_at bigint,
  cancelled boolean NOT NULL DEFAULT false,
  sealed bytea,
  PRIMARY KEY (link, key)
  -- Four answers a page, with room for one that is marked as released; the longest stays in its row.
) WITH (fillfactor = 80, toast_tuple_target = 4096);
-- Sealed bytes do not get smaller.
ALTER TABLE ${schema}.openings ALTER sealed SET STORAGE EXTERNAL;
CREATE INDEX ON ${schema}.openings (taken_at) WHERE sealed IS NOT NULL;

CREATE TABLE ${schema}.proofs (id bytea PRIMARY KEY, until bigint NOT NULL);
CREATE INDEX ON ${schema}.proofs (until);
`;
}
