import Testing

/// The built programs, driven from outside: real inotify, real HTTP, real folders, real signals.
///
/// One after the other, for some of them measure time, and each starts processes of its own.
@Suite("The built programs", .serialized)
enum BuiltProgramTests {}
