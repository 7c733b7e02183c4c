/** RFC 3339 in whole seconds, as Kubernetes writes times. A number is milliseconds since 1970. */
export const formatTime = (time: Date | number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
