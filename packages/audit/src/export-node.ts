export { fileCursor, MAX_CURSOR } from './export/file-cursor.js';
export { fileSink, MAX_UNSYNCED } from './export/file-sink.js';
export { SYSLOG_TIMEOUT, type SyslogSinkOptions, syslogSink } from './export/syslog-sink.js';
