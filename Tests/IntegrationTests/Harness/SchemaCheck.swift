import Foundation
import Testing

/// Holds every sidecar below some folders against `config/sidecar.schema.json`, by an implementation of JSON
/// Schema that is not ours.
enum SchemaCheck {
    private static let schema = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../config/sidecar.schema.json").standardized.path

    /// Prints what is wrong with each sidecar, one per line, and in the last line the number of sidecars.
    private static let validator = """
        import json, os, sys
        try:
            from jsonschema import Draft202012Validator
        except ImportError:
            sys.exit("python3-jsonschema is missing: apt-get install python3-jsonschema")
        validator = Draft202012Validator(json.load(open(sys.argv[1])))
        count = 0
        for root in sys.argv[2:]:
            for folder, _, names in os.walk(root):
                for name in names:
                    if not name.endswith(".json") or ".bitmind-watch" in folder:
                        continue
                    count += 1
                    path = os.path.join(folder, name)
                    document = json.loads(open(path, "rb").read().decode("utf-8"))
                    for error in validator.iter_errors(document):
                        print(path, error.message)
                    for part in (document, document["media"], document["times"]):
                        if list(part) != sorted(part):
                            print(path, "its keys are not sorted:", list(part))
        print(count)
        """

    /// Expects this many sidecars in the site's destinations, all of them valid.
    static func expectValid(_ count: Int, in site: String) async throws {
        let folders = Site.destinations.map { "\(site)/\($0)" }
        let ending = try await Program.run("/usr/bin/python3", ["-c", validator, schema] + folders)
        #expect(ending.code == 0, "\(ending.errors)")
        #expect(ending.output == "\(count)\n")
    }
}
