/** The step that makes room for samples as blocks; those that lie in vectors are put there in time. */
export const BLOCK_TABLES = `
  -- Samples of a track, put away together. Key: as of vectors, with a time that is none after the first; until: the time
  -- of the last; count: how many samples; data: see blocks.
  CREATE TABLE block (key INTEGER PRIMARY KEY, until INTEGER NOT NULL, count INTEGER NOT NULL, data BLOB NOT NULL);

  -- The same for what is rolled up to five minutes, hours and days; folded: whether the next level has it too.
  CREATE TABLE rollup1 (key INTEGER PRIMARY KEY, until INTEGER NOT NULL, folded INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE TABLE rollup2 (key INTEGER PRIMARY KEY, until INTEGER NOT NULL, folded INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE TABLE rollup3 (key INTEGER PRIMARY KEY, until INTEGER NOT NULL, folded INTEGER NOT NULL, data BLOB NOT NULL);

  CREATE INDEX rollup1_unfolded ON rollup1 (key) WHERE folded = 0;
  CREATE INDEX rollup2_unfolded ON rollup2 (key) WHERE folded = 0;

  -- From when on each level is whole; 0 are the samples themselves.
  CREATE TABLE kept (level INTEGER PRIMARY KEY, since INTEGER NOT NULL);
`;
