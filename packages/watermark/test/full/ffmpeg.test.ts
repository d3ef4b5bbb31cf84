// The daily tests of video files, with every row of their tables.
import '../node/ffmpeg-cli.test.js';
import '../node/ffmpeg-mark.test.js';
import '../node/ffmpeg-read.test.js';
