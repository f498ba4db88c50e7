/// Turns the values of a file into a configuration, or into all of its errors.
package struct ConfigurationDecoder {
    private let file: String
    private var errors: [ConfigurationError] = []
    private var paths: [NamedPath] = []

    /// Decodes the root table of the file. `file` is its name in errors. Throws all errors, in the order of
    /// the file.
    /// - Parameter place: returns where a path leads, or nil if that cannot be determined. By default no path
    ///   is looked up, and folders overlap only by their names.
    package static func decode(
        _ root: TOMLTable, file: String, place: (NamedPath) -> FolderPlace? = { _ in nil }
    ) throws(ConfigurationErrors) -> Configuration {
        var decoder = ConfigurationDecoder(file: file)
        let configuration = decoder.configuration(root)
        if decoder.errors.isEmpty { decoder.report(FolderOverlap.byPlace(among: decoder.paths, place)) }
        guard decoder.errors.isEmpty else {
            throw ConfigurationErrors(
                decoder.errors.sorted { ($0.position ?? .start) < ($1.position ?? .start) })
        }
        return configuration
    }

    private init(file: String) {
        self.file = file
    }

    private mutating func report(_ key: String?, at position: TOMLPosition, _ sentence: String) {
        errors.append(ConfigurationError(file: file, position: position, key: key, sentence: sentence))
    }

    private mutating func configuration(_ root: TOMLTable) -> Configuration {
        reportCredentials(in: root)
        var configuration = Configuration(watches: [])
        var uploadTable: (TOMLTable, Decoded)?
        for entry in root.entries {
            switch entry.key {
            case "api": section(entry, ConfigurationKeys.api, &configuration.api)
            case "upload": uploadTable = section(entry, ConfigurationKeys.upload, &configuration.upload)
            case "watch": configuration.watches = watches(entry)
            case "log": section(entry, ConfigurationKeys.log, &configuration.log)
            case "metrics": section(entry, ConfigurationKeys.metrics, &configuration.metrics)
            default: reportUnknown(entry)
            }
        }
        if let (table, decoded) = uploadTable,
            configuration.upload.retryMax < configuration.upload.retryInitial
        {
            reportOrder("retry_max", "retry_initial", in: table, decoded, ConfigurationKeys.upload)
        }
        if root["watch"] == nil { reportNoWatch(at: .start) }
        note("ca_file", configuration.api.caFile, in: root["api"])
        note("textfile", configuration.metrics.textfile, in: root["metrics"])
        report(FolderOverlap.byName(among: paths))
        return configuration
    }

    // MARK: Sections

    /// The keys that were read without an error.
    private typealias Decoded = Set<String>

    @discardableResult
    private mutating func section<Section>(
        _ entry: TOMLTable.Entry, _ keys: [ConfigurationKey<Section>], _ section: inout Section
    ) -> (TOMLTable, Decoded)? {
        guard case .table(let table) = entry.value.content else {
            let found = entry.value.content.kind
            report(
                entry.key, at: entry.position,
                "\"\(entry.key)\" must be a table, written [\(entry.key)] once; found \(found)")
            return nil
        }
        return (table, decode(table, keys, heading: "[\(entry.key)]", into: &section))
    }

    private mutating func decode<Section>(
        _ table: TOMLTable, _ keys: [ConfigurationKey<Section>], heading: String, into section: inout Section
    ) -> Decoded {
        var decoded: Decoded = []
        for entry in table.entries {
            guard let key = keys.first(where: { $0.name == entry.key }) else {
                reportUnknown(entry, in: heading, names: keys.map(\.name))
                continue
            }
            do throws(Complaint) {
                try key.decode(entry.value.content, &section)
                decoded.insert(key.name)
            } catch {
                switch error {
                case .because(let reason): report(key.name, at: entry.position, "\"\(key.name)\" \(reason)")
                case .unfit(let found):
                    let example = key.example.map { ", such as \($0)" } ?? ""
                    report(
                        key.name, at: entry.position,
                        "\"\(key.name)\" must be \(key.wanted)\(example); found \(found)")
                }
            }
        }
        return decoded
    }

    // MARK: Watches

    private mutating func watches(_ entry: TOMLTable.Entry) -> [Configuration.Watch] {
        guard case .array(let elements) = entry.value.content else {
            let found =
                if case .table = entry.value.content { "[watch]" } else { entry.value.content.kind }
            report(
                "watch", at: entry.position,
                "each watched folder is written [[watch]], in two brackets; found \(found)"
            )
            return []
        }
        if elements.isEmpty { reportNoWatch(at: entry.position) }
        return elements.compactMap { element in
            guard case .table(let table) = element.content else {
                report(
                    "watch", at: element.position,
                    "each watched folder is a table, written [[watch]]; found \(element.content.kind)")
                return nil
            }
            return watch(table, at: element.position)
        }
    }

    private mutating func watch(_ table: TOMLTable, at position: TOMLPosition) -> Configuration.Watch? {
        var watch = Configuration.Watch(inbox: "")
        var decoded = decode(table, ConfigurationKeys.watch, heading: "[[watch]]", into: &watch)
        guard let inbox = table["inbox"] else {
            report(
                "inbox", at: position,
                "[[watch]] has no \"inbox\"; name the folder to watch, such as inbox = \"/srv/bitmind/inbox\""
            )
            return nil
        }
        guard decoded.contains("inbox") else { return nil }
        let defaults = Configuration.Watch(inbox: watch.inbox)
        let folders: [(String, WritableKeyPath<Configuration.Watch, String>)] = [
            ("inbox", \.inbox), ("ai", \.ai), ("human", \.human), ("failed", \.failed),
        ]
        for (key, folder) in folders {
            let entry = table[key]
            if entry == nil {
                watch[keyPath: folder] = defaults[keyPath: folder]
                decoded.insert(key)
            }
            guard decoded.contains(key) else { continue }
            note(
                key, watch[keyPath: folder], at: (entry ?? inbox).position, isWritten: entry != nil,
                isFile: false)
        }
        if let review = watch.review, let entry = table["review"] {
            note("review", review, at: entry.position, isWritten: true, isFile: false)
        }
        if watch.settleMax < watch.settle {
            reportOrder("settle_max", "settle", in: table, decoded, ConfigurationKeys.watch)
        }
        return watch
    }

    private mutating func reportNoWatch(at position: TOMLPosition) {
        report(
            "watch", at: position,
            "no folder is watched; add a [[watch]] with its inbox, such as inbox = \"/srv/bitmind/inbox\"")
    }

    // MARK: Paths

    private mutating func note(_ key: String, _ path: String?, in section: TOMLTable.Entry?) {
        guard let path, case .table(let table) = section?.value.content, let entry = table[key] else {
            return
        }
        note(key, path, at: entry.position, isWritten: true, isFile: true)
    }

    private mutating func note(
        _ key: String, _ path: String, at position: TOMLPosition, isWritten: Bool, isFile: Bool
    ) {
        paths.append(
            NamedPath(key: key, path: path, position: position, isWritten: isWritten, isFile: isFile))
    }

    private mutating func report(_ overlaps: [FolderOverlap]) {
        for overlap in overlaps { report(overlap.key, at: overlap.position, overlap.sentence) }
    }

    // MARK: Keys that conflict, or are in the wrong place

    /// Reports two keys of which the first must not be less than the second, if the file has one of them.
    private mutating func reportOrder<Section>(
        _ upper: String, _ lower: String, in table: TOMLTable, _ decoded: Decoded,
        _ keys: [ConfigurationKey<Section>]
    ) {
        let written = [table[upper], table[lower]].compactMap { $0 }
        // A refused value was already reported, and the default in its place must not be compared.
        guard let entry = written.first, written.allSatisfy({ decoded.contains($0.key) }) else { return }
        let (upperValue, lowerValue) = (
            value(of: upper, in: table, keys), value(of: lower, in: table, keys)
        )
        report(
            entry.key, at: entry.position,
            "\"\(upper)\" (\(upperValue)) must not be less than \"\(lower)\" (\(lowerValue))")
    }

    private func value<Section>(
        of name: String, in table: TOMLTable, _ keys: [ConfigurationKey<Section>]
    ) -> String {
        if let entry = table[name] { return entry.value.content.description }
        return keys.first { $0.name == name }.map { "\($0.defaultValue), the default" } ?? ""
    }
}

