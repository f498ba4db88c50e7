import BitMindAPI
import Testing
import WatchCore

/// Each form of sidecar, byte for byte as on disk.
@Suite("Sidecar bytes")
struct SidecarBytesTests {
    private static let moments = Sidecar.Times(
        found: Timestamp(seconds: 1_795_462_862), submitted: Timestamp(seconds: 1_795_462_863),
        classified: Timestamp(seconds: 1_795_462_864, nanoseconds: 5_000_000),
        filed: Timestamp(seconds: 1_795_462_864, nanoseconds: 5_000_001))

    /// A file that the API found doubtful: in a review folder, too, a sidecar has the API's own verdict.
    private static let review: Sidecar = {
        var sidecar = SampleSidecar.judged
        sidecar.outcome = .judged(.init(isAI: false, confidence: "0.5"))
        sidecar.api = .init(
            attempts: 12, baseURL: "http://127.0.0.1:8080", endpoint: .video,
            response: .object([.init("isAI", .bool(false)), .init("confidence", .number("0.5"))]))
        sidecar.media = .init(
            path: [0xC3] + Array("/clip\u{202E}.mov".utf8), inbox: "/srv/in \"box\"", size: 12_345,
            sha256: SampleSidecar.digest, type: .quickTime, isComplete: false, modified: SampleSidecar.moment)
        sidecar.times = moments
        return sidecar
    }()

    private static let simulated: Sidecar = {
        var sidecar = review
        sidecar.media.path = Array("a/b".utf8) + [0xFF]
        sidecar.isSimulated = true
        sidecar.api?.requestID = "req_1"
        return sidecar
    }()

    private static let refused: Sidecar = {
        var sidecar = SampleSidecar.judged
        sidecar.outcome = .failed(.init(code: .rejected, message: "No\t\"use\".", status: 422))
        sidecar.api?.response = nil
        return sidecar
    }()

    /// A file over the limit, which was read no further: without a digest, a type, or an answer.
    private static let tooLarge: Sidecar = {
        var sidecar = SampleSidecar.judged
        sidecar.outcome = .failed(.init(code: .tooLarge, message: "500000001 bytes"))
        sidecar.api = nil
        sidecar.media.size = 500_000_001
        sidecar.media.sha256 = nil
        sidecar.media.type = nil
        sidecar.times = .init(found: moments.found, filed: moments.filed)
        return sidecar
    }()

    static let samples: [(sidecar: Sidecar, text: String)] = [
        (SampleSidecar.judged, judgedText),
        (review, reviewText),
        (simulated, simulatedText),
        (refused, refusedText),
        (tooLarge, tooLargeText),
    ]

    @Test(arguments: samples)
    func `a sidecar has these bytes, and reads back the same`(sidecar: Sidecar, text: String) throws {
        #expect(String(decoding: sidecar.serialized, as: UTF8.self) == text + "\n")
        #expect(try Sidecar(parsing: sidecar.serialized) == sidecar)
    }
}

