/// The version that all programs of this package share.
package enum ProductVersion {
    package static let text = "0.1.0"
}