extension ConfigurationDecoder {
    // MARK: Unknown keys

    /// Reports credentials anywhere in the file, also in tables that are not read.
    private mutating func reportCredentials(in table: TOMLTable) {
        for entry in table.entries {
            if let sentence = CredentialName.complaint(about: entry.key) {
                report(entry.key, at: entry.position, sentence)
            }
            reportCredentials(in: entry.value)
        }
    }

    private mutating func reportCredentials(in value: TOMLValue) {
        switch value.content {
        case .table(let table): reportCredentials(in: table)
        case .array(let elements): for element in elements { reportCredentials(in: element) }
        default: break
        }
    }

    private mutating func reportUnknown(_ entry: TOMLTable.Entry, in heading: String, names: [String]) {
        let remedy =
            if let home = home(of: entry.key) {
                "it belongs under \(home)"
            } else if let nearest = Spelling.nearest(to: entry.key, among: names) {
                "did you mean \"\(nearest)\"?"
            } else {
                "its keys are " + names.joined(separator: ", ")
            }
        reportUnknown(entry, "is not a key of \(heading)", remedy)
    }

    /// Reports an entry of the root table that is not a known table.
    private mutating func reportUnknown(_ entry: TOMLTable.Entry) {
        let tables = ConfigurationKeys.tables
        let headings = tables.map(\.heading).joined(separator: ", ")
        if !isTable(entry.value) {
            let names = tables.flatMap { $0.keys.map(\.name) }
            let remedy =
                if let home = home(of: entry.key) {
                    "it belongs under \(home)"
                } else if let nearest = Spelling.nearest(to: entry.key, among: names),
                    let home = home(of: nearest)
                {
                    "did you mean \"\(nearest)\" under \(home)?"
                } else {
                    "its tables are \(headings)"
                }
            reportUnknown(entry, "stands outside the tables of this file", remedy)
        } else {
            let nearest = Spelling.nearest(to: entry.key, among: tables.map(\.name))
            let meant =
                tables.first { $0.name == nearest }.map { "did you mean \($0.heading)?" }
                ?? home(of: entry.key).map { "it is a key of \($0)" }
            reportUnknown(entry, "is not a table of this file", meant ?? "its tables are \(headings)")
        }
    }

    private mutating func reportUnknown(_ entry: TOMLTable.Entry, _ what: String, _ remedy: String) {
        // The key was already reported as a possible credential, which is more important.
        guard CredentialName.complaint(about: entry.key) == nil else { return }
        report(entry.key, at: entry.position, "\(quoted(entry.key)) \(what); \(remedy)")
    }

    /// The heading of the table that has a key; nil if no table has it.
    private func home(of key: String) -> String? {
        ConfigurationKeys.tables.first { $0.keys.contains { $0.name == key } }?.heading
    }

    private func isTable(_ value: TOMLValue) -> Bool {
        switch value.content {
        case .table: true
        case .array(let elements): elements.contains { isTable($0) }
        default: false
        }
    }
}