extension SidecarBytesTests {
    fileprivate static let judgedText = #"""
        {
          "api": {
            "attempts": 1,
            "baseURL": "https://enterprise.bitmind.ai",
            "batchPosition": 3,
            "endpoint": "/batch_image",
            "requestID": "batch_img_1234567890",
            "response": {
              "isAI": true,
              "confidence": 0.82340,
              "processingTime": 4.5E-2,
              "batch_position": 3,
              "a\n": [
                null,
                "é\u0001"
              ]
            }
          },
          "by": {
            "host": "ingest-1",
            "program": "bitmind-watch",
            "version": "0.1.0"
          },
          "confidence": 0.82340,
          "isAI": true,
          "media": {
            "complete": true,
            "inbox": "/srv/bitmind/inbox",
            "modified": "2026-11-23T19:41:02.123456789Z",
            "name": "IMG_0042.jpg",
            "path": "trip/IMG_0042.jpg",
            "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "size": 2345678,
            "type": "image/jpeg"
          },
          "processingTime": 4.5E-2,
          "schema": "bitmind-watch/sidecar/v1",
          "times": {
            "classified": "2026-11-23T19:41:02.123456789Z",
            "filed": "2026-11-23T19:41:02.123456789Z",
            "found": "2026-11-23T19:41:02.123456789Z",
            "submitted": "2026-11-23T19:41:02.123456789Z"
          },
          "verdict": "ai"
        }
        """#

    fileprivate static let reviewText = #"""
        {
          "api": {
            "attempts": 12,
            "baseURL": "http://127.0.0.1:8080",
            "endpoint": "/video",
            "response": {
              "isAI": false,
              "confidence": 0.5
            }
          },
          "by": {
            "host": "ingest-1",
            "program": "bitmind-watch",
            "version": "0.1.0"
          },
          "confidence": 0.5,
          "isAI": false,
          "media": {
            "complete": false,
            "inbox": "/srv/in \"box\"",
            "modified": "2026-11-23T19:41:02.123456789Z",
            "name": "clip\#u{202E}.mov",
            "path": "\#u{FFFD}/clip\#u{202E}.mov",
            "pathBytes": "wy9jbGlw4oCuLm1vdg==",
            "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "size": 12345,
            "type": "video/quicktime"
          },
          "schema": "bitmind-watch/sidecar/v1",
          "times": {
            "classified": "2026-11-23T19:41:04.005Z",
            "filed": "2026-11-23T19:41:04.005000001Z",
            "found": "2026-11-23T19:41:02.000Z",
            "submitted": "2026-11-23T19:41:03.000Z"
          },
          "verdict": "human"
        }
        """#

    fileprivate static let simulatedText = #"""
        {
          "api": {
            "attempts": 12,
            "baseURL": "http://127.0.0.1:8080",
            "endpoint": "/video",
            "requestID": "req_1",
            "response": {
              "isAI": false,
              "confidence": 0.5
            }
          },
          "by": {
            "host": "ingest-1",
            "program": "bitmind-watch",
            "version": "0.1.0"
          },
          "confidence": 0.5,
          "isAI": false,
          "media": {
            "complete": false,
            "inbox": "/srv/in \"box\"",
            "modified": "2026-11-23T19:41:02.123456789Z",
            "name": "b\#u{FFFD}",
            "nameBytes": "Yv8=",
            "path": "a/b\#u{FFFD}",
            "pathBytes": "YS9i/w==",
            "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "size": 12345,
            "type": "video/quicktime"
          },
          "schema": "bitmind-watch/sidecar/v1",
          "simulated": true,
          "times": {
            "classified": "2026-11-23T19:41:04.005Z",
            "filed": "2026-11-23T19:41:04.005000001Z",
            "found": "2026-11-23T19:41:02.000Z",
            "submitted": "2026-11-23T19:41:03.000Z"
          },
          "verdict": "human"
        }
        """#

    fileprivate static let refusedText = #"""
        {
          "api": {
            "attempts": 1,
            "baseURL": "https://enterprise.bitmind.ai",
            "batchPosition": 3,
            "endpoint": "/batch_image",
            "requestID": "batch_img_1234567890"
          },
          "by": {
            "host": "ingest-1",
            "program": "bitmind-watch",
            "version": "0.1.0"
          },
          "error": {
            "code": "rejected",
            "message": "No\t\"use\".",
            "status": 422
          },
          "media": {
            "complete": true,
            "inbox": "/srv/bitmind/inbox",
            "modified": "2026-11-23T19:41:02.123456789Z",
            "name": "IMG_0042.jpg",
            "path": "trip/IMG_0042.jpg",
            "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "size": 2345678,
            "type": "image/jpeg"
          },
          "schema": "bitmind-watch/sidecar/v1",
          "times": {
            "classified": "2026-11-23T19:41:02.123456789Z",
            "filed": "2026-11-23T19:41:02.123456789Z",
            "found": "2026-11-23T19:41:02.123456789Z",
            "submitted": "2026-11-23T19:41:02.123456789Z"
          },
          "verdict": "failed"
        }
        """#

    fileprivate static let tooLargeText = #"""
        {
          "by": {
            "host": "ingest-1",
            "program": "bitmind-watch",
            "version": "0.1.0"
          },
          "error": {
            "code": "too-large",
            "message": "500000001 bytes"
          },
          "media": {
            "complete": true,
            "inbox": "/srv/bitmind/inbox",
            "modified": "2026-11-23T19:41:02.123456789Z",
            "name": "IMG_0042.jpg",
            "path": "trip/IMG_0042.jpg",
            "size": 500000001
          },
          "schema": "bitmind-watch/sidecar/v1",
          "times": {
            "filed": "2026-11-23T19:41:04.005000001Z",
            "found": "2026-11-23T19:41:02.000Z"
          },
          "verdict": "failed"
        }
        """#
}
