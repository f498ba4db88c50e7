import Glibc

/// State that threads share and wait on: a mutex with a condition variable (pthread_cond_wait(3)).
///
/// Only for threads, which may block, never for tasks. A call that does not have to wait makes no system
/// call.
// Unchecked: the state is accessed only while the mutex is held, and mutex and condition are made for
// sharing.
package final class ThreadMonitor<State: Sendable>: @unchecked Sendable {
    private var state: State
    // At fixed addresses, by which the kernel identifies them.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    package init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Returns what `body` returns. `body` has exclusive access to the state.
    package func withLock<Value>(_ body: (inout State) -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Calls `body` each time the state may have changed, until it returns a value.
    package func wait<Value>(for body: (inout State) -> Value?) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let value = body(&state) { return value }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// Makes one waiting thread call its `body` again.
    package func wakeOne() { pthread_cond_signal(condition) }

    /// Makes all waiting threads call their `body` again.
    package func wakeAll() { pthread_cond_broadcast(condition) }
}
