// The daily tests of copies of a film, with every row of their tables.
import '../node/video-copies.test.js';
