package import ArgumentParser
internal import BitMindAPI
package import BitMindSimulator

struct FaultOptions: ParsableArguments {
    @Flag var faults: [Fault] = []
    @Option(help: "Answer with this status and an error body, without looking at the request.")
    var answerStatus: Int?
    @Option(help: "The probability of each fault for each request, 0 to 1. Default: 1.") var faultRate:
        Double?
    @Option(help: "Apply each fault to this number of requests only.") var faultNext: Int?
    @Option(
        help: "The path of an endpoint with faults; may be repeated. Default: all that take files.",
        transform: endpoint)
    var faultEndpoint: [Endpoint] = []
    @Option(help: "How many bytes of a body are read before --reset-in-body.") var resetAfter: Int64 = 1
    @Option(help: "The time between two bytes of --trickle.") var trickleInterval = Span(.milliseconds(20))
    @Option(help: "The seed of the random numbers.") var seed: UInt64 = 0

    func validate() throws {
        if let faultRate, !(0...1).contains(faultRate) {
            throw ValidationError("--fault-rate must be 0 to 1")
        }
        if let faultNext, faultNext < 1 { throw ValidationError("--fault-next must be 1 or more") }
        if faultRate != nil, faultNext != nil {
            throw ValidationError("--fault-rate and --fault-next exclude each other")
        }
        if let answerStatus, !(200...599).contains(answerStatus) {
            throw ValidationError("--answer-status must be 200 to 599")
        }
    }

    func apply(to behaviour: inout SimulatorBehaviour) {
        let occasion = faultRate.map { FaultRule.Occasion.rate($0) } ?? faultNext.map { .next($0) } ?? .always
        let endpoints = faultEndpoint.isEmpty ? FaultRule.fileEndpoints : Set(faultEndpoint)
        behaviour.faults = faults.map { FaultRule($0, occasion, on: endpoints) }
        if let answerStatus {
            let answer = ScriptedAnswer(status: answerStatus)
            behaviour.faults.append(FaultRule(answer: answer, occasion, on: endpoints))
        }
        behaviour.resetAfterBytes = resetAfter
        behaviour.trickleInterval = trickleInterval.duration
        behaviour.seed = seed
    }
}

extension Fault: EnumerableFlag {
    package static func name(for value: Fault) -> NameSpecification { .customLong(value.rawValue) }

    package static func help(for value: Fault) -> ArgumentHelp? {
        ArgumentHelp(stringLiteral: value.summary.prefix(1).uppercased() + value.summary.dropFirst() + ".")
    }
}

private func endpoint(_ path: String) throws -> Endpoint {
    guard let endpoint = Endpoint(rawValue: path) else {
        let paths = Endpoint.allCases.map(\.path).joined(separator: ", ")
        throw ValidationError("no endpoint \(path); there are \(paths)")
    }
    return endpoint
}
