export { fileCursor, MAX_CURSOR } from './export/file-cursor.js';
export { fileSink } from './export/file-sink.js';
export { SYSLOG_TIMEOUT, type SyslogSinkOptions, syslogSink } from './export/syslog-sink.js';
