import Foundation
import Synchronization

/// Does pieces of work in threads of their own, as many at once as there is room for.
final class SideBySide: Sendable {
    private struct State: Sendable {
        var room: Double
        var running = 0
        var failure: (any Error)?
    }

    private let state: Mutex<State>
    private let whole: Double

    init(room: Double) {
        whole = room
        state = Mutex(State(room: room))
    }

    /// Does all pieces, and returns once none is being done.
    ///
    /// - Parameter weight: how much of the room a piece needs.
    /// - Returns: what came of each piece.
    /// - Throws: what the first piece to fail threw. None begins after it.
    func run<Piece: Hashable & Sendable, Value: Sendable>(
        _ pieces: [Piece], weight: (Piece) -> Double, _ work: @escaping @Sendable (Piece) throws -> Value
    ) throws -> [Piece: Value] {
        let values = Values<Piece, Value>()
        var waiting = pieces
        while true {
            while let place = waiting.firstIndex(where: { take(weight($0)) }) {
                let piece = waiting.remove(at: place)
                let size = weight(piece)
                Thread.detachNewThread { [self] in
                    do {
                        values.set(piece, try work(piece))
                    } catch {
                        state.withLock { $0.failure = $0.failure ?? error }
                    }
                    giveBack(size)
                }
            }
            let (running, failure) = state.withLock { ($0.running, $0.failure) }
            if running == 0, let failure { throw failure }
            if running == 0, waiting.isEmpty { return values.all }
            usleep(20_000)
        }
    }

    /// Takes room for a piece. One that needs more than all of it has all of it.
    private func take(_ size: Double) -> Bool {
        state.withLock { state in
            guard state.failure == nil, state.room >= min(whole, size) - 0.001 else { return false }
            state.room -= min(whole, size)
            state.running += 1
            return true
        }
    }

    private func giveBack(_ size: Double) {
        state.withLock { state in
            state.room += min(whole, size)
            state.running -= 1
        }
    }
}

/// What came of pieces of work.
private final class Values<Piece: Hashable & Sendable, Value: Sendable>: Sendable {
    private let values = Mutex<[Piece: Value]>([:])

    var all: [Piece: Value] { values.withLock { $0 } }

    func set(_ piece: Piece, _ value: Value) { values.withLock { $0[piece] = value } }
}
