/// Foreign text made safe to show.
public enum PrintableText {
    /// The text on one line, without control and format characters (bidirectional marks included), with
    /// single spaces, cut after `limit` Unicode scalars.
    ///
    /// The limit counts scalars, because a single character may carry any number of combining marks.
    public static func printable(_ text: some StringProtocol, limit: Int = 200) -> String {
        var scalars = String.UnicodeScalarView()
        var count = 0
        var spaceIsDue = false
        for scalar in text.unicodeScalars where count < limit {
            guard isShown(scalar) else {
                spaceIsDue = count > 0
                continue
            }
            if spaceIsDue {
                scalars.append(" ")
                count += 1
                spaceIsDue = false
            }
            if count < limit { scalars.append(scalar) }
            count += 1
        }
        return String(scalars)
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}
