import BitMindAPI
import TestSupport
import Testing
import WatchCore

/// Sidecars of every form.
enum SampleSidecar {
    static let moment = Timestamp(seconds: 1_795_462_862, nanoseconds: 123_456_789)
    static let digest = String(repeating: "0123456789abcdef", count: 4)

    static func media(path: [UInt8] = Array("trip/IMG_0042.jpg".utf8), type: MediaType? = .jpeg)
        -> Sidecar.MediaRecord
    {
        Sidecar.MediaRecord(
            path: path, inbox: "/srv/bitmind/inbox", size: 2_345_678, sha256: digest, type: type,
            isComplete: true, modified: moment)
    }

    /// The API's answer with members out of order, a number in unusual digits, and an unknown field.
    static let response = JSONText.object([
        .init("isAI", .bool(true)), .init("confidence", .number("0.82340")),
        .init("processingTime", .number("4.5E-2")),
        .init("batch_position", .number("3")),
        .init("a\n", .array([.null, .string("é\u{1}")])),
    ])

    static let judged = Sidecar(
        outcome: .judged(.init(isAI: true, confidence: "0.82340", processingTime: "4.5E-2")),
        api: .init(
            attempts: 1, baseURL: "https://enterprise.bitmind.ai", batchPosition: 3, endpoint: .batchImage,
            requestID: "batch_img_1234567890", response: response),
        by: .init(host: "ingest-1", version: "0.1.0"), media: media(),
        times: .init(found: moment, submitted: moment, classified: moment, filed: moment))

    static let all: [Sidecar] = {
        var human = judged
        human.outcome = .judged(.init(isAI: false, confidence: "0"))
        human.api?.batchPosition = nil
        human.api?.requestID = nil
        human.api?.endpoint = .image
        human.isSimulated = true
        human.media.isComplete = false
        var nameless = judged
        nameless.media = media(path: Array("a\u{202E}/".utf8) + [0xFF, 0x0A, 0x22])
        var nested = judged
        nested.media = media(path: [0xC3] + Array("/plain".utf8), type: .quickTime)
        let failures: [Sidecar.Failure] = Sidecar.FailureCode.allCases.map {
            .init(code: $0, message: "No\t\"use\".")
        }
        let failed = failures.map { failure in
            Sidecar(
                outcome: .failed(failure), api: nil, by: judged.by, media: media(type: nil),
                times: .init(found: moment, filed: moment))
        }
        var rejected = judged
        rejected.outcome = .failed(.init(code: .rejected, message: "unreadable", status: 422))
        rejected.api?.response = nil
        return [judged, human, nameless, nested, rejected] + failed
    }()
}

