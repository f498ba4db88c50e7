import Testing

/// The built programs, driven from outside: real inotify, real HTTP, real folders, real signals.
///
/// They run one after the other, because some measure time, and each starts processes.
@Suite("The built programs", .serialized)
enum BuiltProgramTests {}
