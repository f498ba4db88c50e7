import Testing
import WatchCore

@Suite("FilingPlan and FilingEvidence")
struct FilingPlanTests {
    static let plans = [FilingPlan.rename, .copy]

    /// Pairs of steps that must be in this order.
    static let order: [(FilingPlan.Step, FilingPlan.Step)] = [
        (.decide, .flushDecision), (.flushDecision, .claim), (.flushDecision, .copy),
        (.claim, .publishSidecar),
        (.copy, .publishSidecar), (.publishSidecar, .flushSidecar), (.flushSidecar, .publishMedia),
        (.publishMedia, .flushMedia), (.flushMedia, .retireSource), (.flushMedia, .release),
        (.retireSource, .release),
    ]

    @Test(arguments: plans)
    func `what is new is durable before what is old goes, and the sidecar before its media`(plan: FilingPlan)
    {
        for (first, second) in Self.order {
            guard let later = plan.steps.firstIndex(of: second),
                let earlier = plan.steps.firstIndex(of: first)
            else { continue }
            #expect(earlier < later, "\(first) before \(second)")
        }
        #expect(plan.steps.first == .decide && plan.steps.last == .release)
        #expect(Set(plan.steps).count == plan.steps.count)
    }

    @Test func `a file is either moved, or copied and its source removed`() {
        #expect(Set(FilingPlan.rename.steps).isDisjoint(with: [.copy, .retireSource]))
        #expect(!FilingPlan.copy.steps.contains(.claim))
        #expect(Set(FilingPlan.copy.steps).isSuperset(of: [.copy, .retireSource]))
        #expect(Set((FilingPlan.rename.steps + FilingPlan.copy.steps)) == Set(FilingPlan.Step.allCases))
    }

    @Test(arguments: plans)
    func `a plan goes on from any of its steps`(plan: FilingPlan) {
        for step in FilingPlan.Step.allCases {
            let rest = plan.from(step).steps
            if let index = plan.steps.firstIndex(of: step) {
                #expect(rest == Array(plan.steps[index...]))
            } else {
                #expect(rest == [])
            }
        }
    }

    static func leftover(
        _ decision: FilingEvidence.DecisionFile, _ media: FilingEvidence.Media,
        _ source: FilingEvidence.Source = .missing,
        _ published: FilingEvidence.Published = .nothing, copied: Bool = false
    ) -> FilingEvidence {
        FilingEvidence(
            decision: decision, media: media, source: source, isCopied: copied, published: published)
    }

    /// What a crash right after each step of a plan leaves, and how the filing continues.
    static let crashes: [(String, FilingEvidence, FilingEvidence.Continuation)] = [
        ("amid the decision", leftover(.unfinished, .missing, .same), .drop),
        ("before the decision", leftover(.missing, .missing, .same), .drop),
        ("decided", leftover(.whole, .missing, .same), .resume(.flushDecision, isCopy: false)),
        ("claimed", leftover(.whole, .judged), .resume(.publishSidecar, isCopy: false)),
        (
            "sidecar out", leftover(.whole, .judged, .missing, .sidecar),
            .resume(.publishSidecar, isCopy: false)
        ),
        ("media out", leftover(.whole, .missing, .missing, .both), .resume(.flushMedia, isCopy: false)),
        ("copied", leftover(.whole, .judged, .same, copied: true), .resume(.publishSidecar, isCopy: true)),
        (
            "copy's sidecar out", leftover(.whole, .judged, .same, .sidecar, copied: true),
            .resume(.publishSidecar, isCopy: true)
        ),
        (
            "copy out", leftover(.whole, .missing, .same, .both, copied: true),
            .resume(.flushMedia, isCopy: true)
        ),
        (
            "copied, and the source's permissions changed",
            leftover(.whole, .judged, .other, copied: true), .resume(.publishSidecar, isCopy: true)
        ),
        (
            "source renamed for its removal", leftover(.whole, .missing, .other, .both, copied: true),
            .resume(.flushMedia, isCopy: true)
        ),
        ("source removed", leftover(.whole, .missing, .missing, .both), .resume(.flushMedia, isCopy: false)),
        ("released", leftover(.missing, .missing), .drop),
    ]

    @Test(arguments: crashes)
    func `a filing goes on where the crash left it`(
        after: String, leftover: FilingEvidence, continuation: FilingEvidence.Continuation
    ) {
        #expect(leftover.continuation == continuation, "\(after)")
    }

    /// Other possible evidence.
    static let odd: [(String, FilingEvidence, FilingEvidence.Continuation)] = [
        ("the file was removed meanwhile", leftover(.whole, .missing), .drop),
        (
            "another file has the name", leftover(.whole, .missing, .other),
            .resume(.flushDecision, isCopy: false)
        ),
        ("the claimed bytes are others", leftover(.whole, .otherBytes), .giveBack),
        ("and the name is taken again", leftover(.whole, .otherBytes, .other), .giveBack),
        (
            "the next file has the name of the claimed one", leftover(.whole, .judged, .other),
            .resume(.publishSidecar, isCopy: false)
        ),
        ("media without a decision", leftover(.missing, .otherBytes), .report),
        ("media with a spoiled decision", leftover(.unfinished, .otherBytes, .same), .report),
        (
            "a next file has the name of the published one", leftover(.whole, .missing, .other, .both),
            .resume(.flushMedia, isCopy: false)
        ),
    ]

    @Test(arguments: odd)
    func `what a crash and a writer leave together is told apart`(
        what: String, leftover: FilingEvidence, continuation: FilingEvidence.Continuation
    ) {
        #expect(leftover.continuation == continuation, "\(what)")
    }

    @Test func `media is never dropped, with any files beside it`() {
        for decision in [FilingEvidence.DecisionFile.missing, .unfinished, .whole] {
            for media in [FilingEvidence.Media.judged, .otherBytes] {
                for source in [FilingEvidence.Source.missing, .same, .other] {
                    for published in [FilingEvidence.Published.nothing, .sidecar, .both] {
                        for copied in [false, true] {
                            let found = Self.leftover(decision, media, source, published, copied: copied)
                            #expect(found.continuation != .drop)
                            if decision != .whole { #expect(found.continuation == .report) }
                        }
                    }
                }
            }
        }
    }
}