@Suite("Sidecar")
struct SidecarTests {
    @Test func `a verdict's sidecar is what the contract shows`() {
        let expected = #"""
            {"api":{"attempts":1,"baseURL":"https://enterprise.bitmind.ai","batchPosition":3,"endpoint":"/batch_image",\#
            "requestID":"batch_img_1234567890","response":{"isAI":true,"confidence":0.82340,"processingTime":4.5E-2,\#
            "batch_position":3,"a\n":[null,"é\u0001"]}},"by":{"host":"ingest-1","program":"bitmind-watch",\#
            "version":"0.1.0"},"confidence":0.82340,"isAI":true,"media":{"complete":true,"inbox":"/srv/bitmind/inbox",\#
            "modified":"2026-11-23T19:41:02.123456789Z","name":"IMG_0042.jpg","path":"trip/IMG_0042.jpg",\#
            "sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":2345678,\#
            "type":"image/jpeg"},"processingTime":4.5E-2,"schema":"bitmind-watch/sidecar/v1","times":\#
            {"classified":"2026-11-23T19:41:02.123456789Z","filed":"2026-11-23T19:41:02.123456789Z",\#
            "found":"2026-11-23T19:41:02.123456789Z","submitted":"2026-11-23T19:41:02.123456789Z"},"verdict":"ai"}
            """#
        let json = SampleSidecar.judged.json.serialized(sortedKeys: false, pretty: false)
        #expect(String(decoding: json, as: UTF8.self) == expected)
    }

    @Test(arguments: SampleSidecar.all)
    func `a sidecar is one text that ends in a newline, sorted by key, and reads back the same`(
        sidecar: Sidecar
    ) throws {
        let bytes = sidecar.serialized
        #expect(bytes.last == UInt8(ascii: "\n") && bytes.dropLast().last != UInt8(ascii: "\n"))
        #expect(try Sidecar(parsing: bytes) == sidecar)
        var json = try JSONText(parsing: bytes)
        #expect(json == sidecar.json)
        // All but the answer, whose order is the API's.
        if case .object(let members) = json {
            json = .object(members.filter { $0.name != "api" })
        }
        #expect(
            json.serialized(sortedKeys: false, pretty: false)
                == json.serialized(sortedKeys: true, pretty: false))
    }

    @Test func `what is not there is left out`() {
        let failed = SampleSidecar.all.filter { $0.outcome.verdict == "failed" && $0.api == nil }
        #expect(failed.count == Sidecar.FailureCode.allCases.count)
        for sidecar in failed {
            for name in ["isAI", "confidence", "processingTime", "api", "simulated"] {
                #expect(sidecar.json[name] == nil)
            }
            #expect(sidecar.json["media"]?["type"] == nil)
            #expect(sidecar.json["media"]?["sha256"] == .string(SampleSidecar.digest))
            #expect(sidecar.json["times"]?["submitted"] == nil)
            #expect(sidecar.json["error"]?["status"] == nil)
        }
        #expect(SampleSidecar.all[1].json["processingTime"] == nil)
        #expect(SampleSidecar.all[1].json["simulated"] == .bool(true))
    }

    @Test func `a name that is not UTF-8 is shown, and kept in base64`() {
        let media = SampleSidecar.all[2].json["media"]
        #expect(media?["name"] == .string("\u{FFFD}\n\""))
        #expect(media?["nameBytes"] == .string("/woi"))
        #expect(media?["pathBytes"] == .string("YeKAri//CiI="))
        let nested = SampleSidecar.all[3].json["media"]
        #expect(nested?["name"] == .string("plain") && nested?["nameBytes"] == nil)
        #expect(nested?["pathBytes"] == .string("wy9wbGFpbg=="))
    }

    @Test func `unknown fields are passed over`() throws {
        let text = String(decoding: SampleSidecar.judged.serialized, as: UTF8.self)
        let richer = "{\"zzz\":[{}]," + text.dropFirst()
        #expect(try Sidecar(parsing: Array(richer.utf8)) == SampleSidecar.judged)
    }

    /// A field's text in a good sidecar, what stands there instead, and the field that is complained of.
    static let spoiled: [(String, String, String)] = [
        ("\"verdict\":\"ai\"", "\"verdict\":\"human\"", "isAI"),
        ("\"verdict\":\"ai\"", "\"verdict\":\"review\"", "verdict"),
        ("\"verdict\":\"ai\"", "\"verdict\":\"failed\"", "error"),
        ("\"verdict\":\"ai\"", "\"x\":1", "verdict"),
        ("sidecar/v1", "sidecar/v2", "schema"),
        ("\"isAI\":true,\"media", "\"isAI\":1,\"media", "isAI"),
        ("\"size\":2345678", "\"size\":\"2345678\"", "media.size"),
        ("\"size\":2345678", "\"size\":-1", "media.size"),
        ("\"size\":2345678", "\"size\":1e3", "media.size"),
        ("\"size\":2345678", "\"size\":99999999999999999999", "media.size"),
        ("trip/IMG_0042.jpg", "../IMG_0042.jpg", "media.path"),
        ("trip/IMG_0042.jpg", "/IMG_0042.jpg", "media.path"),
        ("trip/IMG_0042.jpg", "a//IMG_0042.jpg", "media.path"),
        ("trip/IMG_0042.jpg", "./IMG_0042.jpg", "media.path"),
        ("trip/IMG_0042.jpg", "", "media.path"), ("trip/IMG_0042.jpg", "\\u0000/IMG_0042.jpg", "media.path"),
        ("trip/IMG_0042.jpg", "trip/other.jpg", "media.name"),
        ("\"path\"", "\"pathBytes\":\"Li4vYQ==\",\"path\"", "media.path"),
        ("\"path\"", "\"pathBytes\":\"*\", \"path\"", "media.pathBytes"),
        ("\"/srv", "\"srv", "media.inbox"), ("0123456789abcdef0", "0123456789ABCDEF0", "media.sha256"),
        ("0123456789abcdef0", "", "media.sha256"), ("image/jpeg", "image/heic", "media.type"),
        ("\"complete\":true", "\"complete\":null", "media.complete"),
        ("\"found\":\"2026-11-23", "\"found\":\"2026-11-31", "times.found"),
        ("\"attempts\":1", "\"attempts\":0", "api.attempts"),
        ("\"batchPosition\":3", "\"batchPosition\":50", "api.batchPosition"),
        ("/batch_image", "/v1/oauth/token", "api.endpoint"), ("/batch_image", "/nowhere", "api.endpoint"),
        ("\"host\":\"ingest-1\",", "", "by.host"), ("\"by\":{", "\"by\":[], \"x\":{", "by"),
    ]

    @Test(arguments: spoiled)
    func `what is not as it must be is refused, by name`(part: String, instead: String, field: String) throws
    {
        var text = String(
            decoding: SampleSidecar.judged.json.serialized(sortedKeys: false, pretty: false), as: UTF8.self)
        let range = try #require(text.firstRange(of: part))
        text.replaceSubrange(range, with: instead)
        let error = #expect(throws: SidecarError.self) { try Sidecar(parsing: Array(text.utf8)) }
        #expect(error?.field == field, "\(error?.description ?? "")")
    }

    @Test func `an answer as deep as one may be is read back`() throws {
        var sidecar = SampleSidecar.judged
        sidecar.api?.response = try JSONText(
            parsing: Array((String(repeating: "[", count: 128) + String(repeating: "]", count: 128)).utf8))
        #expect(try Sidecar(parsing: sidecar.serialized) == sidecar)
    }

    @Test func `an answer that swells when it is indented does not swell the sidecar`() throws {
        // As many values as an answer may have.
        let count = JSONLimits.answer.values - 121
        var answer = JSONText.array(Array(repeating: .number("0"), count: count))
        for _ in 0..<120 { answer = .array([answer]) }
        var sidecar = SampleSidecar.judged
        sidecar.api?.response = answer
        #expect(sidecar.serialized.count < 45_000)
        #expect(try Sidecar(parsing: sidecar.serialized) == sidecar)
    }

    @Test func `a confidence outside 0 to 1 is refused`() throws {
        for digits in ["1.1", "-0.1", "1e999"] {
            var sidecar = SampleSidecar.judged
            sidecar.outcome = .judged(.init(isAI: true, confidence: digits))
            let bytes = sidecar.serialized
            #expect(throws: SidecarError.self) { try Sidecar(parsing: bytes) }
        }
    }

    @Test func `a damaged sidecar is refused or read, and never ends the program`() {
        let pieces = ["{", "}", "[", "]", "\"", ":", ",", "\\", "0", "-", "e", "\0", "null", "1e999", "/../"]
            .map { Array($0.utf8) }
        for round in FuzzRounds(usual: 2_000) {
            var random = round.random
            var bytes = SampleSidecar.all[round.number % SampleSidecar.all.count].serialized
            Mutation.mutate(&bytes, blows: .random(in: 1...4, using: &random), pieces: pieces, using: &random)
            do {
                let sidecar = try Sidecar(parsing: bytes)
                #expect(!sidecar.media.path.isEmpty, "\(round)")
            } catch {
                #expect(!error.description.isEmpty, "\(round)")
            }
        }
    }
}
